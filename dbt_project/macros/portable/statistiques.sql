{#
After each table: what the engine must be told before it can plan the next query well. DuckDB and Spark count by
themselves; PostgreSQL plans a table that was just written as if it held a few rows, and joins it row by row.
#}
{% macro statistiques(relation) -%}
    {{ return(adapter.dispatch('statistiques', 'observatoire')(relation)) }}
{%- endmacro %}

{% macro default__statistiques(relation) -%} {%- endmacro %}

{% macro postgres__statistiques(relation) -%}
    {% if config.get('materialized') == 'table' %} analyze {{ relation }} {% endif %}
{%- endmacro %}
