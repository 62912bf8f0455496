select
    jeu,
    millesime,
    fichier,
    ligne,
    empreinte_sha256,
    code_territoire as identifiant,
    periode,
    max(case when variable = 'taux_chomage_bit' then valeur end) as taux_chomage_bit
from {{ source('insee', 'chomage_zones_emploi') }}
group by jeu, millesime, fichier, ligne, empreinte_sha256, code_territoire, periode
