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

{# A day that the calendar does not have (2026-02-30) is an error of cast: the last day of its month is asked first. #}
{% macro postgres__jour(expression) -%}
    case
        when {{ expression }} ~ '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' and substr({{ expression }}, 1, 4) <> '0000'
            then case
                when
                    cast(substr({{ expression }}, 9, 2) as integer)
                    <= extract(day from cast(substr({{ expression }}, 1, 8) || '01' as date) + interval '1 month - 1 day')
                    then cast({{ expression }} as date)
            end
    end
{%- endmacro %}

{# Spark reads 2026 and 2026-02 as days too. #}
{% macro spark__jour(expression) -%}
    case when {{ expression }} rlike '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' then try_cast({{ expression }} as date) end
{%- endmacro %}

{# An integer without rounding surprises: the largest one that is not greater. #}
{% macro partie_entiere(expression) -%}
    cast(floor({{ expression }}) as integer)
{%- endmacro %}
