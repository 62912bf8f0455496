{# Counted by commune from the first model on: the seat of an association is often the home of one of its members. #}
with associations as (
    select
        jeu,
        millesime,
        fichier,
        ligne,
        empreinte_sha256,
        {{ attribut('code_commune') }},
        {{ attribut('position_activite') }}
    from {{ source('interieur', 'rna') }}
    group by jeu, millesime, fichier, ligne, empreinte_sha256
)

select
    jeu,
    millesime,
    fichier,
    empreinte_sha256,
    coalesce(code_commune, '') as code_commune,
    count(*) as nb_associations,
    count(case when position_activite = 'A' then 1 end) as nb_associations_actives
from associations
group by jeu, millesime, fichier, empreinte_sha256, coalesce(code_commune, '')
