select
    jeu,
    millesime,
    fichier,
    ligne,
    empreinte_sha256,
    code_territoire as code_contrat,
    {{ attribut('libelle') }},
    {{ attribut('code_collectivite') }},
    {{ attribut('code_departement') }},
    max(case when variable = 'population_qpv_contrat' then valeur end) as population_qpv_contrat,
    max(case when variable = 'longitude' then valeur end) as longitude,
    max(case when variable = 'latitude' then valeur end) as latitude
from {{ source('anct', 'contrats_ville') }}
group by jeu, millesime, fichier, ligne, empreinte_sha256, code_territoire
