{# The total of a row is exactly the sum of its parts: nothing is lost between them. #}
{% test somme_des_parties(model, total, parties) %}
select *
from {{ model }}
where {{ total }} <> {{ parties | join(' + ') }}
{% endtest %}
