select
    jeu,
    millesime,
    fichier,
    ligne,
    empreinte_sha256,
    code_territoire as identifiant,
    {{ attribut('code_qpv_2024_publie') }},
    {{ attribut('qualite_qpv_2024') }},
    {{ attribut('code_qpv_2015_publie') }},
    {{ attribut('qualite_qpv_2015') }},
    {{ attribut('code_commune') }}
from {{ source('insee', 'sirene_geolocalise') }}
group by jeu, millesime, fichier, ligne, empreinte_sha256, code_territoire
