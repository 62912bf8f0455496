{#
The change of the gap is what the quartier did less what the reference did (gap_method §5): exactly for the differences,
and a label is never given without the numbers that it reads.
#}
{% test evolution_decomposee(model) %}
select e.*
from {{ model }} as e
inner join {{ ref('dim_indicateurs') }} as i on e.indicateur = i.indicateur
where
    (
        e.est_eligible
        and i.unite in ('%', 'point', 'indice')
        and abs(e.delta_ecart - (e.delta_qpv - e.delta_reference)) > 1e-9
    )
    or (e.est_eligible and e.delta_ecart is null)
    or (not e.est_eligible and (e.delta_ecart is not null or e.etiquette is not null))
    or (e.etiquette is not null and (e.seuil is null or e.motif is not null))
    or (e.etiquette = 'stable' and abs(e.delta_ecart) > e.seuil + 1e-6)
    or (e.niveau_reference = 'toutes' and e.est_eligible)
{% endtest %}
