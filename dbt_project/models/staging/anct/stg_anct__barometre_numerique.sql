select
    jeu,
    millesime,
    fichier,
    ligne,
    empreinte_sha256,
    code_territoire as identifiant,
    {{ attribut('libelle_question') }},
    max(case when variable = 'part_reponses' then valeur end) as part_reponses_pct
from {{ source('anct', 'barometre_numerique') }}
group by jeu, millesime, fichier, ligne, empreinte_sha256, code_territoire
