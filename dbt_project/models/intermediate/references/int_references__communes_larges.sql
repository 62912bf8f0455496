{# One row per commune and edition of the comparateur, its published counts side by side, ready to be summed. #}
select
    code_territoire as code_commune,
    jeu,
    millesime,
    fichier,
    ligne,
    empreinte_sha256,
    max(case when bloc = 'recensement' then periode end) as periode_recensement,
    max(case when bloc = 'recensement' then date_reference end) as date_recensement,
    max(case when bloc = 'recensement_precedent' then periode end) as periode_recensement_precedent,
    max(case when bloc = 'recensement_precedent' then date_reference end) as date_recensement_precedent,
    max(case when bloc = 'etablissements' then periode end) as periode_etablissements,
    max(case when bloc = 'etablissements' then date_reference end) as date_etablissements,
    max(case when bloc = 'recensement' and variable = 'population_municipale' then valeur end) as population,
    max(case when bloc = 'recensement_precedent' and variable = 'population_municipale' then valeur end) as population_precedente,
    max(case when variable = 'superficie_km2' then valeur end) as superficie_km2,
    max(case when variable = 'population_15_64' then valeur end) as population_15_64,
    max(case when variable = 'actifs_15_64' then valeur end) as actifs_15_64,
    max(case when variable = 'chomeurs_15_64' then valeur end) as chomeurs_15_64,
    max(case when variable = 'logements' then valeur end) as logements,
    max(case when variable = 'logements_vacants' then valeur end) as logements_vacants,
    max(case when variable = 'residences_principales' then valeur end) as residences_principales,
    max(case when variable = 'residences_principales_proprietaires' then valeur end) as residences_proprietaires,
    max(case when variable = 'etablissements_actifs' then valeur end) as etablissements_actifs
from {{ ref('stg_insee__communes_comparateur') }}
where bloc <> 'filosofi'
group by code_territoire, jeu, millesime, fichier, ligne, empreinte_sha256
