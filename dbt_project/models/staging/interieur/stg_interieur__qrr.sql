select
    jeu,
    millesime,
    fichier,
    ligne,
    empreinte_sha256,
    code_territoire as identifiant,
    {{ attribut('libelle') }},
    {{ attribut('code_qrr') }},
    {{ attribut('code_departement') }},
    {{ attribut('vague') }}
from {{ source('interieur', 'qrr') }}
group by jeu, millesime, fichier, ligne, empreinte_sha256, code_territoire
