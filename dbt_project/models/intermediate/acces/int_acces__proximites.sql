{#
The pairs of a quartier and a place, but those of a file that leaves out a commune of the quartier: such a file says nothing
of it, neither a place nearby nor the nearest one.
#}
with sans_reponse as (
    select distinct
        q.zonage,
        q.code_qpv,
        h.jeu,
        h.millesime
    from {{ source('catalogue', 'hors_couverture') }} as h
    inner join {{ ref('int_territoires__quartiers_communes') }} as q on h.code_commune = q.code_commune
)

select
    p.code_qpv,
    p.zonage,
    p.identifiant,
    p.millesime,
    p.jeu,
    p.nature,
    p.distance_m,
    p.est_dans_qpv
from {{ source('spatial', 'proximites') }} as p
left join sans_reponse as s
    on p.zonage = s.zonage and p.code_qpv = s.code_qpv and p.jeu = s.jeu and p.millesime = s.millesime
where s.jeu is null
