{# Parts of a date. #}
{% macro annee(expression) -%}
    cast(extract(year from {{ expression }}) as integer)
{%- endmacro %}

{# Whole years between two dates: 2016-12-31 to 2017-12-31 is one, 2022-12-01 to 2024-08-01 is one. #}
{% macro annees_pleines(debut, fin) -%}
    {{ annee(fin) }} - {{ annee(debut) }}
    - case when {{ mois_et_jour(fin) }} < {{ mois_et_jour(debut) }} then 1 else 0 end
{%- endmacro %}

{# 101 for the 1st of January, 1231 for the 31st of December. #}
{% macro mois_et_jour(expression) -%}
    (cast(extract(month from {{ expression }}) as integer) * 100 + cast(extract(day from {{ expression }}) as integer))
{%- endmacro %}

{# The day of a break: a year alone is its 1st of January. #}
{% macro jour_de_rupture(expression) -%}
    {{ jour("case when length(" ~ expression ~ ") = 4 then " ~ expression ~ " || '-01-01' else " ~ expression ~ " end") }}
{%- endmacro %}
