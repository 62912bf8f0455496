select
    jeu,
    millesime,
    fichier,
    ligne,
    empreinte_sha256,
    code_territoire as identifiant,
    {{ attribut('libelle') }},
    {{ attribut('annee') }},
    max(case when variable = 'montant' then valeur end) as montant_eur,
    max(case when variable = 'codes_contrats' and rang <= 1 then valeur_texte end) as code_contrat_1,
    max(case when variable = 'codes_contrats' and rang = 2 then valeur_texte end) as code_contrat_2,
    max(case when variable = 'codes_contrats' then rang end) as nb_contrats,
    {{ attribut('code_departement') }},
    {{ attribut('code_region') }}
from {{ source('anct', 'adultes_relais') }}
group by jeu, millesime, fichier, ligne, empreinte_sha256, code_territoire
