with populations as (
    select niveau, code_territoire, zonage, valeur, date_reference
    from (
        select
            niveau,
            code_territoire,
            zonage,
            valeur,
            date_reference,
            row_number() over (partition by niveau, code_territoire, zonage order by periode desc) as rang
        from {{ ref('int_valeurs__toutes') }}
        where indicateur = 'population_municipale' and statut in ('observe', 'partiel')
    ) as classees
    where rang = 1
),

communes_des_quartiers as (
    select zonage, code_qpv, {{ agrege_texte('code_commune') }} as codes_communes
    from {{ ref('int_territoires__quartiers_communes') }}
    group by zonage, code_qpv
),

epci_des_quartiers as (
    select zonage, code_qpv, {{ agrege_texte('code_epci') }} as codes_epci
    from {{ ref('int_territoires__quartiers_epci') }}
    where origine = 'actuel'
    group by zonage, code_qpv
),

territoires as (
    select
        'qpv' as niveau,
        q.zonage,
        q.code_qpv as code_territoire,
        q.libelle,
        c.codes_communes,
        e.codes_epci,
        q.code_departement,
        q.code_region,
        q.statut_perimetre,
        u.valeur = 1 as est_qpv_unique_epci
    from {{ ref('int_territoires__quartiers') }} as q
    left join communes_des_quartiers as c on q.zonage = c.zonage and q.code_qpv = c.code_qpv
    left join epci_des_quartiers as e on q.zonage = e.zonage and q.code_qpv = e.code_qpv
    left join {{ ref('int_valeurs__toutes') }} as u
        on u.niveau = 'qpv' and u.indicateur = 'epci_qpv_unique' and q.code_qpv = u.code_territoire and q.zonage = u.zonage
    union all
    select
        'commune' as niveau,
        '' as zonage,
        q.code_commune as code_territoire,
        coalesce(c.libelle, q.code_commune) as libelle,
        q.code_commune as codes_communes,
        e.code_epci as codes_epci,
        c.code_departement,
        c.code_region,
        null as statut_perimetre,
        cast(null as boolean) as est_qpv_unique_epci
    from {{ ref('int_territoires__communes_a_quartiers') }} as q
    left join {{ ref('stg_insee__cog_communes') }} as c on q.code_commune = c.code_commune
    left join {{ ref('stg_insee__cog_epci_communes') }} as e on q.code_commune = e.code_commune
    union all
    select 'epci' as niveau, '' as zonage, code_epci as code_territoire, coalesce(libelle, code_epci) as libelle,
        null as codes_communes, code_epci as codes_epci, code_departement, code_region,
        null as statut_perimetre, cast(null as boolean) as est_qpv_unique_epci
    from {{ ref('int_territoires__epci') }}
    union all
    select 'departement' as niveau, '' as zonage, code_departement as code_territoire, libelle,
        null as codes_communes, null as codes_epci, code_departement, code_region,
        null as statut_perimetre, cast(null as boolean) as est_qpv_unique_epci
    from {{ ref('stg_insee__cog_departements') }}
    union all
    select 'region' as niveau, '' as zonage, code_region as code_territoire, libelle,
        null as codes_communes, null as codes_epci, null as code_departement, code_region,
        null as statut_perimetre, cast(null as boolean) as est_qpv_unique_epci
    from {{ ref('stg_insee__cog_regions') }}
    union all
    select 'france' as niveau, '' as zonage, f.code as code_territoire, f.libelle,
        null as codes_communes, null as codes_epci, null as code_departement, null as code_region,
        null as statut_perimetre, cast(null as boolean) as est_qpv_unique_epci
    from (
        select 'FRM' as code, 'France métropolitaine' as libelle
        union all
        select 'FRHM' as code, 'France hors Mayotte' as libelle
        union all
        select 'FR' as code, 'France' as libelle
    ) as f
    union all
    select distinct 'ensemble_qpv' as niveau, e.zonage, e.code_ensemble as code_territoire,
        case
            when e.code_ensemble = 'QPV-FR' then 'Ensemble des QPV (France)'
            when r.code_region is not null then 'QPV de la région ' || r.libelle
            when d.code_departement is not null then 'QPV du département ' || d.libelle
            else 'QPV de l’EPCI ' || coalesce(p.libelle, e.code_ensemble)
        end as libelle,
        null as codes_communes, p.code_epci as codes_epci,
        coalesce(d.code_departement, p.code_departement) as code_departement,
        coalesce(r.code_region, d.code_region, p.code_region) as code_region,
        null as statut_perimetre, cast(null as boolean) as est_qpv_unique_epci
    from {{ ref('int_territoires__ensembles') }} as e
    left join {{ ref('stg_insee__cog_regions') }} as r on e.code_ensemble = 'QPV-R' || r.code_region
    left join {{ ref('stg_insee__cog_departements') }} as d on e.code_ensemble = 'QPV-D' || d.code_departement
    left join {{ ref('int_territoires__epci') }} as p on e.code_ensemble = 'QPV-E' || p.code_epci
)

select
    t.niveau,
    t.zonage,
    t.code_territoire,
    t.libelle,
    t.codes_communes,
    t.codes_epci,
    t.code_departement,
    t.code_region,
    t.statut_perimetre,
    {{ partie_entiere('p.valeur + 0.5') }} as population,
    p.date_reference as population_date,
    t.est_qpv_unique_epci
from territoires as t
left join populations as p
    on t.niveau = p.niveau and t.code_territoire = p.code_territoire and t.zonage = p.zonage
