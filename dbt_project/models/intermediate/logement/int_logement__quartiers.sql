{#
Housing of the quartiers, one line per indicator. The vacancy rate of 2010 is published for the quartiers as a whole only, never
one by one.
#}
{{ indicateurs_directs(ref('stg_sdes__qpv_rpls'), {
    'nb_logements_sociaux': 'nb_logements_sociaux',
    'taux_vacance_parc_social': 'taux_vacance_parc_social',
    'taux_vacance_3_mois_parc_social': 'taux_vacance_3_mois_parc_social',
    'taux_mobilite_parc_social': 'taux_mobilite_parc_social',
    'loyer_median_parc_social': 'loyer_median_parc_social',
    'part_logements_sociaux_5_pieces_plus': 'part_logements_sociaux_5_pieces_plus',
    'part_logements_sociaux_1949_1975': 'part_logements_sociaux_1949_1975',
}) }}
union all
{{ indicateurs_directs(ref('stg_insee__qpv2024_rpls'), {
    'nb_logements_sociaux': 'nb_logements_sociaux',
    'taux_vacance_parc_social': 'taux_vacance_parc_social',
    'taux_mobilite_parc_social': 'taux_mobilite_parc_social',
    'loyer_median_parc_social': 'loyer_median_parc_social',
}) }}
union all
{{ indicateurs_directs(ref('stg_insee__qpv_logement'), {
    'part_logement_social': 'part_logement_social',
    'taux_suroccupation': 'taux_suroccupation',
}) }}
union all
{{ indicateurs_directs(
    ref('stg_insee__qpv_recensement_2010'),
    {'taux_logements_vacants_2010': 'taux_logements_vacants_2010'},
    filtre="niveau = 'ensemble_qpv'"
) }}
