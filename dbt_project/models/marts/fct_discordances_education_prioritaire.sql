{#
Schools and collèges where the map of priority education and that of the quartiers disagree, in either direction. Near and
far are the two sides of one limit: 100 m for a school, 300 m for a collège, the distances of INSEE.
The second direction has no quartier: it is read in this table only, never in a figure of a quartier.
#}
with lieux as (
    select *
    from {{ ref('int_acces__lieux') }}
    where famille in ('hors_education_prioritaire', 'ecoles_rep', 'colleges_rep')
),

zonages as (
    select distinct zonage
    from {{ ref('int_territoires__quartiers') }}
),

plus_proches as (
    select zonage, jeu, millesime, identifiant, code_qpv, distance_m
    from (
        select
            v.zonage,
            v.jeu,
            v.millesime,
            v.identifiant,
            v.code_qpv,
            v.distance_m,
            row_number() over (
                partition by v.zonage, v.jeu, v.millesime, v.identifiant
                order by v.distance_m, v.code_qpv
            ) as rang
        from {{ ref('int_acces__proximites') }} as v
        inner join lieux as l on v.jeu = l.jeu and v.millesime = l.millesime and v.identifiant = l.identifiant
    ) as classees
    where rang = 1
)

select
    z.zonage,
    l.identifiant,
    l.millesime,
    case
        when l.famille = 'hors_education_prioritaire' then 'proche_hors_education_prioritaire'
        else 'prioritaire_loin_des_quartiers'
    end as discordance,
    l.nature,
    l.libelle,
    l.code_commune,
    {{ departement_du_territoire("'commune'", 'l.code_commune') }} as code_departement,
    l.statut_education_prioritaire,
    p.code_qpv,
    p.distance_m,
    cast(l.distance_limite_m as integer) as distance_limite_m,
    l.jeu
from lieux as l
cross join zonages as z
left join plus_proches as p
    on z.zonage = p.zonage and l.jeu = p.jeu and l.millesime = p.millesime and l.identifiant = p.identifiant
where
    (l.famille = 'hors_education_prioritaire' and p.distance_m <= l.distance_limite_m)
    or (
        l.famille <> 'hors_education_prioritaire'
        and (p.distance_m is null or p.distance_m > l.distance_limite_m)
    )
