{# Diplomas and schooling at the 2010 census, one line per indicator. #}
{{ indicateurs_directs(ref('stg_insee__qpv_recensement_2010'), {
    'part_diplome_inferieur_bac': 'part_diplome_inferieur_bac',
    'part_diplome_bac2_plus': 'part_diplome_bac2_plus',
    'taux_scolarisation_16_24': 'taux_scolarisation_16_24',
}) }}
