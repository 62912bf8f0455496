{#
A figure is present with these statuses, and absent with every other one: a masked value never becomes a number.
`sauf` is the condition under which a figure may be absent although its status says otherwise (a text instead).
#}
{% test absente_sauf_statut(model, colonne, statuts, sauf='1 = 0') %}
select *
from {{ model }}
where
    ({{ colonne }} is not null and statut not in ({{ liste_sql(statuts) }}))
    or ({{ colonne }} is null and statut in ({{ liste_sql(statuts) }}) and not ({{ sauf }}))
{% endtest %}
