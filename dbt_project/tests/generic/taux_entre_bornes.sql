{# Percentages that are shares lie between 0 and 100. `sauf`: ratios of two sources, or shares of a total net of taxes. #}
{% test taux_entre_bornes(model, sauf) %}
select v.*
from {{ model }} as v
inner join {{ ref('dim_indicateurs') }} as i on v.indicateur = i.indicateur
where
    i.unite = '%'
    and (v.indicateur like 'part\_%' escape '\' or v.indicateur like 'taux\_%' escape '\')
    and v.indicateur not in ({{ liste_sql(sauf) }})
    and (v.valeur < 0 or v.valeur > 100)
{% endtest %}
