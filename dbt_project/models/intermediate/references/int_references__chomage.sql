{# The unemployment rate (BIT) of the département, beside the quartier, never on the same scale; that of the country from the
   macro-economic database, the published values only where it says nothing. #}
{{ indicateurs_directs(ref('stg_insee__chomage_localise'), {
    'taux_chomage_bit_departement': 'taux_chomage_bit_departement',
}) }}
union all
{{ indicateurs_directs(ref('stg_insee__bdm_chomage'), {'taux_chomage_bit_departement': 'taux_chomage_bit'}, "statut = 'observe'") }}
