select
    jeu,
    millesime,
    fichier,
    ligne,
    empreinte_sha256,
    code_territoire as identifiant,
    periode,
    {{ attribut('secteur') }},
    max(case when variable = 'nb_eleves' then valeur end) as nb_eleves,
    max(case when variable = 'nb_classes' then valeur end) as nb_classes
from {{ source('education', 'effectifs') }}
group by jeu, millesime, fichier, ligne, empreinte_sha256, code_territoire, periode
