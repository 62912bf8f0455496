{#
The contracts of the marts name the types of DuckDB (`varchar`, `double`): elsewhere a contract is read with the names of
the engine. dbt calls these macros in place of its own.
#}
{% macro type_du_contrat(type_declare) -%}
    {%- if type_declare == 'double' -%}{{ type_reel() | trim }}
    {%- elif type_declare == 'varchar' -%}{{ type_texte() | trim }}
    {%- else -%}{{ type_declare }}
    {%- endif -%}
{%- endmacro %}

{# A query without rows whose columns are those of the contract. #}
{% macro schema_vide_du_contrat(columns) -%}
    select
    {%- for nom, colonne in columns.items() %}
        cast(null as {{ type_du_contrat(colonne.data_type) }}) as {{ nom }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro postgres__get_empty_schema_sql(columns) -%}
    {{ return(schema_vide_du_contrat(columns)) }}
{%- endmacro %}

{% macro spark__get_empty_schema_sql(columns) -%}
    {{ return(schema_vide_du_contrat(columns)) }}
{%- endmacro %}

{% macro postgres__get_table_columns_and_constraints() -%}
    (
    {%- for nom, colonne in model['columns'].items() %}
        {{ nom }} {{ type_du_contrat(colonne.data_type) }}{{ ',' if not loop.last }}
    {%- endfor %}
    )
{%- endmacro %}
