{# A code alone in its cell may have lost its leading zero (1053, 1): four digits or one can only come from there. #}
select
    jeu,
    millesime,
    fichier,
    ligne,
    niveau,
    code_territoire,
    zonage,
    bloc,
    variable,
    rang,
    periode,
    date_reference,
    est_date_deduite,
    valeur,
    case
        when variable = 'codes_communes' and length(valeur_texte) = 4 then '0' || valeur_texte
        when variable in ('codes_departements', 'code_region') and length(valeur_texte) = 1 then '0' || valeur_texte
        else valeur_texte
    end as valeur_texte,
    statut,
    precision as precision_publiee,
    mention,
    colonne_source,
    empreinte_sha256
from {{ source('anct', 'qpv2024_liste') }}
