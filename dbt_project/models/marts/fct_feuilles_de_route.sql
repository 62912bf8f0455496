with engagements as (
    select
        code_qpv,
        objectif_feuille_de_route,
        count(*) as nb_engagements,
        sum(case when etat = 'tenu' then 1 else 0 end) as nb_engagements_tenus
    from {{ ref('int_registre__engagements') }}
    where objectif_feuille_de_route is not null
    group by code_qpv, objectif_feuille_de_route
)

select
    f.code_territoire as code_qpv,
    f.identifiant,
    cast(f.terme as integer) as terme,
    f.axe,
    f.objectif,
    i.indicateur as indicateur_suivi,
    case when i.indicateur is not null then f.cible end as cible,
    f.date_debut,
    f.echeance,
    f.avancement,
    f.statut_feuille_de_route,
    f.date_validation,
    f.date_etat,
    f.url_preuve,
    cast(coalesce(e.nb_engagements, 0) as integer) as nb_engagements,
    cast(coalesce(e.nb_engagements_tenus, 0) as integer) as nb_engagements_tenus
from {{ ref('stg_registre__feuilles_de_route') }} as f
inner join {{ ref('int_territoires__quartiers') }} as q on f.code_territoire = q.code_qpv and f.zonage = q.zonage
left join {{ source('catalogue', 'indicateurs') }} as i on f.indicateur_suivi = i.indicateur
left join engagements as e on f.code_territoire = e.code_qpv and f.identifiant = e.objectif_feuille_de_route
