{#
The forms of the gap (gap_method §4). `forme` is the unit of the gap on the card of the indicator, p_q and p_r the
values of the quartier and of the reference.
#}
{% macro ecart(forme, p_q, p_r) -%}
    case
        when {{ forme }} in ('point', 'point_indice', 'unite_indicateur') then {{ p_q }} - {{ p_r }}
        when {{ forme }} = 'pct_reference' and {{ p_r }} <> 0 then 100 * {{ p_q }} / {{ p_r }} - 100
        when {{ forme }} = 'ratio' and {{ p_r }} <> 0 then {{ p_q }} / {{ p_r }}
    end
{%- endmacro %}

{# The gap seen from the side of disadvantage: positive when the quartier is less favourable; null when neutral. #}
{% macro ecart_defavorable(forme, sens, ecart) -%}
    case
        when {{ sens }} = 0 then null
        when {{ forme }} = 'ratio' then -{{ sens }} * ({{ ecart }} - 1)
        else -{{ sens }} * {{ ecart }}
    end
{%- endmacro %}
