{# Housing of the quartiers. The vacancy rate of 2010 is published for the quartiers as a whole only, never one by one. #}
{{ indicateurs_directs(
    ref('stg_insee__qpv_recensement_2010'),
    {'taux_logements_vacants_2010': 'taux_logements_vacants_2010'},
    filtre="niveau = 'ensemble_qpv'"
) }}
