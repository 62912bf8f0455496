{# The quartiers of both zonings: a quartier exists when its outline does (1,514 in 2015, 1,584 in 2024). #}
with libelles as (
    select code_territoire, zonage, valeur_texte as libelle, millesime, fichier
    from {{ ref('stg_anct__qpv2015_contours') }}
    where variable = 'libelle' and statut = 'observe'
    union all
    select code_territoire, zonage, valeur_texte as libelle, millesime, fichier
    from {{ ref('stg_anct__qpv2024_contours') }}
    where variable = 'libelle' and statut = 'observe'
),

derniers_libelles as (
    select
        code_territoire,
        zonage,
        libelle,
        row_number() over (partition by code_territoire, zonage order by millesime desc, fichier asc) as rang
    from libelles
),

quartiers as (
    select
        zonage,
        code_territoire as code_qpv,
        surface_m2,
        longitude,
        latitude,
        case
            when substr(code_territoire, 3, 1) = '0' then substr(code_territoire, 4, 2)
            else substr(code_territoire, 3, 3)
        end as code_departement,
        case when zonage = '2024' then substr(code_territoire, 8, 1) end as lettre
    from {{ source('spatial', 'surfaces') }}
)

select
    q.zonage,
    q.code_qpv,
    coalesce(l.libelle, q.code_qpv) as libelle,
    q.code_departement,
    d.code_region,
    case q.lettre when 'N' then 'nouveau' when 'M' then 'modifie' when 'I' then 'identique' end as statut_perimetre,
    q.surface_m2,
    q.longitude,
    q.latitude
from quartiers as q
left join derniers_libelles as l on q.code_qpv = l.code_territoire and q.zonage = l.zonage and l.rang = 1
left join {{ ref('stg_insee__cog_departements') }} as d on q.code_departement = d.code_departement
