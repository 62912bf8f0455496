{#
Columns where nothing may be absent; those of a key are already in `combinaison_unique`. One test for all of them: each
test costs a tenth of a second, whatever it reads.
#}
{% test toujours_remplies(model, colonnes) %}
select *
from {{ model }}
where
    {%- for colonne in colonnes %}
    {{ 'or ' if not loop.first }}{{ colonne }} is null
    {%- endfor %}
{% endtest %}
