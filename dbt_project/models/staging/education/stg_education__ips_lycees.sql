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
    {{ attribut('type_etablissement') }},
    {{ attribut('code_commune') }},
    {{ attribut('code_departement') }},
    max(case when variable = 'code_departement' then {{ departement_du_cog('valeur_texte') }} end) as departement,
    max(case when variable = 'ips' then valeur end) as ips,
    max(case when variable = 'ecart_type_ips' then valeur end) as ecart_type_ips,
    max(case when variable = 'ips_voie_generale' then valeur end) as ips_voie_generale,
    max(case when variable = 'ips_voie_professionnelle' then valeur end) as ips_voie_professionnelle
from {{ source('education', 'ips_lycees') }}
group by jeu, millesime, fichier, ligne, empreinte_sha256, code_territoire, periode
