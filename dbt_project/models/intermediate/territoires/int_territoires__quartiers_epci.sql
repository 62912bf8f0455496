{#
The EPCI of a quartier: `actuel` by its communes and the latest composition, `liste` as the publisher listed it
(2015 for the 2015 zoning, 2022 for the 2024 one). Older references are looked up in the list first.
#}
with listes as (
    select '2015' as zonage, code_territoire as code_qpv, valeur_texte as code_epci
    from {{ ref('stg_insee__qpv_population') }}
    where variable in ('code_epci_1', 'code_epci_2') and statut = 'observe'
    union
    select '2024' as zonage, code_territoire as code_qpv, valeur_texte as code_epci
    from {{ ref('stg_insee__qpv2024_population') }}
    where variable = 'codes_epci' and statut = 'observe'
)

select
    'liste' as origine,
    l.zonage,
    l.code_qpv,
    l.code_epci
from listes as l
inner join {{ ref('int_territoires__quartiers') }} as q on l.code_qpv = q.code_qpv and l.zonage = q.zonage
where {{ contient_motif('l.code_epci', '^[0-9]{9}$') }}
union all
select distinct
    'actuel' as origine,
    qc.zonage,
    qc.code_qpv,
    e.code_epci
from {{ ref('int_territoires__quartiers_communes') }} as qc
inner join {{ ref('stg_insee__cog_epci_communes') }} as e on qc.code_commune = e.code_commune
where e.code_epci is not null
