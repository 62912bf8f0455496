{# Names of types and casts that differ by engine. #}

{% macro type_reel() -%}
    {{ return(adapter.dispatch('type_reel', 'observatoire')()) }}
{%- endmacro %}

{% macro default__type_reel() -%} double {%- endmacro %}

{% macro postgres__type_reel() -%} double precision {%- endmacro %}

{% macro type_texte() -%}
    {{ return(adapter.dispatch('type_texte', 'observatoire')()) }}
{%- endmacro %}

{% macro default__type_texte() -%} varchar {%- endmacro %}

{% macro spark__type_texte() -%} string {%- endmacro %}

{# A day written AAAA-MM-JJ becomes a date; anything else becomes null. #}
{% macro jour(expression) -%}
    {{ return(adapter.dispatch('jour', 'observatoire')(expression)) }}
{%- endmacro %}

{% macro default__jour(expression) -%}
    try_cast({{ expression }} as date)
{%- endmacro %}

{% macro postgres__jour(expression) -%}
    case when {{ expression }} ~ '^\d{4}-\d{2}-\d{2}$' then cast({{ expression }} as date) end
{%- endmacro %}

{# An integer without rounding surprises: the largest one that is not greater. #}
{% macro partie_entiere(expression) -%}
    cast(floor({{ expression }}) as integer)
{%- endmacro %}
