{# A table of the contract whose rows belong to a later step: every declared column, typed, and no row. #}
{% macro table_vide() -%}
    select
    {%- for colonne in model.columns.values() %}
        cast(null as {{ colonne.data_type }}) as {{ colonne.name }}{{ ',' if not loop.last }}
    {%- endfor %}
    where 1 = 0
{%- endmacro %}
