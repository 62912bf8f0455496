{# Employment and registered job seekers of the quartiers, one line per indicator and file. #}
{{ indicateurs_directs(ref('stg_insee__qpv_insertion_professionnelle'), {
    'taux_emploi_15_64': 'taux_emploi_15_64',
    'taux_emploi_femmes_15_64': 'taux_emploi_femmes_15_64',
    'taux_emploi_etrangers_15_64': 'taux_emploi_etrangers_15_64',
    'part_emplois_precaires': 'part_emplois_precaires',
    'part_emplois_duree_limitee': 'part_emplois_duree_limitee',
    'nb_contrats_aides': 'nb_contrats_aides',
    'defm_abc': 'defm_abc',
    'defm_a': 'defm_a',
    'evolution_annuelle_defm_abc': 'evolution_annuelle_defm_abc',
}) }}
union all
{{ indicateurs_ratios(ref('stg_insee__qpv_insertion_professionnelle'), {
    'ecart_taux_emploi_femmes_ensemble': {'num': ['taux_emploi_femmes_15_64'], 'moins': ['taux_emploi_15_64']},
    'part_defm_1_an_plus': {
        'num': ['defm_abc_anciennete_classe_3', 'defm_abc_anciennete_classe_4'],
        'den': ['defm_abc'],
    },
    'part_defm_2_ans_plus': {'num': ['defm_abc_anciennete_classe_4'], 'den': ['defm_abc']},
    'part_defm_moins_26_ans': {'num': ['defm_abc_moins_26_ans'], 'den': ['defm_abc']},
    'part_defm_50_ans_plus': {'num': ['defm_abc_50_ans_plus'], 'den': ['defm_abc']},
    'part_defm_femmes': {'num': ['defm_abc_femmes'], 'den': ['defm_abc']},
    'part_defm_categorie_a': {'num': ['defm_a'], 'den': ['defm_abc']},
    'part_defm_niveau_cap_bep_ou_moins': {
        'num': ['defm_abc_niveau_inferieur_cap_bep', 'defm_abc_niveau_cap_bep'],
        'den': ['defm_abc'],
    },
    'part_defm_rsa': {'num': ['defm_abc_rsa'], 'den': ['defm_abc']},
}) }}
union all
{{ indicateurs_directs(ref('stg_insee__qpv_recensement_2010'), {
    'taux_emploi_15_64': 'taux_emploi_15_64',
    'taux_emploi_femmes_15_64': 'taux_emploi_femmes_15_64',
    'taux_emploi_etrangers_15_64': 'taux_emploi_etrangers_15_64',
    'part_emplois_precaires': 'part_emplois_precaires',
}) }}
union all
{{ indicateurs_ratios(ref('stg_insee__qpv_recensement_2010'), {
    'ecart_taux_emploi_femmes_ensemble': {'num': ['taux_emploi_femmes_15_64'], 'moins': ['taux_emploi_15_64']},
}) }}
union all
{{ indicateurs_directs(ref('stg_insee__qpv2024_defm'), {'defm_abc': 'defm_abc', 'defm_a': 'defm_a'}) }}
union all
{{ indicateurs_ratios(ref('stg_insee__qpv2024_defm'), {
    'part_defm_1_an_plus': {
        'num': ['defm_abc_anciennete_classe_3', 'defm_abc_anciennete_classe_4'],
        'den': ['defm_abc'],
    },
    'part_defm_2_ans_plus': {'num': ['defm_abc_anciennete_classe_4'], 'den': ['defm_abc']},
    'part_defm_moins_26_ans': {'num': ['defm_abc_moins_26_ans'], 'den': ['defm_abc']},
    'part_defm_50_ans_plus': {'num': ['defm_abc_50_ans_plus'], 'den': ['defm_abc']},
    'part_defm_femmes': {'num': ['defm_abc_femmes'], 'den': ['defm_abc']},
    'part_defm_categorie_a': {'num': ['defm_a'], 'den': ['defm_abc']},
}) }}
