{#
The quartiers that a vintage says something of: it holds a place, of any nature, near enough to be of the same territory.
French Polynesia is in no file, and the nearest equipment of Saint-Martin would be in Guadeloupe.
`distance_hors_fichier_m`: how near a commune that the vintage leaves out comes, seen through the places of other files
within a kilometre. What is counted at that distance or further is a minimum.
#}
with hors_fichier as (
    select
        v.zonage,
        v.code_qpv,
        h.jeu,
        h.millesime,
        min(v.distance_m) as distance_m
    from {{ source('spatial', 'proximites') }} as v
    inner join {{ source('spatial', 'points') }} as p
        on v.jeu = p.jeu and v.millesime = p.millesime and v.identifiant = p.identifiant
    inner join {{ source('catalogue', 'hors_couverture') }} as h
        on {{ commune_sans_arrondissement('p.code_commune') }} = h.code_commune
    group by v.zonage, v.code_qpv, h.jeu, h.millesime
)

select
    c.zonage,
    c.code_qpv,
    c.jeu,
    c.millesime,
    h.distance_m as distance_hors_fichier_m
from (
    select zonage, code_qpv, jeu, millesime, min(distance_m) as distance_m
    from {{ ref('int_acces__proximites') }}
    group by zonage, code_qpv, jeu, millesime
) as c
cross join {{ source('catalogue', 'methode') }} as m
left join hors_fichier as h
    on c.zonage = h.zonage and c.code_qpv = h.code_qpv and c.jeu = h.jeu and c.millesime = h.millesime
where c.distance_m <= m.distance_lieu_max_m
