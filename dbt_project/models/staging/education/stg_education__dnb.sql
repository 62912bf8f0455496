select
    jeu,
    millesime,
    fichier,
    ligne,
    empreinte_sha256,
    code_territoire as identifiant,
    periode,
    {{ attribut('libelle') }},
    {{ attribut('type_etablissement') }},
    {{ attribut('secteur') }},
    {{ attribut('code_commune') }},
    {{ attribut('code_departement') }},
    max(case when variable = 'code_departement' then {{ departement_du_cog('valeur_texte') }} end) as departement,
    max(case when variable = 'nb_inscrits_brevet' then valeur end) as nb_inscrits_brevet,
    max(case when variable = 'nb_presents_brevet' then valeur end) as nb_presents_brevet,
    max(case when variable = 'nb_admis_brevet' then valeur end) as nb_admis_brevet,
    max(case when variable = 'nb_admis_sans_mention_brevet' then valeur end) as nb_admis_sans_mention_brevet,
    max(case when variable = 'nb_admis_mention_ab_brevet' then valeur end) as nb_admis_mention_ab_brevet,
    max(case when variable = 'nb_admis_mention_b_brevet' then valeur end) as nb_admis_mention_b_brevet,
    max(case when variable = 'nb_admis_mention_tb_brevet' then valeur end) as nb_admis_mention_tb_brevet,
    max(case when variable = 'taux_reussite_brevet' then valeur end) as taux_reussite_brevet
from {{ source('education', 'dnb') }}
group by jeu, millesime, fichier, ligne, empreinte_sha256, code_territoire, periode
