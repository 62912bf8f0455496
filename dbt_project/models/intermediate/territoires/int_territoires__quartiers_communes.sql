{# Which communes a quartier lies in: 141 quartiers of 2015 and 149 of 2024 straddle several. #}
with codes_publies as (
    select '2015' as zonage, code_territoire as code_qpv, valeur_texte as code_publie
    from {{ ref('stg_insee__qpv_appartenance') }}
    where variable = 'code_premiere_commune' and statut = 'observe'
    union all
    select '2024' as zonage, code_territoire as code_qpv, valeur_texte as code_publie
    from {{ ref('stg_anct__qpv2024_contours') }}
    where variable = 'codes_communes' and statut = 'observe'
    union all
    select '2015' as zonage, code_qpv, code_commune as code_publie
    from {{ ref('int_territoires__noms_de_communes') }}
    where code_commune is not null
)

select distinct
    p.zonage,
    p.code_qpv,
    coalesce(c.code_commune, {{ commune_sans_arrondissement('p.code_publie') }}) as code_commune
from codes_publies as p
inner join {{ ref('int_territoires__quartiers') }} as q on p.code_qpv = q.code_qpv and p.zonage = q.zonage
left join {{ ref('int_territoires__communes') }} as c on {{ commune_sans_arrondissement('p.code_publie') }} = c.ancien_code
