select
    jeu,
    millesime,
    fichier,
    ligne,
    empreinte_sha256,
    code_territoire as identifiant,
    periode,
    case when fichier like '%-pro.csv' then 'professionnelle' else 'generale_technologique' end as voie,
    {{ attribut('libelle') }},
    {{ attribut('secteur') }},
    {{ attribut('code_commune') }},
    max(case when variable = 'nb_presents_baccalaureat' then valeur end) as nb_presents_baccalaureat,
    max(case when variable = 'taux_reussite_baccalaureat' then valeur end) as taux_reussite_baccalaureat,
    max(case when variable = 'valeur_ajoutee_baccalaureat' then valeur end) as valeur_ajoutee_baccalaureat,
    max(case when variable = 'taux_acces_2nde_baccalaureat' then valeur end) as taux_acces_2nde_baccalaureat
from {{ source('education', 'ival') }}
group by jeu, millesime, fichier, ligne, empreinte_sha256, code_territoire, periode
