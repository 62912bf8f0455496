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
    max(case when variable = 'code_departement' then {{ departement_du_cog('valeur_texte') }} end) as departement,
    max(case when variable = 'effectif_college' then valeur end) as effectif_college,
    max(case when variable = 'ips' then valeur end) as ips,
    max(case when variable = 'ecart_type_ips' then valeur end) as ecart_type_ips,
    max(case when variable = 'ips_departemental' then valeur end) as ips_departemental,
    max(case when variable = 'ips_academique' then valeur end) as ips_academique,
    max(case when variable = 'ips_national' then valeur end) as ips_national
from {{ source('education', 'ips_colleges') }}
group by jeu, millesime, fichier, ligne, empreinte_sha256, code_territoire, periode
