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
    {{ attribut('code_departement') }},
    max(case when variable = 'nb_candidats_generale' then valeur end) as nb_candidats_generale,
    max(case when variable = 'taux_reussite_generale' then valeur end) as taux_reussite_generale,
    max(case when variable = 'valeur_ajoutee_taux_generale' then valeur end) as valeur_ajoutee_taux_generale,
    max(case when variable = 'note_ecrit_generale' then valeur end) as note_ecrit_generale,
    max(case when variable = 'valeur_ajoutee_note_generale' then valeur end) as valeur_ajoutee_note_generale,
    max(case when variable = 'taux_acces_6e_3e' then valeur end) as taux_acces_6e_3e
from {{ source('education', 'ivac') }}
group by jeu, millesime, fichier, ligne, empreinte_sha256, code_territoire, periode
