select
    jeu,
    millesime,
    fichier,
    ligne,
    empreinte_sha256,
    code_territoire as identifiant,
    periode,
    max(case when variable = 'taux_reussite_baccalaureat' then valeur end) as taux_reussite_baccalaureat,
    max(case when variable = 'valeur_ajoutee_baccalaureat' then valeur end) as valeur_ajoutee_baccalaureat
from {{ source('education', 'ival') }}
group by jeu, millesime, fichier, ligne, empreinte_sha256, code_territoire, periode
