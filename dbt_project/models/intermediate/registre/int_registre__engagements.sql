{#
The commitments about a quartier that exists, with the state that is published: a commitment is kept only with a dated
evidence, and one that is still running after its date is late. The day of reading is the latest state of the register,
so that a commitment nobody looked at again does not stay « en cours » for ever.
#}
with lecture as (
    select max(date_etat) as date_lecture
    from {{ ref('stg_registre__engagements') }}
)

select
    e.code_territoire as code_qpv,
    e.identifiant,
    e.code_contrat,
    e.partenaire,
    e.type_partenaire,
    e.axe,
    e.objectif,
    e.est_droit_commun = 'oui' as est_droit_commun,
    e.echeance,
    case
        when e.etat_engagement = 'sans_objet' then 'sans_objet'
        when e.etat_engagement in ('tenu', 'sans_preuve') and e.date_preuve is not null then 'tenu'
        when e.etat_engagement in ('tenu', 'sans_preuve') then 'sans_preuve'
        when e.etat_engagement = 'en_retard' or e.echeance < l.date_lecture then 'en_retard'
        else 'en_cours'
    end as etat,
    e.echeance < l.date_lecture and e.etat_engagement <> 'sans_objet' as est_echu,
    e.date_preuve,
    e.url_preuve,
    e.objectif_feuille_de_route,
    l.date_lecture,
    e.jeu,
    e.millesime,
    e.fichier,
    e.ligne,
    e.empreinte_sha256
from {{ ref('stg_registre__engagements') }} as e
inner join {{ ref('int_territoires__quartiers') }} as q on e.code_territoire = q.code_qpv and e.zonage = q.zonage
cross join lecture as l
