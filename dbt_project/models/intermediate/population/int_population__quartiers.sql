{# Population and census shares of the quartiers, one line per indicator and file. #}
{{ indicateurs_directs(ref('stg_insee__qpv_demographie'), {
    'population_municipale': 'population_municipale',
    'part_femmes': 'part_femmes',
    'part_moins_25_ans': 'part_moins_25_ans',
    'part_60_ans_plus': 'part_60_ans_plus',
    'indice_jeunesse': 'indice_jeunesse',
    'part_menages_1_personne': 'part_menages_1_personne',
    'part_menages_6_personnes_plus': 'part_menages_6_personnes_plus',
    'part_population_etrangere': 'part_population_etrangere',
}) }}
union all
{{ indicateurs_ratios(ref('stg_insee__qpv_demographie'), {
    'part_population_commune_en_qpv': {'num': ['population_communes_en_qpv'], 'den': ['population_communes']},
}) }}
union all
{{ indicateurs_directs(ref('stg_insee__qpv_recensement_2010'), {
    'part_femmes': 'part_femmes',
    'part_75_ans_plus': 'part_75_ans_plus',
    'indice_jeunesse': 'indice_jeunesse',
    'part_menages_1_personne': 'part_menages_1_personne',
    'part_menages_6_personnes_plus': 'part_menages_6_personnes_plus',
    'part_population_etrangere': 'part_population_etrangere',
    'part_familles_monoparentales_menages': 'part_familles_monoparentales_menages',
    'nb_personnes_par_residence_principale': 'nb_personnes_par_residence_principale',
}) }}
union all
{{ indicateurs_ratios(ref('stg_insee__qpv_recensement_2010'), {
    'part_moins_25_ans': {'num': ['part_0_14_ans', 'part_15_24_ans']},
    'part_60_ans_plus': {'num': ['part_60_74_ans', 'part_75_ans_plus']},
}) }}
union all
{{ indicateurs_directs(ref('stg_insee__qpv_population'), {'population_municipale': 'population_municipale'}) }}
union all
{{ indicateurs_directs(ref('stg_insee__qpv2024_population'), {'population_municipale': 'population_municipale'}) }}
union all
{{ indicateurs_directs(ref('stg_insee__qpv2024_estimations_demographiques'), {
    'indice_jeunesse': 'indice_jeunesse',
    'part_menages_1_personne': 'part_menages_1_personne',
    'part_menages_6_personnes_plus': 'part_menages_6_personnes_plus',
    'part_population_etrangere': 'part_population_etrangere',
    'part_population_immigree': 'part_population_immigree',
}) }}
union all
{{ indicateurs_directs(ref('stg_insee__qpv_estimations_demographiques'), {
    'indice_jeunesse': 'indice_jeunesse',
    'part_menages_1_personne': 'part_menages_1_personne',
    'part_menages_6_personnes_plus': 'part_menages_6_personnes_plus',
}) }}
