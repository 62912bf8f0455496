{#
Each quartier at both dates of each pair, and why its own change cannot be read: another perimeter, the pair itself, an
end that is estimated or not published. Across the zonings only the quartier of 2024 whose perimeter is the one of 2015
has two ends (gap_method §11).
#}
with paires as (
    select p.*, q.code_qpv, q.code_qpv as code_debut
    from {{ ref('int_evolutions__paires') }} as p
    inner join {{ ref('int_territoires__quartiers') }} as q on p.zonage_fin = q.zonage
    where p.zonage_debut = p.zonage_fin
    union all
    select p.*, q.code_qpv, c.code_qp2015 as code_debut
    from {{ ref('int_evolutions__paires') }} as p
    inner join {{ ref('int_territoires__quartiers') }} as q on p.zonage_fin = q.zonage
    left join {{ ref('int_geographies__correspondances') }} as c
        on q.code_qpv = c.code_qn2024 and c.type_lien = 'identique'
    where p.zonage_debut <> p.zonage_fin
)

select
    p.paire,
    p.code_qpv,
    p.code_debut,
    p.zonage_fin as zonage,
    p.zonage_debut,
    p.indicateur,
    p.periode_debut,
    p.periode_fin,
    p.ruptures_signalees,
    d.valeur as valeur_debut,
    f.valeur as valeur_fin,
    d.numerateur as numerateur_debut,
    f.numerateur as numerateur_fin,
    d.denominateur as denominateur_debut,
    f.denominateur as denominateur_fin,
    f.facteur,
    d.demi_largeur as demi_largeur_debut,
    f.demi_largeur as demi_largeur_fin,
    case
        when p.zonage_debut <> p.zonage_fin and p.code_debut is null then 'lien_2015_2024_non_identique'
        when p.motif_paire is not null then p.motif_paire
        when d.statut = 'estime' or f.statut = 'estime' then 'extremite_estimee'
        when d.valeur is null or f.valeur is null then 'extremite_non_publiee'
        when d.statut not in ('observe', 'partiel') or f.statut not in ('observe', 'partiel') then 'extremite_non_publiee'
    end as motif
from paires as p
left join {{ ref('int_valeurs__toutes') }} as d
    on
        d.niveau = 'qpv'
        and p.zonage_debut = d.zonage
        and p.code_debut = d.code_territoire
        and p.indicateur = d.indicateur
        and p.periode_debut = d.periode
left join {{ ref('int_valeurs__toutes') }} as f
    on
        f.niveau = 'qpv'
        and p.zonage_fin = f.zonage
        and p.code_qpv = f.code_territoire
        and p.indicateur = f.indicateur
        and p.periode_fin = f.periode
