select
    jeu,
    millesime,
    fichier,
    ligne,
    empreinte_sha256,
    code_territoire as identifiant,
    {{ attribut('libelle') }},
    {{ attribut('code_commune') }},
    {{ attribut('code_departement') }},
    max(case when variable = 'code_departement' then {{ departement_du_cog('valeur_texte') }} end) as departement,
    {{ attribut('etat') }},
    {{ attribut('precision_localisation') }},
    max(case when variable = 'longitude' then valeur end) as longitude,
    max(case when variable = 'latitude' then valeur end) as latitude
from {{ source('education', 'geolocalisation') }}
group by jeu, millesime, fichier, ligne, empreinte_sha256, code_territoire
