{#
Trend marker (gap_method §7): Cochran-Armitage on the last five dates of a share, the year as score. Only where every
condition holds: the numerators and denominators of the five, no blocking break between the first and the last, at most
one missing year, one date a year. A share that is not published at one of the five dates has no marker.
#}
with points as (
    select
        v.zonage,
        v.code_territoire as code_qpv,
        v.indicateur,
        v.periode,
        s.date_serie,
        {{ annee('s.date_serie') }} as annee,
        v.numerateur,
        v.denominateur,
        v.statut,
        s.version_definition,
        s.serie,
        row_number() over (partition by v.zonage, v.code_territoire, v.indicateur order by s.date_serie desc) as rang
    from {{ ref('int_valeurs__toutes') }} as v
    inner join {{ ref('int_evolutions__series') }} as s
        on v.zonage = s.zonage and v.indicateur = s.indicateur and v.periode = s.periode
    inner join {{ source('catalogue', 'indicateurs') }} as i
        on v.indicateur = i.indicateur and i.incertitude = 'variabilite_naturelle' and i.unite = '%'
    where v.niveau = 'qpv'
),

derniers as (
    select p.*
    from points as p
    cross join {{ source('catalogue', 'methode') }} as m
    where p.rang <= m.tendance_nb_points
),

sommes as (
    select
        d.zonage,
        d.code_qpv,
        d.indicateur,
        min(d.periode) as periode_debut,
        max(d.periode) as periode_fin,
        min(d.date_serie) as date_debut,
        max(d.date_serie) as date_fin,
        count(*) as nb_points,
        count(distinct d.annee) as nb_annees,
        max(d.annee) - min(d.annee) + 1 - count(distinct d.annee) as nb_annees_manquantes,
        count(distinct d.version_definition) * count(distinct d.serie) as nb_series,
        sum(d.denominateur * d.annee) / nullif(sum(d.denominateur), 0) as annee_moyenne,
        sum(d.numerateur) / nullif(sum(d.denominateur), 0) as part
    from derniers as d
    where d.statut = 'observe' and d.denominateur > 0
    group by d.zonage, d.code_qpv, d.indicateur
),

eligibles as (
    select s.*
    from sommes as s
    cross join {{ source('catalogue', 'methode') }} as m
    left join (
        select
            p.zonage_fin, p.indicateur, p.periode_debut, p.periode_fin,
            max(case when p.motif_paire = 'rupture_de_serie' then 1 else 0 end) as a_une_bloquante
        from {{ ref('int_evolutions__paires') }} as p
        where p.zonage_debut = p.zonage_fin
        group by p.zonage_fin, p.indicateur, p.periode_debut, p.periode_fin
    ) as r
        on
            s.zonage = r.zonage_fin
            and s.indicateur = r.indicateur
            and s.periode_debut = r.periode_debut
            and s.periode_fin = r.periode_fin
    where
        s.nb_points = m.tendance_nb_points
        and s.nb_annees = s.nb_points
        and s.nb_annees_manquantes <= m.tendance_annees_manquantes_max
        and s.nb_series = 1
        and s.part > 0
        and s.part < 1
        and coalesce(r.a_une_bloquante, 0) = 0
),

tests as (
    select
        e.code_qpv,
        e.zonage,
        e.indicateur,
        e.periode_debut,
        e.periode_fin,
        e.nb_points,
        sum((d.annee - e.annee_moyenne) * (d.numerateur - d.denominateur * e.part)) as pente,
        max(e.part * (1 - e.part)) * sum(d.denominateur * (d.annee - e.annee_moyenne) * (d.annee - e.annee_moyenne)) as variance
    from eligibles as e
    inner join derniers as d on e.code_qpv = d.code_qpv and e.zonage = d.zonage and e.indicateur = d.indicateur
    group by e.code_qpv, e.zonage, e.indicateur, e.periode_debut, e.periode_fin, e.nb_points
)

select
    t.code_qpv,
    t.zonage,
    t.indicateur,
    t.periode_debut,
    t.periode_fin,
    cast(t.nb_points as integer) as nb_points,
    {# The order in which an engine adds changes the last bits: nine decimals are kept. #}
    {{ arrondi('t.pente * t.pente / t.variance', 9) }} as khi2,
    case
        when t.pente * t.pente / t.variance <= m.tendance_khi2_critique then 'pas_de_tendance_nette'
        when t.pente > 0 then 'en_hausse'
        else 'en_baisse'
    end as tendance,
    case
        when t.pente * t.pente / t.variance <= m.tendance_khi2_critique or i.sens = 0 then null
        else i.sens * t.pente > 0
    end as est_favorable
from tests as t
inner join {{ source('catalogue', 'indicateurs') }} as i on t.indicateur = i.indicateur
cross join {{ source('catalogue', 'methode') }} as m
where t.variance > 0
