{#
Inhabitants of the quartiers of each contract. Until 2023 (codes CV): the population that the list gives, once per
département; the list of 2015 first. From 2024 on (codes CN) that column counts a quartier of three communes three times
(Métropole de Lille: 683,713 for 242,231), so the population of the quartiers themselves is added up. An intercommunalité that
straddles two départements signs under two codes, and each of its posts is published under both: so are its quartiers.
The sum is whole when each quartier has a population and belongs to this collectivité alone.
#}
with publiees as (
    select code_contrat, edition, {{ somme_exacte('population') }} as population
    from (
        select
            code_contrat,
            millesime as edition,
            coalesce(code_departement, '') as code_departement,
            max(population_qpv_contrat) as population
        from {{ ref('stg_anct__contrats_ville') }}
        where code_contrat like 'CV%'
        group by code_contrat, millesime, coalesce(code_departement, '')
    ) as par_departement
    group by code_contrat, edition
),

premieres as (
    select code_contrat, min(edition) as edition
    from publiees
    where population is not null
    group by code_contrat
),

populations_quartiers as (
    select code_territoire as code_qpv, valeur as population
    from {{ ref('stg_insee__qpv2024_population') }}
    where variable = 'population_municipale' and statut = 'observe'
),

signataires as (
    select distinct code_contrat, code_collectivite
    from {{ ref('stg_anct__contrats_ville') }}
    where millesime = '2024' and code_contrat like 'CN%'
),

quartiers as (
    select distinct s.code_collectivite, l.code_qpv
    from {{ ref('int_programmes__contrats_quartiers') }} as l
    inner join signataires as s on l.code_contrat = s.code_contrat
    where l.zonage = '2024'
),

partages as (
    select code_collectivite, code_qpv, count(*) over (partition by code_qpv) as nb_collectivites
    from quartiers
)

select p.code_contrat, p.population, 1 = 1 as est_entiere
from publiees as p
inner join premieres as e on p.code_contrat = e.code_contrat and p.edition = e.edition
union all
select
    s.code_contrat,
    {{ somme_exacte('q.population') }} as population,
    count(q.code_qpv) = count(*) and max(l.nb_collectivites) = 1 as est_entiere
from signataires as s
inner join partages as l on s.code_collectivite = l.code_collectivite
left join populations_quartiers as q on l.code_qpv = q.code_qpv
group by s.code_contrat
having count(q.code_qpv) > 0
