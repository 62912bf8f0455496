{#
Places of each family inside a quartier, near it, and how far the nearest one is: one row per quartier that the vintage
covers, zeros included. The population is the latest one published for the zoning.
#}
with paires as (
    select
        v.zonage,
        v.code_qpv,
        l.famille,
        l.jeu,
        l.millesime,
        sum(case when v.est_dans_qpv then 1 else 0 end) as nb_dans_qpv,
        sum(case when v.distance_m <= l.distance_limite_m then 1 else 0 end) as nb_proches,
        sum(case when v.distance_m <= l.distance_limite_m and l.est_itinerante then 1 else 0 end) as nb_itinerants,
        min(v.distance_m) as distance_m
    from {{ ref('int_acces__proximites') }} as v
    inner join {{ ref('int_acces__lieux') }} as l
        on v.jeu = l.jeu and v.millesime = l.millesime and v.identifiant = l.identifiant
    group by v.zonage, v.code_qpv, l.famille, l.jeu, l.millesime
),

limites as (
    select famille, max(distance_limite_m) as distance_limite_m
    from {{ ref('int_acces__lieux') }}
    group by famille
),

populations as (
    select zonage, code_territoire as code_qpv, valeur as population
    from (
        select
            zonage,
            code_territoire,
            valeur,
            periode,
            max(periode) over (partition by zonage) as derniere_periode,
            row_number() over (partition by zonage, code_territoire, periode order by millesime desc, fichier asc) as rang
        from {{ ref('int_population__quartiers') }}
        where
            indicateur = 'population_municipale'
            and niveau = 'qpv'
            and jeu in ('insee.qpv_demographie', 'insee.qpv2024_population')
    ) as publiees
    where periode = derniere_periode and rang = 1
)

select
    c.zonage,
    c.code_qpv,
    s.famille,
    s.jeu,
    s.millesime,
    s.periode,
    s.date_reference,
    s.est_date_deduite,
    s.fichier,
    s.empreinte_sha256,
    coalesce(v.nb_dans_qpv, 0) as nb_dans_qpv,
    coalesce(v.nb_proches, 0) as nb_proches,
    coalesce(v.nb_itinerants, 0) as nb_itinerants,
    case when v.distance_m <= m.distance_lieu_max_m then v.distance_m end as distance_m,
    p.population,
    coalesce(c.distance_hors_fichier_m <= l.distance_limite_m, 1 = 0) as est_compte_minimal,
    coalesce(c.distance_hors_fichier_m < v.distance_m, 1 = 0) as est_distance_maximale
from {{ ref('int_acces__couverture') }} as c
cross join {{ source('catalogue', 'methode') }} as m
inner join {{ ref('int_acces__series') }} as s on c.jeu = s.jeu and c.millesime = s.millesime
inner join limites as l on s.famille = l.famille
left join paires as v
    on
        c.zonage = v.zonage
        and c.code_qpv = v.code_qpv
        and s.famille = v.famille
        and s.jeu = v.jeu
        and s.millesime = v.millesime
left join populations as p on c.zonage = p.zonage and c.code_qpv = p.code_qpv
