{#
One pass over the cells of a dataset: known territory and status, a number exactly when the cell is published,
no cell twice. One test instead of eight: the cells are Parquet files that every test would read again.
#}
{% test cellules_saines(model) %}
select 'cellule incomplète ou incohérente' as anomalie, fichier, ligne, variable, count(*) as nb
from {{ model }}
where
    code_territoire is null
    or niveau is null
    or periode is null
    or empreinte_sha256 is null
    or statut not in ('observe', 'secret', 'non_diffuse', 'non_calculable')
    or (statut = 'observe' and valeur is null and valeur_texte is null)
    or (statut <> 'observe' and (valeur is not null or valeur_texte is not null))
group by fichier, ligne, variable
union all
select 'cellule présente deux fois' as anomalie, fichier, ligne, variable, count(*) as nb
from {{ model }}
group by jeu, millesime, fichier, ligne, variable, periode, rang
having count(*) > 1
{% endtest %}
