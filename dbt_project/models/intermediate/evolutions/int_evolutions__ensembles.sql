{#
Σ/Σ of each group of quartiers at both dates, over the members observed at both: a group whose members change would move
by its composition alone (gap_method §16). For the indicators that add up; the others keep the publisher's own figure.
#}
select
    q.paire,
    'ensemble_qpv' as niveau_reference,
    e.code_ensemble as code_reference,
    max(q.facteur) * {{ somme_exacte('q.numerateur_debut') }} / nullif({{ somme_exacte('q.denominateur_debut') }}, 0)
        as valeur_debut,
    max(q.facteur) * {{ somme_exacte('q.numerateur_fin') }} / nullif({{ somme_exacte('q.denominateur_fin') }}, 0)
        as valeur_fin
from {{ ref('int_evolutions__quartiers') }} as q
inner join {{ source('catalogue', 'indicateurs') }} as i
    on q.indicateur = i.indicateur and i.est_additif and i.forme_ecart <> 'aucune'
inner join {{ source('catalogue', 'indicateur_references') }} as r
    on q.indicateur = r.indicateur and r.niveau_reference = 'ensemble_qpv'
inner join {{ ref('int_territoires__ensembles') }} as e on q.code_qpv = e.code_qpv and q.zonage = e.zonage
where
    q.motif is null
    and q.zonage = q.zonage_debut
    and q.facteur is not null
    and q.indicateur <> 'part_population_commune_en_qpv'
group by q.paire, e.code_ensemble
