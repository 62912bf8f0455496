{# The columns together identify a row: none is absent (but those of `peuvent_manquer`), no combination comes twice. #}
{% test combinaison_unique(model, colonnes, peuvent_manquer=[]) %}
select {{ colonnes | join(', ') }}, count(*) as nb_lignes
from {{ model }}
group by {{ colonnes | join(', ') }}
having
    count(*) > 1
{%- for colonne in colonnes if colonne not in peuvent_manquer %}
    or {{ colonne }} is null
{%- endfor %}
{% endtest %}
