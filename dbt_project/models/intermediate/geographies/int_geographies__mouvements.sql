{#
What became of each quartier between the two zonings: left, entered, same perimeter, changed. The letter of the 2024
code decides where it speaks, the common surface elsewhere (quartiers of 2015, and codes whose letter says nothing).
A merger or a split needs at least half of the surface of two quartiers: outlines that touch share slivers.
#}
with parametres as (
    select
        100 * lien_partiel_part_surface_min as part_minimale,
        100 * lien_principal_part_surface_min as part_principale
    from {{ source('catalogue', 'methode') }}
),

surfaces as (
    select zonage, code_territoire as code_qpv, valeur as part_surface
    from {{ ref('int_geographies__quartiers') }}
    where indicateur in ('part_surface_2015_dans_2024', 'part_surface_2024_issue_2015')
),

partages as (
    select
        code_qp2015,
        code_qn2024,
        {{ borne_a_100('100 * surface_commune_m2 / surface_2015_m2') }} as part_2015,
        {{ borne_a_100('100 * surface_commune_m2 / surface_2024_m2') }} as part_2024
    from {{ source('spatial', 'recouvrements') }}
),

lies as (
    select p.code_qp2015, p.code_qn2024, p.part_2015, p.part_2024, m.part_principale
    from partages as p
    cross join parametres as m
    where p.part_2015 >= m.part_minimale or p.part_2024 >= m.part_minimale
),

cotes as (
    select '2015' as zonage, code_qp2015 as code_qpv, code_qn2024 as code_lie
    from lies
    union all
    select '2024' as zonage, code_qn2024 as code_qpv, code_qp2015 as code_lie
    from lies
),

codes as (
    select zonage, code_qpv, {{ agrege_texte('code_lie') }} as codes_lies
    from cotes
    group by zonage, code_qpv
),

fusions as (
    select code_qp2015, code_qn2024, count(*) over (partition by code_qn2024) as nb
    from lies
    where part_2015 >= part_principale
),

scissions as (
    select code_qp2015, code_qn2024, count(*) over (partition by code_qp2015) as nb
    from lies
    where part_2024 >= part_principale
),

recompositions as (
    select code_qp2015 as code_qpv, 1 as fusion, 0 as scission
    from fusions
    where nb > 1
    union all
    select code_qn2024 as code_qpv, 1 as fusion, 0 as scission
    from fusions
    where nb > 1
    union all
    select code_qp2015 as code_qpv, 0 as fusion, 1 as scission
    from scissions
    where nb > 1
    union all
    select code_qn2024 as code_qpv, 0 as fusion, 1 as scission
    from scissions
    where nb > 1
),

natures as (
    select code_qpv, max(fusion) as fusion, max(scission) as scission
    from recompositions
    group by code_qpv
),

identiques as (
    select distinct code_qp2015
    from {{ ref('int_geographies__correspondances') }}
    where type_lien = 'identique'
)

select
    q.code_qpv,
    q.zonage,
    case
        when q.zonage = '2015' and s.part_surface < m.part_minimale then 'sorti'
        when q.zonage = '2015' and i.code_qp2015 is not null then 'identique'
        when q.zonage = '2015' then 'modifie'
        when q.statut_perimetre = 'nouveau' then 'entre'
        when q.statut_perimetre is not null then q.statut_perimetre
        when s.part_surface < m.part_minimale then 'entre'
        else 'modifie'
    end as mouvement,
    s.part_surface,
    coalesce(c.codes_lies, '') as codes_lies,
    coalesce(n.fusion, 0) = 1 as est_fusion,
    coalesce(n.scission, 0) = 1 as est_scission,
    case
        when q.statut_perimetre is not null or (i.code_qp2015 is not null and s.part_surface >= m.part_minimale)
            then 'lettre du code 2024'
        else 'surface commune des contours, calcul de l’Observatoire'
    end as methode
from {{ ref('int_territoires__quartiers') }} as q
inner join surfaces as s on q.code_qpv = s.code_qpv and q.zonage = s.zonage
cross join parametres as m
left join codes as c on q.code_qpv = c.code_qpv and q.zonage = c.zonage
left join natures as n on q.code_qpv = n.code_qpv
left join identiques as i on q.code_qpv = i.code_qp2015
