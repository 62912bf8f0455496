select
    jeu,
    millesime,
    fichier,
    ligne,
    empreinte_sha256,
    code_territoire as identifiant,
    {{ attribut('libelle') }},
    {{ attribut('code_commune') }},
    {{ attribut('libelle_commune') }},
    {{ attribut('code_postal') }},
    max(case when variable = 'longitude' then valeur end) as longitude,
    max(case when variable = 'latitude' then valeur end) as latitude,
    {{ attribut('services_proposes') }},
    {{ attribut('dispositifs_nationaux') }},
    {{ attribut('date_maj') }}
from {{ source('anct', 'lieux_mediation_numerique') }}
group by jeu, millesime, fichier, ligne, empreinte_sha256, code_territoire
