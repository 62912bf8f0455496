{#
Every two dates of a series, and why nothing can be read between them whatever the quartier (gap_method §6): another
definition, another source, a blocking break, dates too close. Across the two zonings the break of the zoning is the
link between the two perimeters, looked at quartier by quartier. `paire` numbers them, for cheap joins.
#}
with paires as (
    select
        d.indicateur,
        d.zonage as zonage_debut,
        f.zonage as zonage_fin,
        d.periode as periode_debut,
        f.periode as periode_fin,
        d.date_serie as date_debut,
        f.date_serie as date_fin,
        d.version_definition <> f.version_definition as est_autre_definition,
        d.serie <> f.serie as est_autre_serie,
        {{ annees_pleines('d.date_serie', 'f.date_serie') }} as nb_annees
    from {{ ref('int_evolutions__series') }} as d
    inner join {{ ref('int_evolutions__series') }} as f
        on d.indicateur = f.indicateur and d.date_serie < f.date_serie and d.zonage <= f.zonage
    {# A first date that the zoning of the second has itself is read there. #}
    left join {{ ref('int_evolutions__series') }} as s
        on
            case when d.zonage <> f.zonage then f.zonage end = s.zonage
            and f.indicateur = s.indicateur
            and d.periode = s.periode
    where s.indicateur is null
),

ruptures as (
    select
        p.indicateur,
        p.zonage_debut,
        p.zonage_fin,
        p.periode_debut,
        p.periode_fin,
        max(case when r.severite = 'bloquante' then 1 else 0 end) as a_une_bloquante,
        {{ agrege_texte("case when r.severite = 'avertissement' then r.code end", ordre='r.code') }} as ruptures_signalees
    from paires as p
    inner join {{ source('catalogue', 'ruptures') }} as r
        on
            p.indicateur = r.indicateur
            and r.code <> 'Z24'
            and (
                r.date_rupture = 'non datée'
                or (
                    {{ jour_de_rupture('r.date_rupture') }} > p.date_debut
                    and {{ jour_de_rupture('r.date_rupture') }} <= p.date_fin
                )
            )
    group by p.indicateur, p.zonage_debut, p.zonage_fin, p.periode_debut, p.periode_fin
)

select
    cast(
        row_number() over (order by p.indicateur, p.zonage_debut, p.zonage_fin, p.periode_debut, p.periode_fin) as integer
    ) as paire,
    p.indicateur,
    p.zonage_debut,
    p.zonage_fin,
    p.periode_debut,
    p.periode_fin,
    r.ruptures_signalees,
    case
        when p.est_autre_definition then 'definition_differente'
        when p.est_autre_serie then 'source_differente'
        when r.a_une_bloquante = 1 then 'rupture_de_serie'
        when p.nb_annees < i.espacement_minimal_ans then 'espacement_insuffisant'
    end as motif_paire
from paires as p
inner join {{ source('catalogue', 'indicateurs') }} as i on p.indicateur = i.indicateur
left join ruptures as r
    on
        p.indicateur = r.indicateur
        and p.zonage_debut = r.zonage_debut
        and p.zonage_fin = r.zonage_fin
        and p.periode_debut = r.periode_debut
        and p.periode_fin = r.periode_fin
