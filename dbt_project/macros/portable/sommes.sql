{#
Sum of published figures that does not depend on the order of the rows: engines add on several threads, floating point
is not associative, and the same input must give the same bytes. The parts are added as exact decimals (12 decimals,
16 digits before them, more than any published figure) and the total goes back to floating point once.
#}
{% macro somme_exacte(expression) -%}
    cast(sum(cast({{ expression }} as decimal(28, 12))) as {{ type_reel() }})
{%- endmacro %}
