{#
Every key of the model exists in the other one (a relationship over several columns), for the rows that `filtre` keeps; the
columns of the model are named after `ici`.
#}
{% test cle_dans(model, colonnes, vers, colonnes_vers, filtre='1 = 1') %}
select distinct {% for c in colonnes %}ici.{{ c }}{{ ', ' if not loop.last }}{% endfor %}
from {{ model }} as ici
left join {{ vers }} as la
    on {% for c in colonnes %}ici.{{ c }} = la.{{ colonnes_vers[loop.index0] }}{{ ' and ' if not loop.last }}{% endfor %}
where la.{{ colonnes_vers[0] }} is null and {{ filtre }}
{% endtest %}
