{#
The median of the group: the middle value, or halfway between the two middle ones. Nulls are left out. Engines go halfway
in floating point, each its own way: halfway between 70.3 and 70.6 would be 70.44999999999999, shown 70.4. Twelve
decimals are kept, more than any published figure has.
#}
{% macro mediane(expression) -%}
    cast(cast({{ adapter.dispatch('mediane_interpolee', 'observatoire')(expression) | trim }} as decimal(28, 12)) as {{ type_reel() | trim }})
{%- endmacro %}

{% macro default__mediane_interpolee(expression) -%}
    percentile_cont(0.5) within group (order by {{ expression }})
{%- endmacro %}

{% macro spark__mediane_interpolee(expression) -%}
    percentile({{ expression }}, 0.5)
{%- endmacro %}
