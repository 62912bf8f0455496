{#
The ladder of references of each quartier (gap_method §2). `variante` names the lines among which the figures choose:
`actuel` or `liste` for the EPCI, `additif` (the communes together) or `non_additif` (one by one) for a quartier that
straddles communes, `seule` for all the others.
#}
with communes as (
    select zonage, code_qpv, code_commune, count(*) over (partition by zonage, code_qpv) as nb_communes
    from {{ ref('int_territoires__quartiers_communes') }}
)

select
    zonage, code_qpv, 'commune' as niveau_reference, code_commune as code_reference,
    case when nb_communes = 1 then 'seule' else 'non_additif' end as variante
from communes
union all
select
    zonage, code_qpv, 'commune' as niveau_reference, {{ agrege_texte('code_commune') }} as code_reference,
    'additif' as variante
from communes
where nb_communes > 1
group by zonage, code_qpv
union all
select zonage, code_qpv, 'epci' as niveau_reference, code_epci as code_reference, origine as variante
from {{ ref('int_territoires__quartiers_epci') }}
union all
select zonage, code_qpv, 'departement' as niveau_reference, code_departement as code_reference, 'seule' as variante
from {{ ref('int_territoires__quartiers') }}
where code_region is not null
union all
select zonage, code_qpv, 'region' as niveau_reference, code_region as code_reference, 'seule' as variante
from {{ ref('int_territoires__quartiers') }}
where code_region is not null
union all
select zonage, code_qpv, 'ensemble_qpv' as niveau_reference, code_ensemble as code_reference, 'seule' as variante
from {{ ref('int_territoires__ensembles') }}
union all
select q.zonage, q.code_qpv, 'france' as niveau_reference, f.code_reference, 'seule' as variante
from {{ ref('int_territoires__quartiers') }} as q
cross join (
    select 'FRM' as code_reference
    union all
    select 'FRHM' as code_reference
) as f
