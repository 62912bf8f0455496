{# Households known to the Caf, one line per indicator. #}
{{ indicateurs_ratios(ref('stg_insee__qpv_demographie'), {
    'part_population_couverte_caf': {'num': ['personnes_couvertes_caf'], 'den': ['population_municipale']},
    'part_allocataires_monoparents': {'num': ['allocataires_monoparents'], 'den': ['allocataires']},
    'part_allocataires_isoles': {'num': ['allocataires_isoles'], 'den': ['allocataires']},
    'part_allocataires_couples_3_enfants_plus': {'num': ['allocataires_couples_3_enfants_plus'], 'den': ['allocataires']},
    'part_enfants_moins_6_ans_caf': {'num': ['enfants_caf_0_2_ans', 'enfants_caf_3_5_ans'], 'den': ['enfants_caf']},
}) }}
union all
{{ indicateurs_ratios(ref('stg_insee__qpv_revenus'), {
    'part_allocataires_rsa': {'num': ['allocataires_rsa'], 'den': ['allocataires']},
    'part_allocataires_prime_activite': {'num': ['allocataires_prime_activite'], 'den': ['allocataires']},
    'part_allocataires_aah': {'num': ['allocataires_aah'], 'den': ['allocataires']},
    'part_allocataires_dependants_50': {'num': ['allocataires_dependants_50'], 'den': ['allocataires']},
    'part_allocataires_dependants_100': {'num': ['allocataires_dependants_100'], 'den': ['allocataires']},
}) }}
union all
{{ indicateurs_ratios(ref('stg_insee__qpv_caf'), {
    'part_allocataires_monoparents': {'num': ['allocataires_monoparents'], 'den': ['allocataires']},
}) }}
union all
{{ indicateurs_ratios(ref('stg_insee__qpv2024_caf'), {
    'part_allocataires_monoparents': {'num': ['allocataires_monoparents'], 'den': ['allocataires']},
    'part_allocataires_isoles': {'num': ['allocataires_isoles'], 'den': ['allocataires']},
    'part_allocataires_rsa': {'num': ['allocataires_rsa'], 'den': ['allocataires']},
}) }}
