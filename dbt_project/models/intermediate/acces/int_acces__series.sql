{#
The vintages that say something of a family: those that hold at least one place of it. The copy of 2023 of the health
equipment has no general practitioner, which is not zero general practitioner.
#}
with tenus as (
    select
        famille,
        jeu,
        millesime,
        max(fichier) as fichier,
        case when count(distinct empreinte_sha256) = 1 then max(empreinte_sha256) end as empreinte_sha256
    from {{ ref('int_acces__lieux') }}
    group by famille, jeu, millesime
)

select
    t.famille,
    t.jeu,
    t.millesime,
    {# A list that is always replaced has no established date. #}
    case when t.millesime = 'courant' then 'base-courante' else t.millesime end as periode,
    s.date_reference,
    coalesce(s.est_date_deduite, 1 = 0) as est_date_deduite,
    t.fichier,
    t.empreinte_sha256
from tenus as t
left join {{ source('catalogue', 'sources') }} as s
    on t.jeu = s.jeu and t.millesime = s.millesime and t.fichier = s.fichier
