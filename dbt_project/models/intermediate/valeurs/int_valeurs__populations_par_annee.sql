{#
For each year that a figure of a quartier has, the population closest in time, the oldest of two equally close ones. A
table of its own: the engine then knows that it is small beside the figures.
#}
with annees as (
    select distinct {{ annee('date_reference') }} as annee
    from {{ ref('int_valeurs__grille') }}
    where date_reference is not null
),

classees as (
    select
        p.zonage,
        p.code_qpv,
        p.population,
        p.population_commune,
        a.annee,
        row_number() over (
            partition by p.zonage, p.code_qpv, a.annee
            order by abs(p.annee - a.annee), p.annee
        ) as rang
    from {{ ref('int_valeurs__population_de_calcul') }} as p
    cross join annees as a
)

select zonage, code_qpv, annee, population, population_commune
from classees
where rang = 1
