{# The census, by commune and above: one line per indicator. #}
{{ indicateurs_de_sommes({
    'population_municipale': {'num': 'population', 'date': 'recensement'},
    'taux_emploi_15_64': {'num': 'actifs_15_64 - chomeurs_15_64', 'den': 'population_15_64', 'date': 'recensement'},
    'taux_chomage_recensement_commune': {'num': 'chomeurs_15_64', 'den': 'actifs_15_64', 'date': 'recensement'},
    'part_proprietaires_commune': {
        'num': 'residences_proprietaires', 'den': 'residences_principales', 'date': 'recensement',
    },
    'taux_logements_vacants_commune': {'num': 'logements_vacants', 'den': 'logements', 'date': 'recensement'},
    'densite_population': {'num': 'population', 'den': 'superficie_km2', 'facteur': 1, 'date': 'recensement'},
    'etablissements_pour_1000_hab_commune': {
        'num': 'etablissements_actifs', 'den': 'population', 'facteur': 1000, 'date': 'etablissements',
    },
    'evolution_population_2013_2018': {
        'num': 'population - population_precedente', 'den': 'population_precedente', 'date': 'recensement',
        'periode': "periode_recensement_precedent || '_' || periode_recensement",
    },
}) }}
union all
{{ indicateurs_de_sommes({
    'population_municipale': {'num': 'population_precedente', 'date': 'recensement_precedent'},
}) }}
