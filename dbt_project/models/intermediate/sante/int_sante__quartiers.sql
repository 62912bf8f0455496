{# Complementary health cover of the inhabitants, one line per indicator. #}
{{ indicateurs_directs(ref('stg_insee__qpv_revenus'), {'nb_beneficiaires_cmuc': 'nb_beneficiaires_cmuc'}) }}
{%- for base in [
    ref('stg_insee__qpv_revenus'),
    ref('stg_insee__qpv_cnam_c2s'),
    ref('stg_insee__qpv2024_cnam_c2s'),
] %}
union all
{{ indicateurs_ratios(base, {
    'part_beneficiaires_c2s': {
        'num': ['beneficiaires_c2s_non_participative', 'beneficiaires_c2s_participative'],
        'den': ['personnes_couvertes_regime_general'],
    },
    'part_beneficiaires_c2s_non_participative': {
        'num': ['beneficiaires_c2s_non_participative'],
        'den': ['personnes_couvertes_regime_general'],
    },
}) }}
{%- endfor %}
union all
{{ indicateurs_directs(ref('stg_insee__qpv_recensement_2010'), {
    'part_menages_1_personne_75_plus': 'part_menages_1_personne_75_plus',
}) }}
