{#
One row per distinct post, year and contrat de ville. A post that takes several rows of the file (two employers'
establishments, two contracts) is one post in every total; its contract is empty when the file gives none.
The département a row does not give is the one of its contract.
#}
with lignes as (
    select
        'nb_adultes_relais' as indicateur, identifiant, annee, code_contrat_1, code_contrat_2, code_departement,
        jeu, millesime, fichier, empreinte_sha256
    from {{ ref('stg_anct__adultes_relais') }}
    union all
    select
        'nb_postes_fonjep' as indicateur, identifiant, annee, code_contrat_1, code_contrat_2, code_departement,
        jeu, millesime, fichier, empreinte_sha256
    from {{ ref('stg_anct__postes_fonjep') }}
),

{# Two codes glued in one cell are two contracts: the post is counted in each, and once in the totals. #}
rattachees as (
    select
        indicateur, identifiant, annee, code_contrat_1 as code_contrat, code_departement,
        jeu, millesime, fichier, empreinte_sha256
    from lignes
    union
    select
        indicateur, identifiant, annee, code_contrat_2 as code_contrat, code_departement,
        jeu, millesime, fichier, empreinte_sha256
    from lignes
    where code_contrat_2 is not null
)

select distinct
    l.indicateur,
    l.annee as periode,
    l.identifiant,
    coalesce(l.code_contrat, '') as code_contrat,
    coalesce(l.code_departement, c.code_departement, '') as code_departement,
    l.jeu,
    l.millesime,
    l.fichier,
    l.empreinte_sha256
from rattachees as l
left join {{ ref('int_programmes__departements_contrats') }} as c on l.code_contrat = c.code_contrat and c.est_unique
