{#
What the comparable quartiers look like on each figure of 2024: the median of those that are published, never a mean
of rates. Masked and absent figures are left out and counted by difference; under five published figures, nothing.
#}
with observees as (
    select
        c.code_qpv,
        v.indicateur,
        v.periode,
        case when v.statut = 'observe' then v.valeur end as valeur
    from {{ ref('fct_comparables') }} as c
    inner join {{ ref('fct_valeurs') }} as v
        on c.code_comparable = v.code_territoire and v.niveau = 'qpv' and v.zonage = '2024'
    inner join {{ ref('dim_indicateurs') }} as i on v.indicateur = i.indicateur
    where
        i.niveau_publie in ('Q', 'Qe', 'Qi')
        and i.theme <> 'geographies'
        and i.unite not in ('oui/non', 'statut', 'liste', 'statut, dates')
),

groupes as (
    select
        code_qpv,
        indicateur,
        periode,
        count(*) as nb_comparables,
        count(valeur) as nb_observes,
        {{ mediane('valeur') }} as mediane
    from observees
    group by code_qpv, indicateur, periode
)

select
    g.code_qpv,
    g.indicateur,
    g.periode,
    case when g.nb_observes >= m.comparables_observes_min then g.mediane end as mediane,
    case
        when g.nb_observes < m.comparables_observes_min then 'non_calculable'
        when g.nb_observes < g.nb_comparables then 'partiel'
        else 'observe'
    end as statut,
    cast(g.nb_observes as integer) as nb_observes,
    cast(g.nb_comparables as integer) as nb_comparables
from groupes as g
cross join {{ source('catalogue', 'methode') }} as m
