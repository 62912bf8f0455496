{# Added up by commune of the seat and programme: neither a beneficiary nor its address goes further. #}
with subventions as (
    select
        jeu,
        millesime,
        fichier,
        ligne,
        empreinte_sha256,
        {{ attribut('programme_budgetaire') }},
        {{ attribut('siren') }},
        max(case when variable = 'montant' then valeur end) as montant_eur,
        {{ attribut('code_commune') }}
    from {{ source('budget', 'jaune_associations') }}
    group by jeu, millesime, fichier, ligne, empreinte_sha256
)

select
    jeu,
    millesime,
    fichier,
    empreinte_sha256,
    coalesce(code_commune, '') as code_commune,
    coalesce(programme_budgetaire, '') as programme_budgetaire,
    count(*) as nb_subventions,
    count(distinct siren) as nb_associations,
    count(case when montant_eur is null then 1 end) as nb_sans_montant,
    {{ somme_exacte('montant_eur') }} as montant_eur
from subventions
group by jeu, millesime, fichier, empreinte_sha256, coalesce(code_commune, ''), coalesce(programme_budgetaire, '')
