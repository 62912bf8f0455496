{#
The change of a gap (gap_method §5). `ligne` is the alias of a row of int_evolutions__mesurees.
#}

{# The share of both dates together, for the smallest change that two shares of a register allow to detect. #}
{% macro part_reunie(ligne) -%}
    (({{ ligne }}.numerateur_debut + {{ ligne }}.numerateur_fin)
    / ({{ ligne }}.denominateur_debut + {{ ligne }}.denominateur_fin))
{%- endmacro %}

{# A change in the unit of the indicator; relative, in %, for money. #}
{% macro evolution(forme, debut, fin) -%}
    case when {{ forme }} = 'pct_reference' then 100 * {{ fin }} / nullif({{ debut }}, 0) - 100 else {{ fin }} - {{ debut }} end
{%- endmacro %}

{#
The five labels. `u1` and `u2` are the unfavourable gaps of both dates, `f_q` the change of the quartier seen from the
favourable side, `seuil` the change under which nothing is read. No label when the gap favours the quartier at both
dates; one that turns unfavourable widens (gap_method 17.7). A billionth keeps the noise of floating point out of the
comparison with the threshold.
#}
{% macro etiquette(u1, u2, f_q, seuil) -%}
    case
        when {{ u1 }} <= 0 and {{ u2 }} <= 0 then null
        when abs({{ u1 }} - {{ u2 }}) <= {{ seuil }} + 1e-9 then 'stable'
        when {{ u1 }} - {{ u2 }} > 0 and {{ f_q }} > 0 then 'rattrapage'
        when {{ u1 }} - {{ u2 }} > 0 then 'rattrapage_par_degradation'
        when {{ f_q }} > 0 then 'decrochage_malgre_amelioration'
        else 'decrochage'
    end
{%- endmacro %}
