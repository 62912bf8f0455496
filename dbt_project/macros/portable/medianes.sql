{# The median of the group: the middle value, or halfway between the two middle ones. Nulls are left out. #}
{% macro mediane(expression) -%}
    {{ return(adapter.dispatch('mediane', 'observatoire')(expression)) }}
{%- endmacro %}

{% macro default__mediane(expression) -%}
    percentile_cont(0.5) within group (order by {{ expression }})
{%- endmacro %}

{% macro spark__mediane(expression) -%}
    percentile({{ expression }}, 0.5)
{%- endmacro %}
