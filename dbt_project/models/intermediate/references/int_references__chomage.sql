{# The unemployment rate of the département (BIT), beside the quartier, never on the same scale. #}
{{ indicateurs_directs(ref('stg_insee__chomage_localise'), {
    'taux_chomage_bit_departement': 'taux_chomage_bit_departement',
}) }}
