{# Published values that no file holds, each with its address: catalogue/references.yml. #}
select
    niveau,
    code_territoire,
    case when niveau = 'ensemble_qpv' then '2015' else '' end as zonage,
    indicateur,
    periode,
    date_reference,
    1 = 0 as est_date_deduite,
    valeur,
    cast(null as {{ type_texte() }}) as valeur_texte,
    'observe' as statut,
    cast(null as {{ type_reel() }}) as numerateur,
    cast(null as {{ type_reel() }}) as denominateur,
    cast(null as {{ type_reel() }}) as facteur,
    cast(null as {{ type_reel() }}) as precision_publiee,
    cast(null as {{ type_texte() }}) as mention,
    'catalogue.references' as jeu,
    coalesce(date_publication, periode) as millesime,
    url as fichier,
    cast(null as integer) as ligne,
    cast(null as {{ type_texte() }}) as empreinte_sha256
from {{ source('catalogue', 'references') }}
