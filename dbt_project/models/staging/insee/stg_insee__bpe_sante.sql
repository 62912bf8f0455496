select
    jeu,
    millesime,
    fichier,
    ligne,
    empreinte_sha256,
    code_territoire as identifiant,
    {{ attribut('nature') }},
    {{ attribut('code_commune') }},
    max(case when variable = 'longitude' then valeur end) as longitude,
    max(case when variable = 'latitude' then valeur end) as latitude,
    {{ attribut('qualite_position') }},
    {{ attribut('code_qpv_2024_publie') }},
    {{ attribut('qualite_qpv_2024') }},
    {{ attribut('code_qpv_2015_publie') }},
    {{ attribut('qualite_qpv_2015') }},
    {{ attribut('quartier_veille_active') }}
from {{ source('insee', 'bpe_sante') }}
group by jeu, millesime, fichier, ligne, empreinte_sha256, code_territoire
