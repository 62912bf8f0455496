{# The groups of quartiers that are summed: France, and each région, département and EPCI that counts at least two. #}
with appartenances as (
    select zonage, code_qpv, 'QPV-FR' as code_ensemble
    from {{ ref('int_territoires__quartiers') }}
    union all
    select zonage, code_qpv, 'QPV-R' || code_region as code_ensemble
    from {{ ref('int_territoires__quartiers') }}
    where code_region is not null
    union all
    select zonage, code_qpv, 'QPV-D' || code_departement as code_ensemble
    from {{ ref('int_territoires__quartiers') }}
    where code_region is not null
    union all
    select zonage, code_qpv, 'QPV-E' || code_epci as code_ensemble
    from {{ ref('int_territoires__quartiers_epci') }}
    where origine = 'actuel'
)

select
    a.zonage,
    a.code_ensemble,
    a.code_qpv,
    count(*) over (partition by a.zonage, a.code_ensemble) as nb_quartiers
from appartenances as a
inner join (
    select zonage, code_ensemble
    from appartenances
    group by zonage, code_ensemble
    having count(*) > 1
) as ensembles on a.zonage = ensembles.zonage and a.code_ensemble = ensembles.code_ensemble
