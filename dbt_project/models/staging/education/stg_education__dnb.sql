select
    jeu,
    millesime,
    fichier,
    ligne,
    empreinte_sha256,
    code_territoire as identifiant,
    periode,
    {{ attribut('libelle') }},
    {{ attribut('secteur') }},
    {{ attribut('code_commune') }},
    {{ attribut('code_departement') }},
    max(case when variable = 'nb_presents_brevet' then valeur end) as nb_presents_brevet,
    max(case when variable = 'nb_admis_brevet' then valeur end) as nb_admis_brevet
from {{ source('education', 'dnb') }}
group by jeu, millesime, fichier, ligne, empreinte_sha256, code_territoire, periode
