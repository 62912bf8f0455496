{# What is known of the commune only, shown beside its quartiers as context: general practitioners within reach, fibre. #}
{%- set a_quartiers = 'code_territoire in (select code_commune from ' ~ ref('int_territoires__communes_a_quartiers') ~ ')' %}
{{ indicateurs_directs(ref('stg_drees__apl'), {'apl_medecins_generalistes': 'apl_medecins_generalistes'}, a_quartiers) }}
union all
{{ indicateurs_ratios(ref('stg_arcep__eligibilite_communes'), {
    'part_locaux_raccordables_fibre': {'num': ['nb_locaux_eligibles_fibre'], 'den': ['nb_locaux']},
}, a_quartiers) }}
