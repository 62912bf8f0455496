{#
Every published figure and its interval: the full grid of the quartiers, the references, the groups of quartiers.
For indicators that add up, the sum replaces the publisher's own line « Ensemble », which is rounded to 100.
#}
with reunies as (
    select {{ colonnes_forme_longue() }}
    from {{ ref('int_valeurs__grille') }}
    union all
    select {{ colonnes_forme_longue('c') }}
    from {{ ref('int_valeurs__classees') }} as c
    inner join {{ source('catalogue', 'indicateurs') }} as i on c.indicateur = i.indicateur
    where c.niveau <> 'qpv' and c.rang = 1 and not (c.niveau = 'ensemble_qpv' and i.est_additif)
    union all
    select {{ colonnes_forme_longue() }}
    from {{ ref('int_valeurs__ensembles') }}
),

bornees as (
    select
        {{ colonnes_forme_longue('v') }},
        i.incertitude,
        i.unite,
        i.version_definition,
        case i.incertitude
            when 'arrondi' then {{ demi_pas_arrondi() }}
            when 'sondage' then {{ demi_largeur_sondage() }}
            when 'indice' then {{ demi_largeur_indice() }}
        end as demi_largeur,
        case when i.incertitude = 'variabilite_naturelle' then {{ borne_wilson('-') }} end as wilson_basse,
        case when i.incertitude = 'variabilite_naturelle' then {{ borne_wilson('+') }} end as wilson_haute
    from reunies as v
    inner join {{ source('catalogue', 'indicateurs') }} as i on v.indicateur = i.indicateur
    cross join {{ source('catalogue', 'methode') }} as m
    left join {{ ref('int_valeurs__populations_par_annee') }} as p
        on
            case when v.niveau = 'qpv' and i.incertitude = 'sondage' then v.code_territoire end = p.code_qpv
            and v.zonage = p.zonage
            and {{ annee('v.date_reference') }} = p.annee
)

select
    {{ colonnes_forme_longue() }},
    version_definition,
    case when statut in ('observe', 'partiel') then demi_largeur end as demi_largeur,
    case
        when statut not in ('observe', 'partiel') then null
        when incertitude = 'variabilite_naturelle' then wilson_basse
        when unite = '%' and valeur - demi_largeur < 0 then 0
        else valeur - demi_largeur
    end as borne_basse,
    case
        when statut not in ('observe', 'partiel') then null
        when incertitude = 'variabilite_naturelle' then wilson_haute
        when unite = '%' and valeur + demi_largeur > 100 then 100
        else valeur + demi_largeur
    end as borne_haute,
    case
        when statut not in ('observe', 'partiel') or coalesce(demi_largeur, wilson_basse) is null then 'aucune'
        when incertitude = 'indice' then 'variabilite_naturelle'
        else incertitude
    end as methode_incertitude
from bornees
