{# The copy names only what exists: a group that a commune does not have is zero, and that zero was observed. #}
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
    case when bloc = 'regroupements' and statut = 'non_diffuse' then 0 else valeur end as valeur,
    valeur_texte,
    case when bloc = 'regroupements' and statut = 'non_diffuse' then 'observe' else statut end as statut,
    precision as precision_publiee,
    mention,
    colonne_source,
    empreinte_sha256
from {{ source('insee', 'bpe_communes') }}
