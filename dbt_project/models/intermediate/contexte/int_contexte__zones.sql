{#
Which zones each commune of today is summed into, with the population of the latest comparateur: the communes of 2013 and after
lead to the same zones, whatever the edition of the official code that a file follows.
#}
with derniere as (
    select max(millesime) as millesime
    from {{ ref('int_references__zones_de_communes') }}
)

select
    z.niveau,
    z.code_zone,
    coalesce(c.code_commune, z.code_commune) as code_commune,
    min(z.est_complete) as est_complete,
    {{ somme_exacte('l.population') }} as population
from {{ ref('int_references__zones_de_communes') }} as z
inner join derniere as d on z.millesime = d.millesime
inner join {{ ref('int_references__communes_larges') }} as l
    on z.code_commune = l.code_commune and z.millesime = l.millesime
left join {{ ref('int_territoires__communes') }} as c on z.code_commune = c.ancien_code
group by z.niveau, z.code_zone, coalesce(c.code_commune, z.code_commune)
