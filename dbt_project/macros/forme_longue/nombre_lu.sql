{# A number with one decimal as a visitor reads it: 85,2. #}
{% macro nombre_lu(expression) -%}
    replace(cast(cast({{ expression }} as decimal(12, 1)) as {{ type_texte() }}), '.', ',')
{%- endmacro %}
