with paires as (
    select
        v.code_territoire as code_qpv,
        v.zonage,
        v.indicateur,
        v.periode,
        v.valeur,
        v.statut,
        v.borne_basse,
        v.borne_haute,
        v.numerateur,
        v.denominateur,
        v.facteur,
        i.sens,
        i.forme_ecart,
        i.est_additif,
        r.niveau_reference,
        r.code_reference,
        r.valeur_reference,
        r.borne_basse_reference,
        r.borne_haute_reference,
        r.numerateur_reference,
        r.denominateur_reference,
        case
            when i.forme_ecart = 'aucune' then 'non_pertinent'
            when v.statut not in ('observe', 'partiel') then v.statut
            when r.statut_reference is null then 'non_diffuse'
            when r.statut_reference not in ('observe', 'partiel', 'estime') then r.statut_reference
            when i.forme_ecart in ('pct_reference', 'ratio') and r.valeur_reference = 0 then 'non_calculable'
            else r.statut_reference
        end as statut_ecart
    from {{ ref('int_valeurs__toutes') }} as v
    inner join {{ source('catalogue', 'indicateurs') }} as i on v.indicateur = i.indicateur
    inner join {{ ref('int_ecarts__references_quartiers') }} as r
        on
            v.code_territoire = r.code_qpv
            and v.zonage = r.zonage
            and v.indicateur = r.indicateur
            and v.periode = r.periode
    where
        v.niveau = 'qpv'
        {# A value that has no gap is put beside a reference only when there is one. #}
        and (i.forme_ecart <> 'aucune' or r.statut_reference is not null)
),

ecarts as (
    select
        p.*,
        p.statut_ecart in ('observe', 'partiel', 'estime') as est_calcule,
        {{ ecart('p.forme_ecart', 'p.valeur', 'p.valeur_reference') }} as ecart_brut,
        case
            when coalesce(p.borne_basse, p.borne_basse_reference) is not null then
                {{ ecart('p.forme_ecart', 'coalesce(p.borne_basse, p.valeur)', 'coalesce(p.borne_haute_reference, p.valeur_reference)') }}
        end as ecart_bas,
        case
            when coalesce(p.borne_basse, p.borne_basse_reference) is not null then
                {{ ecart('p.forme_ecart', 'coalesce(p.borne_haute, p.valeur)', 'coalesce(p.borne_basse_reference, p.valeur_reference)') }}
        end as ecart_haut
    from paires as p
),

{#
Inclusion correction (gap_method §3): the rest of the reference is exact only when both sides publish their counts,
nothing is missing from the reference and the indicator adds up.
#}
inclus as (
    select
        e.*,
        q.code_region,
        case
            when e.niveau_reference <> 'france' then true
            when q.code_region is null then false
            when e.code_reference = 'FRM' then not ({{ est_outre_mer('q.code_region') }})
            else not ({{ est_mayotte('q.code_region') }})
        end as reference_inclut_qpv,
        case
            when
                e.est_additif
                and e.statut_ecart = 'observe'
                and e.statut = 'observe'
                and e.denominateur > 0
                and e.denominateur_reference > e.denominateur
                then 1
            else 0
        end as a_un_reste
    from ecarts as e
    inner join {{ ref('int_territoires__quartiers') }} as q on e.code_qpv = q.code_qpv and e.zonage = q.zonage
)

select
    e.code_qpv,
    e.zonage,
    e.indicateur,
    e.periode,
    e.niveau_reference,
    e.code_reference,
    e.reference_inclut_qpv,
    e.valeur,
    e.valeur_reference,
    case when e.est_calcule then e.ecart_brut end as ecart,
    case when e.forme_ecart <> 'aucune' then e.forme_ecart end as unite_ecart,
    case when e.est_calcule then {{ ecart_defavorable('e.forme_ecart', 'e.sens', 'e.ecart_brut') }} end as ecart_defavorable,
    case when e.est_calcule then e.ecart_bas end as borne_basse,
    case when e.est_calcule then e.ecart_haut end as borne_haute,
    case
        when e.reference_inclut_qpv and e.a_un_reste = 1 then e.denominateur / e.denominateur_reference
    end as poids_qpv,
    case
        when e.reference_inclut_qpv and e.a_un_reste = 1 then
            {{ ecart('e.forme_ecart', 'e.valeur', '(e.facteur * (e.numerateur_reference - e.numerateur) / (e.denominateur_reference - e.denominateur))') }}
    end as ecart_hors_qpv,
    e.statut_ecart as statut,
    case
        when e.forme_ecart = 'aucune' then 'niveau_sans_ecart'
        when not e.est_calcule and e.statut in ('observe', 'partiel') then 'reference_absente'
        when e.est_calcule and e.sens = 0 then 'indicateur_neutre'
    end as motif,
    r.rang_departement,
    r.rang_meilleur,
    r.rang_pire,
    r.effectif_departement,
    r.nb_non_diffuses_departement,
    r.quintile_departement
from inclus as e
left join {{ ref('int_ecarts__rangs') }} as r
    on
        e.code_qpv = r.code_qpv
        and e.zonage = r.zonage
        and e.indicateur = r.indicateur
        and e.periode = r.periode
