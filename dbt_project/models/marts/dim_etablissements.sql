{# The index and the priority network come from their own datasets, unless the dataset of the place gives them. #}
select
    p.identifiant,
    p.millesime,
    p.nature,
    p.libelle,
    p.code_commune,
    p.longitude,
    p.latitude,
    coalesce(p.statut_education_prioritaire, e.statut_education_prioritaire) as statut_education_prioritaire,
    coalesce(p.ips, i.ips) as ips,
    case when p.ips is null and i.ips is not null then i.periode end as periode_ips,
    p.secteur,
    p.jeu
from {{ source('spatial', 'points') }} as p
left join {{ ref('int_education__indices') }} as i on p.identifiant = i.identifiant
left join {{ ref('stg_education__etablissements_ep') }} as e on p.identifiant = e.identifiant
where p.table_publiee = 'etablissements'
