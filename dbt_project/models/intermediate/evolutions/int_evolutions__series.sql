{#
The dates of each series of the quartiers that is a number: a yes or no, a status or a code has no change.
A base whose reference date is not established is placed at the 1st of January of its name, for the order and the
spacing only.
#}
with lues as (
    select
        v.zonage,
        v.indicateur,
        v.periode,
        max(v.date_reference) as date_reference,
        max(v.version_definition) as version_definition,
        max(coalesce(j.serie, '')) as serie
    from {{ ref('int_valeurs__toutes') }} as v
    inner join {{ source('catalogue', 'indicateurs') }} as i on v.indicateur = i.indicateur
    left join {{ source('catalogue', 'indicateur_jeux') }} as j on v.indicateur = j.indicateur and v.jeu = j.jeu
    where
        v.niveau = 'qpv'
        and v.valeur is not null
        and i.niveau_publie in ('Q', 'Qe')
        and i.unite not in ('oui/non', 'statut', 'code', 'liste')
    group by v.zonage, v.indicateur, v.periode
)

select
    zonage,
    indicateur,
    periode,
    version_definition,
    serie,
    coalesce(date_reference, {{ jour("substr(periode, length(periode) - 3, 4) || '-01-01'") }}) as date_serie
from lues
