{# Diplomas and schooling of the inhabitants, one line per indicator. #}
{{ indicateurs_directs(ref('stg_insee__qpv_recensement_2010'), {
    'part_diplome_inferieur_bac': 'part_diplome_inferieur_bac',
    'part_diplome_bac2_plus': 'part_diplome_bac2_plus',
    'taux_scolarisation_16_24': 'taux_scolarisation_16_24',
}) }}
union all
{{ indicateurs_ratios(ref('stg_insee__qpv2024_dnb'), {
    'taux_reussite_dnb_residents': {'num': ['nb_admis_brevet'], 'den': ['nb_presents_brevet']},
}) }}
