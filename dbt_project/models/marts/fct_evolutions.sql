{#
One row per quartier, pair of dates and reference where the quartier's own change can be read; one row « toutes » per
pair where it cannot, or where the indicator has no gap. Only published values are subtracted.
#}
with seules as (
    select
        q.code_qpv,
        q.zonage,
        q.indicateur,
        q.periode_debut,
        q.periode_fin,
        q.ruptures_signalees,
        q.motif as motif_quartier,
        case when q.motif is null then {{ evolution('i.forme_ecart', 'q.valeur_debut', 'q.valeur_fin') }} end as delta_qpv
    from {{ ref('int_evolutions__quartiers') }} as q
    inner join {{ source('catalogue', 'indicateurs') }} as i on q.indicateur = i.indicateur
    left join (select distinct paire, code_qpv from {{ ref('int_evolutions__references') }}) as r
        on q.paire = r.paire and q.code_qpv = r.code_qpv
    where q.motif is not null or i.forme_ecart = 'aucune' or r.code_qpv is null
),

comparees as (
    select
        m.*,
        case
            when m.plus_petite_evolution_detectable > m.plancher and m.plus_petite_evolution_detectable >= m.arrondis
                then m.plus_petite_evolution_detectable
            when m.arrondis > m.plancher then m.arrondis
            else m.plancher
        end as seuil
    from {{ ref('int_evolutions__mesurees') }} as m
)

select
    s.code_qpv,
    s.zonage,
    s.indicateur,
    s.periode_debut,
    s.periode_fin,
    'toutes' as niveau_reference,
    '' as code_reference,
    s.delta_qpv,
    cast(null as {{ type_reel() }}) as delta_reference,
    cast(null as {{ type_reel() }}) as delta_ecart,
    cast(null as {{ type_reel() }}) as seuil,
    cast(null as {{ type_reel() }}) as plus_petite_evolution_detectable,
    cast(null as {{ type_texte() }}) as etiquette,
    1 = 0 as est_eligible,
    case
        when s.motif_quartier is not null then s.motif_quartier
        when i.forme_ecart = 'aucune' then 'niveau_sans_ecart'
        else 'reference_absente'
    end as motif,
    s.ruptures_signalees
from seules as s
inner join {{ source('catalogue', 'indicateurs') }} as i on s.indicateur = i.indicateur
union all
select
    c.code_qpv,
    c.zonage,
    c.indicateur,
    c.periode_debut,
    c.periode_fin,
    c.niveau_reference,
    c.code_reference,
    {{ evolution('c.forme_ecart', 'c.valeur_debut', 'c.valeur_fin') }} as delta_qpv,
    {{ evolution('c.forme_ecart', 'c.reference_debut', 'c.reference_fin') }} as delta_reference,
    c.ecart_fin - c.ecart_debut as delta_ecart,
    case when c.motif is null and not c.est_precision_inconnue then c.seuil end as seuil,
    c.plus_petite_evolution_detectable,
    case
        when c.motif is null and c.sens <> 0 and not c.est_precision_inconnue
            then {{ etiquette('c.ecart_defavorable_debut', 'c.ecart_defavorable_fin', 'c.sens * (c.valeur_fin - c.valeur_debut)', 'c.seuil') }}
    end as etiquette,
    c.motif is null as est_eligible,
    case
        when c.motif is not null then c.motif
        when c.sens = 0 then 'indicateur_neutre'
        when c.ecart_defavorable_debut <= 0 and c.ecart_defavorable_fin <= 0 then 'ecart_deja_favorable'
        when c.est_precision_inconnue then 'precision_inconnue'
    end as motif,
    c.ruptures_signalees
from comparees as c
