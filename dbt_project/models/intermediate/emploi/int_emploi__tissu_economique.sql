{# Creations of establishments in the quartiers of 2024, one line per indicator. #}
{{ indicateurs_ratios(ref('stg_insee__qpv2024_side'), {
    'part_micro_entrepreneurs_creations': {
        'num': ['nb_creations_micro_entrepreneurs'],
        'den': ['nb_creations_etablissements'],
    },
}) }}
