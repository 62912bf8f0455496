{#
Rank of a quartier among those observed in its département, least favourable first (gap_method §9), with the ranks its
interval allows. None for a neutral indicator nor for one kept out of the sheets. When the interval is not known the
bounds of the rank stay empty. A billionth keeps the noise of floating point out of touching intervals.
#}
with places as (
    select
        v.code_territoire as code_qpv,
        v.zonage,
        v.indicateur,
        v.periode,
        q.code_departement,
        v.statut,
        i.incertitude,
        i.sens * v.valeur as faveur,
        case when i.sens = 1 then v.borne_basse else -v.borne_haute end as faveur_basse,
        case when i.sens = 1 then v.borne_haute else -v.borne_basse end as faveur_haute
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
        sum(case when statut = 'observe' then 0 else 1 end) as nb_non_diffuses
    from places
    group by zonage, indicateur, periode, code_departement
),

observees as (
    select
        code_qpv,
        zonage,
        indicateur,
        periode,
        code_departement,
        faveur,
        case when incertitude = 'aucune' then faveur else faveur_basse end as faveur_basse,
        case when incertitude = 'aucune' then faveur else faveur_haute end as faveur_haute
    from places
    where statut = 'observe'
),

rangs as (
    select
        ici.code_qpv,
        ici.zonage,
        ici.indicateur,
        ici.periode,
        ici.code_departement,
        1 + sum(case when autre.faveur < ici.faveur - 1e-9 then 1 else 0 end) as rang,
        case
            when max(ici.faveur_basse) is not null
                then 1 + sum(case when autre.faveur_haute < ici.faveur_basse - 1e-9 then 1 else 0 end)
        end as rang_meilleur,
        case
            when max(ici.faveur_haute) is not null
                then count(*) - sum(case when autre.faveur_basse > ici.faveur_haute + 1e-9 then 1 else 0 end)
        end as rang_pire
    from observees as ici
    inner join observees as autre
        on
            ici.zonage = autre.zonage
            and ici.indicateur = autre.indicateur
            and ici.periode = autre.periode
            and ici.code_departement = autre.code_departement
    group by ici.code_qpv, ici.zonage, ici.indicateur, ici.periode, ici.code_departement
)

select
    r.code_qpv,
    r.zonage,
    r.indicateur,
    r.periode,
    cast(r.rang as integer) as rang_departement,
    cast(r.rang_meilleur as integer) as rang_meilleur,
    cast(r.rang_pire as integer) as rang_pire,
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
