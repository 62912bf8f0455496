select
    jeu,
    millesime,
    fichier,
    ligne,
    empreinte_sha256,
    code_territoire as identifiant,
    {{ attribut('libelle') }},
    {{ attribut('nature') }},
    {{ attribut('secteur') }},
    {{ attribut('code_commune') }},
    {{ attribut('code_departement') }},
    max(case when variable = 'code_departement' then {{ departement_du_cog('valeur_texte') }} end) as departement,
    max(case when variable = 'longitude' then valeur end) as longitude,
    max(case when variable = 'latitude' then valeur end) as latitude,
    max(case when variable = 'nb_eleves' then valeur end) as nb_eleves,
    {{ attribut('statut_education_prioritaire') }},
    {{ attribut('etat') }},
    {{ attribut('precision_localisation') }},
    {{ attribut('date_maj') }}
from {{ source('education', 'annuaire') }}
group by jeu, millesime, fichier, ligne, empreinte_sha256, code_territoire
