{# A number rounded to so many decimals. #}
{% macro arrondi(expression, decimales) -%}
    {{ return(adapter.dispatch('arrondi', 'observatoire')(expression, decimales)) }}
{%- endmacro %}

{% macro default__arrondi(expression, decimales) -%}
    round({{ expression }}, {{ decimales }})
{%- endmacro %}

{% macro postgres__arrondi(expression, decimales) -%}
    cast(round(cast({{ expression }} as numeric), {{ decimales }}) as {{ type_reel() }})
{%- endmacro %}
