{# Income and poverty, by commune and above: one line per indicator and file. Communes without a quartier stay out. #}
with publiees as (
    {{ indicateurs_directs(ref('stg_insee__filosofi_references'), {
        'niveau_vie_median': 'niveau_vie_median',
        'niveau_vie_d1': 'niveau_vie_d1',
        'niveau_vie_d9': 'niveau_vie_d9',
        'rapport_interdecile_d9_d1': 'rapport_interdecile_d9_d1',
        'rapport_s80_s20': 'rapport_s80_s20',
        'indice_gini': 'indice_gini',
        'part_revenus_activite': 'part_revenus_activite',
        'part_indemnites_chomage_revenu': 'part_indemnites_chomage_revenu',
        'part_pensions_revenu': 'part_pensions_revenu',
        'part_prestations_sociales_revenu': 'part_prestations_sociales_revenu',
        'part_minima_sociaux_revenu': 'part_minima_sociaux_revenu',
    }) }}
    union all
    {{ indicateurs_directs(ref('stg_insee__communes_filosofi'), {
        'taux_pauvrete_60': 'taux_pauvrete_60',
        'niveau_vie_median': 'niveau_vie_median',
        'niveau_vie_d1': 'niveau_vie_d1',
        'niveau_vie_d9': 'niveau_vie_d9',
        'rapport_interdecile_d9_d1': 'rapport_interdecile_d9_d1',
        'part_menages_imposes': 'part_menages_imposes',
        'part_revenus_activite': 'part_revenus_activite',
        'part_indemnites_chomage_revenu': 'part_indemnites_chomage_revenu',
        'part_pensions_revenu': 'part_pensions_revenu',
        'part_prestations_sociales_revenu': 'part_prestations_sociales_revenu',
        'part_minima_sociaux_revenu': 'part_minima_sociaux_revenu',
    }) }}
    union all
    {{ indicateurs_directs(ref('stg_insee__communes_comparateur'), {
        'taux_pauvrete_60': 'taux_pauvrete_60',
        'niveau_vie_median': 'niveau_vie_median',
        'part_menages_imposes': 'part_menages_imposes',
    }) }}
    union all
    {{ indicateurs_directs(ref('stg_insee__filosofi_pauvrete_references'), {
        'taux_pauvrete_60': 'taux_pauvrete_60',
        'niveau_vie_median': 'niveau_vie_median',
        'niveau_vie_d1': 'niveau_vie_d1',
        'niveau_vie_d9': 'niveau_vie_d9',
        'part_menages_imposes': 'part_menages_imposes',
    }) }}
)

select {{ colonnes_forme_longue('p') }}
from publiees as p
left join {{ ref('int_territoires__communes_a_quartiers') }} as q
    on case when p.niveau = 'commune' then p.code_territoire end = q.code_commune
where p.niveau <> 'commune' or q.code_commune is not null
