{#
Which zones each commune of an edition of the comparateur is summed into.
An EPCI is complete when each of its communes of 2026 was found and no commune of its départements is lost: the EPCI of
a commune that the composition no longer knows is not published here, only its département is. Those sums are `partiel`
(decision 0003).
#}
with communes as (
    select
        l.millesime,
        l.code_commune,
        coalesce(c.code_commune, l.code_commune) as code_actuel,
        {{ departement_du_territoire("'commune'", 'l.code_commune') }} as code_departement
    from {{ ref('int_references__communes_larges') }} as l
    left join {{ ref('int_territoires__communes') }} as c on l.code_commune = c.ancien_code
),

rattachees as (
    select
        c.millesime,
        c.code_commune,
        c.code_actuel,
        c.code_departement,
        d.code_region,
        coalesce(e1.code_epci, e2.code_epci) as code_epci,
        case when e1.code_commune is not null or e2.code_commune is not null then 1 else 0 end as est_trouvee,
        coalesce(e1.code_commune, e2.code_commune) as code_composition
    from communes as c
    inner join {{ ref('stg_insee__cog_departements') }} as d on c.code_departement = d.code_departement
    left join {{ ref('stg_insee__cog_epci_communes') }} as e1 on c.code_commune = e1.code_commune
    left join {{ ref('stg_insee__cog_epci_communes') }} as e2 on c.code_actuel = e2.code_commune
),

incomplets as (
    select m.millesime, e.code_epci
    from {{ ref('stg_insee__cog_epci_communes') }} as e
    cross join (select distinct millesime from communes) as m
    left join rattachees as r on e.code_commune = r.code_composition and m.millesime = r.millesime
    where r.code_commune is null and e.code_epci is not null
    union
    select r.millesime, e.code_epci
    from rattachees as r
    inner join {{ ref('stg_insee__cog_epci_communes') }} as e on r.code_departement = e.code_departement
    where r.est_trouvee = 0 and e.code_epci is not null
),

zones as (
    select r.millesime, 'commune' as niveau, r.code_actuel as code_zone, r.code_commune
    from rattachees as r
    inner join {{ ref('int_territoires__communes_a_quartiers') }} as q on r.code_actuel = q.code_commune
    union all
    select millesime, 'epci' as niveau, code_epci as code_zone, code_commune
    from rattachees
    where code_epci is not null
    union all
    select millesime, 'departement' as niveau, code_departement as code_zone, code_commune
    from rattachees
    union all
    select millesime, 'region' as niveau, code_region as code_zone, code_commune
    from rattachees
    union all
    select millesime, 'france' as niveau, 'FRM' as code_zone, code_commune
    from rattachees
    where not ({{ est_outre_mer('code_region') }})
    union all
    select millesime, 'france' as niveau, 'FRHM' as code_zone, code_commune
    from rattachees
    where not ({{ est_mayotte('code_region') }})
)

select
    z.millesime,
    z.niveau,
    z.code_zone,
    z.code_commune,
    case when i.code_epci is null then 1 else 0 end as est_complete
from zones as z
left join incomplets as i
    on z.millesime = i.millesime and case when z.niveau = 'epci' then z.code_zone end = i.code_epci
