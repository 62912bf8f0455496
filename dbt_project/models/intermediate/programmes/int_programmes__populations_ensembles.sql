{#
Inhabitants of the quartiers of each département, région and of France, in both zonings: one population for each quartier, the one
that the lists of each zoning give. Where a quartier has none, the sum is not whole.
#}
with populations as (
    select zonage, code_territoire as code_qpv, valeur as population
    from {{ ref('stg_insee__qpv_population') }}
    where variable = 'population_municipale' and statut = 'observe'
    union all
    select zonage, code_territoire as code_qpv, valeur as population
    from {{ ref('stg_insee__qpv2024_population') }}
    where variable = 'population_municipale' and statut = 'observe'
),

quartiers as (
    select q.zonage, q.code_qpv, d.code_departement, q.code_region, p.population
    from {{ ref('int_territoires__quartiers') }} as q
    left join {{ ref('stg_insee__cog_departements') }} as d on q.code_departement = d.code_departement
    left join populations as p on q.zonage = p.zonage and q.code_qpv = p.code_qpv
),

rattaches as (
    select zonage, 'departement' as niveau, code_departement as code_territoire, population
    from quartiers
    where code_departement is not null
    union all
    select zonage, 'region' as niveau, code_region as code_territoire, population
    from quartiers
    where code_region is not null
    union all
    select zonage, 'france' as niveau, 'FR' as code_territoire, population
    from quartiers
)

select
    zonage,
    niveau,
    code_territoire,
    {{ somme_exacte('population') }} as population,
    case when count(population) = count(*) then 1 else 0 end as est_entiere
from rattaches
group by zonage, niveau, code_territoire
