{#
The three sizes of each quartier of 2024 that is alone in its EPCI: its own population, that of its communes, that of
its EPCI (gap_method §10). One date for all of them: the last edition, never a mixture. A quartier that is alone in
several EPCI gets their sum; a commune or an EPCI that the census does not hold leaves the size empty.
#}
with uniques as (
    select
        q.code_qpv,
        case when {{ est_outre_mer('q.code_region') }} or q.code_region is null then 'outre_mer' else 'hexagone' end as bassin
    from {{ ref('int_territoires__quartiers') }} as q
    inner join {{ ref('int_geographies__quartiers') }} as g
        on q.code_qpv = g.code_territoire and q.zonage = g.zonage and g.indicateur = 'epci_qpv_unique'
    where q.zonage = '2024' and g.valeur = 1
),

derniere_periode as (
    select max(periode) as periode
    from {{ ref('int_valeurs__grille') }}
    where zonage = '2024' and indicateur = 'population_municipale' and statut = 'observe'
),

quartiers as (
    select v.code_territoire as code_qpv, v.valeur as population, v.date_reference
    from {{ ref('int_valeurs__grille') }} as v
    inner join derniere_periode as d on v.periode = d.periode
    where v.zonage = '2024' and v.indicateur = 'population_municipale' and v.statut = 'observe'
),

editions as (
    select millesime, row_number() over (order by date_recensement desc, millesime desc) as rang
    from (
        select distinct millesime, date_recensement
        from {{ ref('int_references__sommes') }}
        where date_recensement is not null
    ) as lues
),

recensement as (
    select s.niveau, s.code_zone, s.population, s.date_recensement
    from {{ ref('int_references__sommes') }} as s
    inner join editions as e on s.millesime = e.millesime and e.rang = 1
    where s.niveau in ('commune', 'epci')
),

communes as (
    select
        c.code_qpv,
        max(r.date_recensement) as date_recensement,
        case when count(r.population) = count(*) then {{ somme_exacte('r.population') }} end as population
    from {{ ref('int_territoires__quartiers_communes') }} as c
    left join recensement as r on c.code_commune = r.code_zone and r.niveau = 'commune'
    where c.zonage = '2024'
    group by c.code_qpv
),

epci as (
    select
        e.code_qpv,
        case when count(r.population) = count(*) then {{ somme_exacte('r.population') }} end as population
    from (
        select code_qpv, code_epci, count(*) over (partition by code_epci) as nb
        from {{ ref('int_geographies__epci') }}
        where zonage = '2024'
    ) as e
    left join recensement as r on e.code_epci = r.code_zone and r.niveau = 'epci'
    where e.nb = 1
    group by e.code_qpv
)

select
    u.bassin,
    u.code_qpv,
    q.population as population_qpv,
    q.date_reference as population_qpv_date,
    c.population as population_communes,
    e.population as population_epci,
    c.date_recensement as recensement_date
from uniques as u
left join quartiers as q on u.code_qpv = q.code_qpv
left join communes as c on u.code_qpv = c.code_qpv
left join epci as e on u.code_qpv = e.code_qpv
