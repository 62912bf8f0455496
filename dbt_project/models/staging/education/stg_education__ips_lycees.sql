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
    max(case when variable = 'ips' then valeur end) as ips,
    max(case when variable = 'ips_voie_generale' then valeur end) as ips_voie_generale,
    max(case when variable = 'ips_voie_professionnelle' then valeur end) as ips_voie_professionnelle
from {{ source('education', 'ips_lycees') }}
group by jeu, millesime, fichier, ligne, empreinte_sha256, code_territoire, periode
