{# A reconciliation that has a tolerance holds within it; the others are shown as they are. #}
{% test rapprochement_juste(model) %}
select *
from {{ model }}
where abs(ecart) > tolerance + 1e-9
{% endtest %}
