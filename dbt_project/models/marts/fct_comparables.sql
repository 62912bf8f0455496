{# The nearest quartiers, by the root of the mean square of what separates their sizes; ties by code (gap_method §10). #}
with paires as (
    select
        a.code_qpv,
        b.code_qpv as code_comparable,
        count(*) as nb_tailles,
        sqrt({{ somme_exacte('(a.z - b.z) * (a.z - b.z)') }} / count(*)) as distance
    from {{ ref('int_geographies__tailles_reduites') }} as a
    inner join {{ ref('int_geographies__tailles_reduites') }} as b
        on a.bassin = b.bassin and a.taille = b.taille and a.code_qpv <> b.code_qpv
    group by a.code_qpv, b.code_qpv
),

classees as (
    select
        p.code_qpv,
        p.code_comparable,
        p.distance,
        m.comparables_nb,
        row_number() over (partition by p.code_qpv order by p.distance asc, p.code_comparable asc) as rang
    from paires as p
    cross join {{ source('catalogue', 'methode') }} as m
    where p.nb_tailles >= m.comparables_variables_min
)

select
    c.code_qpv,
    cast(c.rang as integer) as rang,
    c.code_comparable,
    c.distance,
    t.population_qpv,
    t.population_qpv_date,
    t.population_communes,
    t.population_epci,
    t.recensement_date
from classees as c
inner join {{ ref('int_geographies__tailles') }} as t on c.code_comparable = t.code_qpv
where c.rang <= c.comparables_nb
