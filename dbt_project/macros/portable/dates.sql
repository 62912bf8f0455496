{# Parts of a date. #}
{% macro annee(expression) -%}
    cast(extract(year from {{ expression }}) as integer)
{%- endmacro %}
