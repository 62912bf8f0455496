{# A text attribute of the row, back from its cell to a column; to be used with a `group by` on the row. #}
{% macro attribut(variable) -%}
    max(case when variable = '{{ variable }}' then valeur_texte end) as {{ variable }}
{%- endmacro %}
