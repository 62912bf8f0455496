select
    jeu,
    millesime,
    fichier,
    ligne,
    empreinte_sha256,
    code_territoire as identifiant,
    {{ attribut('libelle') }},
    {{ attribut('categorie_finess') }},
    {{ attribut('rang_commune') }},
    {{ attribut('code_departement') }},
    {{ attribut('date_maj') }}
from {{ source('drees', 'finess') }}
group by jeu, millesime, fichier, ligne, empreinte_sha256, code_territoire
