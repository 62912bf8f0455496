{# An indicator whose card says `calcule` has at least one figure: a line is missing in its theme's model otherwise. #}
{% test indicateur_calcule_present(model) %}
select i.indicateur
from {{ model }} as i
left join (
    select distinct indicateur
    from {{ ref('fct_valeurs') }}
    where statut in ('observe', 'partiel')
) as v on i.indicateur = v.indicateur
where i.disponibilite = 'calcule' and v.indicateur is null
{% endtest %}
