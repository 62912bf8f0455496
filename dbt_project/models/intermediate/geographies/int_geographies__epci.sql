{# The EPCI under which each quartier is counted: those of the publisher's list, else today's. #}
with listes as (
    select distinct zonage, code_qpv
    from {{ ref('int_territoires__quartiers_epci') }}
    where origine = 'liste'
)

select zonage, code_qpv, code_epci
from {{ ref('int_territoires__quartiers_epci') }}
where origine = 'liste'
union all
select a.zonage, a.code_qpv, a.code_epci
from {{ ref('int_territoires__quartiers_epci') }} as a
left join listes as l on a.zonage = l.zonage and a.code_qpv = l.code_qpv
where a.origine = 'actuel' and l.code_qpv is null
