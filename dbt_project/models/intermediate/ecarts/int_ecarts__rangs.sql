{#
Rank of a quartier among those observed in its département, least favourable first (gap_method §9), with the ranks its
interval allows. None for a neutral indicator nor for one kept out of the sheets. When the interval is not known the
bounds of the rank stay empty. A billionth keeps the noise of floating point out of touching intervals.

Nothing compares the quartiers two by two: the values and the ends of the intervals are points of one line, read once in
order. At equal places values and beginnings come before ends: touching is not passing.
#}
{%- set jusqu_ici = 'over (
            partition by zonage, indicateur, periode, code_departement
            order by abscisse asc, est_fin asc
            rows between unbounded preceding and current row
        )' -%}
with places as (
    select
        v.code_territoire as code_qpv,
        v.zonage,
        v.indicateur,
        v.periode,
        q.code_departement,
        v.statut,
        i.sens * v.valeur as faveur,
        case
            when i.incertitude = 'aucune' then i.sens * v.valeur
            when i.sens = 1 then v.borne_basse
            else -v.borne_haute
        end as faveur_basse,
        case
            when i.incertitude = 'aucune' then i.sens * v.valeur
            when i.sens = 1 then v.borne_haute
            else -v.borne_basse
        end as faveur_haute
    from {{ ref('int_valeurs__toutes') }} as v
    inner join {{ source('catalogue', 'indicateurs') }} as i on v.indicateur = i.indicateur
    inner join {{ ref('int_territoires__quartiers') }} as q on v.code_territoire = q.code_qpv and v.zonage = q.zonage
    where v.niveau = 'qpv' and i.sens <> 0 and i.a_afficher and i.niveau_publie in ('Q', 'Qe')
),

effectifs as (
    select
        zonage,
        indicateur,
        periode,
        code_departement,
        sum(case when statut = 'observe' then 1 else 0 end) as effectif,
        sum(case when statut = 'observe' and faveur_basse is not null then 1 else 0 end) as nb_intervalles,
        sum(case when statut = 'observe' then 0 else 1 end) as nb_non_diffuses
    from places
    group by zonage, indicateur, periode, code_departement
),

points as (
    select
        p.code_qpv,
        p.zonage,
        p.indicateur,
        p.periode,
        p.code_departement,
        n.nature,
        case when n.nature in ('depassee', 'haute') then 1 else 0 end as est_fin,
        case n.nature
            when 'valeur' then p.faveur
            when 'depassee' then p.faveur + 1e-9
            when 'basse' then p.faveur_basse
            when 'haute' then p.faveur_haute + 1e-9
        end as abscisse
    from places as p
    cross join (
        select 'valeur' as nature
        union all
        select 'depassee' as nature
        union all
        select 'basse' as nature
        union all
        select 'haute' as nature
    ) as n
    where p.statut = 'observe'
),

{# Before each point: the values passed, the intervals ended, the intervals begun. #}
comptes as (
    select
        code_qpv,
        zonage,
        indicateur,
        periode,
        code_departement,
        nature,
        sum(case when nature = 'depassee' then 1 else 0 end) {{ jusqu_ici }} as nb_depassees,
        sum(case when nature = 'haute' then 1 else 0 end) {{ jusqu_ici }} as nb_finis,
        sum(case when nature = 'basse' then 1 else 0 end) {{ jusqu_ici }} as nb_commences
    from points
    where abscisse is not null
),

rangs as (
    select
        code_qpv,
        zonage,
        indicateur,
        periode,
        code_departement,
        1 + max(case when nature = 'valeur' then nb_depassees end) as rang,
        1 + max(case when nature = 'basse' then nb_finis end) as rang_meilleur,
        max(case when nature = 'haute' then nb_commences end) as nb_commences
    from comptes
    group by code_qpv, zonage, indicateur, periode, code_departement
)

select
    r.code_qpv,
    r.zonage,
    r.indicateur,
    r.periode,
    cast(r.rang as integer) as rang_departement,
    cast(r.rang_meilleur as integer) as rang_meilleur,
    cast(e.effectif - e.nb_intervalles + r.nb_commences as integer) as rang_pire,
    cast(e.effectif as integer) as effectif_departement,
    cast(e.nb_non_diffuses as integer) as nb_non_diffuses_departement,
    case
        when e.effectif >= m.quintile_effectif_min
            then 1 + {{ partie_entiere('m.quintile_nb_classes * (r.rang - 1) / cast(e.effectif as ' ~ type_reel() ~ ')') }}
    end as quintile_departement
from rangs as r
inner join effectifs as e
    on
        r.zonage = e.zonage
        and r.indicateur = e.indicateur
        and r.periode = e.periode
        and r.code_departement = e.code_departement
cross join {{ source('catalogue', 'methode') }} as m
