{#
The contracts in force in each year of a file of posts: the list of 2015 until 2023, the list of 2024 from then on, and any
other code that a row names. A contract of the list that no row names has no post: that zero was observed.
#}
with annees as (
    select distinct indicateur, periode, jeu, millesime, fichier, empreinte_sha256
    from {{ ref('int_programmes__postes') }}
),

en_vigueur as (
    select a.indicateur, a.periode, c.code_contrat
    from annees as a
    inner join (select distinct millesime, code_contrat from {{ ref('stg_anct__contrats_ville') }}) as c
        on case when a.periode < '2024' then '2015' else '2024' end = c.millesime
    union
    select indicateur, periode, code_contrat
    from {{ ref('int_programmes__postes') }}
    where code_contrat <> ''
)

select
    e.indicateur,
    e.periode,
    e.code_contrat,
    a.jeu,
    a.millesime,
    a.fichier,
    a.empreinte_sha256
from en_vigueur as e
inner join annees as a on e.indicateur = a.indicateur and e.periode = a.periode
