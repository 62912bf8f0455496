{#
Posts and subsidies of the départements, of the régions and of France, in the long form: a post counts once at each level,
whatever the number of its rows and contracts. They are related to the inhabitants of the quartiers of the zoning in force.
#}
with annees as (
    select distinct indicateur, periode, jeu, millesime, fichier, empreinte_sha256
    from {{ ref('int_programmes__postes') }}
    union
    select distinct
        'montant' as indicateur, annee as periode, jeu, millesime, fichier, empreinte_sha256
    from {{ ref('stg_anct__subventions') }}
),

situes as (
    select p.indicateur, p.periode, p.identifiant, d.code_departement, d.code_region
    from {{ ref('int_programmes__postes') }} as p
    left join {{ ref('stg_insee__cog_departements') }} as d on p.code_departement = d.code_departement
),

montants as (
    select s.annee as periode, s.montant_eur, d.code_departement, d.code_region
    from {{ ref('stg_anct__subventions') }} as s
    left join {{ ref('stg_insee__cog_departements') }} as d on s.code_departement = d.code_departement
),

quantites as (
    select indicateur, periode, 'departement' as niveau, code_departement as code_territoire, count(distinct identifiant) as nb
    from situes
    where code_departement is not null
    group by indicateur, periode, code_departement
    union all
    select indicateur, periode, 'region' as niveau, code_region as code_territoire, count(distinct identifiant) as nb
    from situes
    where code_region is not null
    group by indicateur, periode, code_region
    union all
    select indicateur, periode, 'france' as niveau, 'FR' as code_territoire, count(distinct identifiant) as nb
    from situes
    group by indicateur, periode
    union all
    select
        'montant' as indicateur, periode, 'departement' as niveau, code_departement as code_territoire,
        {{ somme_exacte('montant_eur') }} as nb
    from montants
    where code_departement is not null
    group by periode, code_departement
    union all
    select
        'montant' as indicateur, periode, 'region' as niveau, code_region as code_territoire,
        {{ somme_exacte('montant_eur') }} as nb
    from montants
    where code_region is not null
    group by periode, code_region
    union all
    select
        'montant' as indicateur, periode, 'france' as niveau, 'FR' as code_territoire, {{ somme_exacte('montant_eur') }} as nb
    from montants
    group by periode
),

{# A département that has quartiers and no row has no post. #}
attendus as (
    select a.indicateur, a.periode, h.niveau, h.code_territoire
    from annees as a
    inner join {{ ref('int_programmes__populations_ensembles') }} as h
        on case when a.periode < '2024' then '2015' else '2024' end = h.zonage
    union
    select indicateur, periode, niveau, code_territoire
    from quantites
),

mesures as (
    select
        t.indicateur,
        t.periode,
        t.niveau,
        t.code_territoire,
        cast(coalesce(q.nb, 0) as {{ type_reel() }}) as nb,
        h.population,
        h.est_entiere,
        a.jeu,
        a.millesime,
        a.fichier,
        a.empreinte_sha256
    from attendus as t
    inner join annees as a on t.indicateur = a.indicateur and t.periode = a.periode
    left join quantites as q
        on
            t.indicateur = q.indicateur
            and t.periode = q.periode
            and t.niveau = q.niveau
            and t.code_territoire = q.code_territoire
    left join {{ ref('int_programmes__populations_ensembles') }} as h
        on
            case when t.periode < '2024' then '2015' else '2024' end = h.zonage
            and t.niveau = h.niveau
            and t.code_territoire = h.code_territoire
),

indicateurs as (
    select
        niveau, code_territoire, indicateur, periode, nb as valeur, 'observe' as statut, cast(null as {{ type_reel() }}) as numerateur,
        cast(null as {{ type_reel() }}) as denominateur, cast(null as {{ type_reel() }}) as facteur, jeu, millesime, fichier, empreinte_sha256
    from mesures
    where indicateur <> 'montant'
    union all
    select
        niveau,
        code_territoire,
        case indicateur
            when 'montant' then 'subventions_politique_ville_par_hab' else 'adultes_relais_pour_10000_hab_qpv'
        end as indicateur,
        periode,
        case indicateur when 'montant' then 1 else 10000 end * nb / nullif(population, 0) as valeur,
        case
            when population is null then 'non_diffuse'
            when population = 0 then 'non_calculable'
            when est_entiere = 1 then 'observe'
            else 'partiel'
        end as statut,
        case when population > 0 then nb end as numerateur,
        case when population > 0 then population end as denominateur,
        case indicateur when 'montant' then 1 else 10000 end as facteur,
        jeu, millesime, fichier, empreinte_sha256
    from mesures
    where indicateur in ('nb_adultes_relais', 'montant')
)

select
    niveau,
    code_territoire,
    '' as zonage,
    indicateur,
    periode,
    {{ jour("periode || '-12-31'") }} as date_reference,
    1 = 0 as est_date_deduite,
    valeur,
    cast(null as {{ type_texte() }}) as valeur_texte,
    statut,
    cast(numerateur as {{ type_reel() }}) as numerateur,
    cast(denominateur as {{ type_reel() }}) as denominateur,
    cast(facteur as {{ type_reel() }}) as facteur,
    cast(null as {{ type_reel() }}) as precision_publiee,
    cast(null as {{ type_texte() }}) as mention,
    jeu,
    millesime,
    fichier,
    cast(null as integer) as ligne,
    empreinte_sha256
from indicateurs
