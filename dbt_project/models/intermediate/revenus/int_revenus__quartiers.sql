{# Income and poverty of the quartiers, one line per indicator and file. #}
{{ indicateurs_directs(ref('stg_insee__qpv_revenus'), {
    'taux_pauvrete_60': 'taux_pauvrete_60',
    'niveau_vie_median': 'niveau_vie_median',
    'niveau_vie_d1': 'niveau_vie_d1',
    'niveau_vie_d9': 'niveau_vie_d9',
    'rapport_interdecile_d9_d1': 'rapport_interdecile_d9_d1',
    'part_prestations_sociales_revenu': 'part_prestations_sociales_revenu',
    'part_pensions_revenu': 'part_pensions_revenu',
    'part_revenus_activite': 'part_revenus_activite',
    'part_menages_imposes': 'part_menages_imposes',
    'taux_bas_revenus_declares': 'taux_bas_revenus_declares',
    'revenu_declare_median': 'revenu_declare_median',
}) }}
union all
{# The three oldest bases publish both deciles and not their ratio. #}
{{ indicateurs_ratios(ref('stg_insee__qpv_revenus'), {
    'rapport_interdecile_d9_d1': {'num': ['niveau_vie_d9'], 'den': ['niveau_vie_d1'], 'facteur': 1},
}, filtre="millesime in ('2017', '2018', '2019')") }}
union all
{{ indicateurs_directs(ref('stg_insee__qpv_filosofi'), {
    'taux_pauvrete_60': 'taux_pauvrete_60',
    'niveau_vie_median': 'niveau_vie_median',
    'niveau_vie_d1': 'niveau_vie_d1',
    'niveau_vie_d9': 'niveau_vie_d9',
    'rapport_interdecile_d9_d1': 'rapport_interdecile_d9_d1',
    'indice_gini': 'indice_gini',
    'rapport_s80_s20': 'rapport_s80_s20',
    'part_prestations_sociales_revenu': 'part_prestations_sociales_revenu',
    'part_minima_sociaux_revenu': 'part_minima_sociaux_revenu',
    'part_pensions_revenu': 'part_pensions_revenu',
    'part_revenus_activite': 'part_revenus_activite',
    'part_indemnites_chomage_revenu': 'part_indemnites_chomage_revenu',
}) }}
union all
{{ indicateurs_directs(ref('stg_insee__qpv2024_filosofi'), {'taux_pauvrete_60': 'taux_pauvrete_60'}) }}
