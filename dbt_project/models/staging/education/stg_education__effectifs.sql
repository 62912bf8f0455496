select
    jeu,
    millesime,
    fichier,
    ligne,
    empreinte_sha256,
    code_territoire as identifiant,
    periode,
    max(case when variable = 'nb_eleves' then valeur end) as nb_eleves
from {{ source('education', 'effectifs') }}
group by jeu, millesime, fichier, ligne, empreinte_sha256, code_territoire, periode
