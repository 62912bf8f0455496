{#
What each readable change of a quartier is compared with: the reference at both dates, and why it cannot be, if so. A
reference is the same when its code and its composition are: the composition of an EPCI is known for one year only, the
sum of Iris of a commune must hold the same Iris. One line per reference of the second date.
#}
with quartiers as (
    select q.paire, q.code_qpv, q.code_debut, q.zonage, q.zonage_debut, q.indicateur, q.periode_debut, q.periode_fin
    from {{ ref('int_evolutions__quartiers') }} as q
    inner join {{ source('catalogue', 'indicateurs') }} as i on q.indicateur = i.indicateur and i.forme_ecart <> 'aucune'
    where q.motif is null
),

{# The levels whose code may change with the date, and whether they have a figure then. #}
niveaux_mobiles as (
    select
        code_qpv, zonage, indicateur, periode, niveau_reference,
        max(case when statut_reference in ('observe', 'partiel') then 1 else 0 end) as a_un_chiffre
    from {{ ref('int_ecarts__references_quartiers') }}
    where niveau_reference in ('commune', 'epci')
    group by code_qpv, zonage, indicateur, periode, niveau_reference
),

reunies as (
    select
        q.*,
        f.niveau_reference,
        f.code_reference,
        f.valeur_reference as valeur_fin,
        f.statut_reference as statut_fin,
        f.demi_largeur_reference as demi_largeur_fin,
        d.valeur_reference as valeur_debut,
        d.statut_reference as statut_debut,
        d.demi_largeur_reference as demi_largeur_debut,
        case when d.code_qpv is null and n.a_un_chiffre = 1 then 1 else 0 end as est_autre_code
    from quartiers as q
    inner join {{ ref('int_ecarts__references_quartiers') }} as f
        on
            q.code_qpv = f.code_qpv
            and q.zonage = f.zonage
            and q.indicateur = f.indicateur
            and q.periode_fin = f.periode
    left join {{ ref('int_ecarts__references_quartiers') }} as d
        on
            q.code_debut = d.code_qpv
            and q.zonage_debut = d.zonage
            and q.indicateur = d.indicateur
            and q.periode_debut = d.periode
            and f.niveau_reference = d.niveau_reference
            and f.code_reference = d.code_reference
    left join niveaux_mobiles as n
        on
            q.code_debut = n.code_qpv
            and q.zonage_debut = n.zonage
            and q.indicateur = n.indicateur
            and q.periode_debut = n.periode
            and f.niveau_reference = n.niveau_reference
)

select
    r.paire,
    r.code_qpv,
    r.niveau_reference,
    r.code_reference,
    case when e.paire is not null then e.valeur_debut else r.valeur_debut end as valeur_debut,
    case when e.paire is not null then e.valeur_fin else r.valeur_fin end as valeur_fin,
    r.demi_largeur_debut,
    r.demi_largeur_fin,
    case
        when r.niveau_reference = 'ensemble_qpv' and r.zonage <> r.zonage_debut then 'reference_changee'
        when r.est_autre_code = 1 and r.statut_fin in ('observe', 'partiel') then 'reference_changee'
        when r.statut_debut = 'estime' or r.statut_fin = 'estime' then 'extremite_estimee'
        when coalesce(r.statut_debut, '') not in ('observe', 'partiel') then 'reference_absente'
        when coalesce(r.statut_fin, '') not in ('observe', 'partiel') then 'reference_absente'
        when r.niveau_reference = 'epci' then 'composition_epci_non_verifiee'
        when coalesce(cd.composition, '') <> coalesce(cf.composition, '') then 'reference_changee'
    end as motif
from reunies as r
left join {{ ref('int_evolutions__ensembles') }} as e
    on r.paire = e.paire and r.niveau_reference = e.niveau_reference and r.code_reference = e.code_reference
left join {{ ref('int_references__iris_compositions') }} as cd
    on
        case when r.niveau_reference = 'commune' then r.code_reference end = cd.code_territoire
        and r.indicateur = cd.indicateur
        and r.periode_debut = cd.periode
left join {{ ref('int_references__iris_compositions') }} as cf
    on
        case when r.niveau_reference = 'commune' then r.code_reference end = cf.code_territoire
        and r.indicateur = cf.indicateur
        and r.periode_fin = cf.periode
