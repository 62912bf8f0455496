{#
Registered job seekers for 100 inhabitants. The population is the one of the same base: 2013 for the three oldest,
2018 for the two others (indicators.md §5.2), two dates and two sources that the label states.
#}
with inscrits as (
    select *
    from {{ ref('stg_insee__qpv_insertion_professionnelle') }}
    where variable = 'defm_abc' and niveau = 'qpv'
),

populations as (
    select millesime, code_territoire, valeur, statut, est_date_deduite
    from {{ ref('stg_insee__qpv_demographie') }}
    where variable = 'population_municipale' and niveau = 'qpv'
),

reunis as (
    select
        i.*,
        p.valeur as population,
        coalesce(p.est_date_deduite, 1 = 0) as est_population_deduite,
        case
            when i.statut <> 'observe' then i.statut
            when p.statut is null then 'non_diffuse'
            when p.statut <> 'observe' then p.statut
            when p.valeur = 0 then 'non_calculable'
            else 'observe'
        end as statut_rapport
    from inscrits as i
    left join populations as p on i.millesime = p.millesime and i.code_territoire = p.code_territoire
)

select
    niveau,
    code_territoire,
    zonage,
    'defm_abc_pour_100_hab' as indicateur,
    periode,
    date_reference,
    est_date_deduite or est_population_deduite as est_date_deduite,
    case when statut_rapport = 'observe' then 100 * valeur / population end as valeur,
    cast(null as {{ type_texte() }}) as valeur_texte,
    statut_rapport as statut,
    case when statut_rapport = 'observe' then valeur end as numerateur,
    case when statut_rapport = 'observe' then population end as denominateur,
    cast(100 as {{ type_reel() }}) as facteur,
    precision_publiee,
    mention,
    jeu,
    millesime,
    fichier,
    ligne,
    empreinte_sha256
from reunis
