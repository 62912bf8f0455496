{{ config(materialized='view') }}
{#
The change of the gap, before its label (gap_method §5): g and u at both dates, the threshold under which nothing is
read and the smallest change that the uncertainty allows to detect.
- `sondage`: √(h1² + h2²) of the two half-widths; none where the commune is surveyed in full; unknown where the surveyed
  population is (a rate among women, households…): then no label is given.
- `variabilite_naturelle`: 1.96·√[p̄(1 − p̄)(1/n1 + 1/n2)], p̄ of both dates together.
- `arrondi`: the half-widths of the four values add up; for a percentage of the reference, through its derivative.
#}
with communes as (
    select zonage, code_qpv, max(population_commune) as population_commune
    from {{ ref('int_valeurs__population_de_calcul') }}
    group by zonage, code_qpv
),

reunies as (
    select
        q.code_qpv,
        q.zonage,
        q.indicateur,
        q.periode_debut,
        q.periode_fin,
        r.niveau_reference,
        r.code_reference,
        r.motif,
        q.ruptures_signalees,
        i.sens,
        i.forme_ecart,
        i.incertitude,
        i.unite,
        q.valeur_debut,
        q.valeur_fin,
        case when r.motif is null then r.valeur_debut end as reference_debut,
        case when r.motif is null then r.valeur_fin end as reference_fin,
        q.facteur,
        q.numerateur_debut,
        q.numerateur_fin,
        q.denominateur_debut,
        q.denominateur_fin,
        q.demi_largeur_debut,
        q.demi_largeur_fin,
        coalesce(r.demi_largeur_debut, 0) as demi_largeur_reference_debut,
        coalesce(r.demi_largeur_fin, 0) as demi_largeur_reference_fin,
        coalesce(c.population_commune < m.collecte_exhaustive_sous_hab, false) as est_collecte_exhaustive,
        m.quantile_95,
        case
            when i.forme_ecart = 'pct_reference' then m.plancher_mediane_point_de_ratio
            when i.forme_ecart = 'point_indice' then m.plancher_indice_point
            when i.forme_ecart = 'ratio' then m.plancher_ratio
            when i.forme_ecart = 'unite_indicateur' then m.plancher_unite
            when i.incertitude = 'variabilite_naturelle' then m.plancher_registre_point
            when i.incertitude = 'arrondi' then m.plancher_filosofi_point
            else m.plancher_autre_point
        end as plancher
    from {{ ref('int_evolutions__references') }} as r
    inner join {{ ref('int_evolutions__quartiers') }} as q
        on r.paire = q.paire and r.code_qpv = q.code_qpv
    inner join {{ source('catalogue', 'indicateurs') }} as i on q.indicateur = i.indicateur
    cross join {{ source('catalogue', 'methode') }} as m
    left join communes as c on q.code_qpv = c.code_qpv and q.zonage = c.zonage
),

detectables as (
    select
        e.*,
        {{ ecart('e.forme_ecart', 'e.valeur_debut', 'e.reference_debut') }} as ecart_debut,
        {{ ecart('e.forme_ecart', 'e.valeur_fin', 'e.reference_fin') }} as ecart_fin,
        case
            {# A count above its denominator (people covered, inhabitants of another year) is not a share. #}
            when e.incertitude = 'variabilite_naturelle' and not (
                e.denominateur_debut > 0 and e.denominateur_fin > 0 and {{ part_reunie('e') }} between 0 and 1
            ) then null
            when e.incertitude = 'variabilite_naturelle' then
                e.facteur * e.quantile_95 * sqrt(
                    {{ part_reunie('e') }} * (1 - {{ part_reunie('e') }})
                    * (1 / e.denominateur_debut + 1 / e.denominateur_fin)
                )
            when e.incertitude = 'sondage' and e.est_collecte_exhaustive then null
            when e.incertitude in ('sondage', 'indice') and (e.demi_largeur_debut is not null or e.demi_largeur_fin is not null)
                then sqrt(
                    coalesce(e.demi_largeur_debut * e.demi_largeur_debut, 0)
                    + coalesce(e.demi_largeur_fin * e.demi_largeur_fin, 0)
                )
        end as detectable_du_quartier,
        case
            when e.incertitude <> 'arrondi' then 0
            when e.forme_ecart = 'pct_reference' then
                100 * (
                    coalesce(e.demi_largeur_debut, 0) / nullif(e.reference_debut, 0)
                    + coalesce(e.demi_largeur_fin, 0) / nullif(e.reference_fin, 0)
                    + e.valeur_debut * e.demi_largeur_reference_debut / nullif(e.reference_debut * e.reference_debut, 0)
                    + e.valeur_fin * e.demi_largeur_reference_fin / nullif(e.reference_fin * e.reference_fin, 0)
                )
            else
                coalesce(e.demi_largeur_debut, 0) + coalesce(e.demi_largeur_fin, 0)
                + e.demi_largeur_reference_debut + e.demi_largeur_reference_fin
        end as arrondis
    from reunies as e
)

select
    d.*,
    {{ ecart_defavorable('d.forme_ecart', 'd.sens', 'd.ecart_debut') }} as ecart_defavorable_debut,
    {{ ecart_defavorable('d.forme_ecart', 'd.sens', 'd.ecart_fin') }} as ecart_defavorable_fin,
    d.incertitude = 'sondage' and not d.est_collecte_exhaustive and d.detectable_du_quartier is null as est_precision_inconnue,
    case
        when d.motif is not null then null
        {# A gap that is a ratio moves in shares of the reference. #}
        when d.forme_ecart = 'ratio' then d.detectable_du_quartier / nullif(d.reference_fin, 0)
        else d.detectable_du_quartier
    end as plus_petite_evolution_detectable
from detectables as d
