{# The columns together identify a row. #}
{% test combinaison_unique(model, colonnes) %}
select {{ colonnes | join(', ') }}, count(*) as nb_lignes
from {{ model }}
group by {{ colonnes | join(', ') }}
having count(*) > 1
{% endtest %}
