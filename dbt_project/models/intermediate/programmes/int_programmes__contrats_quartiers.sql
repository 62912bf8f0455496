{#
Which contrat de ville covers each quartier: the one of its intercommunalité or of its commune, in its département, since a
contract that straddles two has a line in each. The list of intercommunalités of the time comes first; today's composition
answers where the list says nothing. A quartier of two intercommunalités has two contracts.
#}
with contrats as (
    select distinct
        c.millesime as zonage,
        c.code_contrat,
        c.libelle,
        c.code_collectivite,
        c.code_departement
    from {{ ref('stg_anct__contrats_ville') }} as c
),

collectivites as (
    select zonage, code_qpv, code_epci as code_collectivite, case when origine = 'liste' then 1 else 2 end as priorite
    from {{ ref('int_territoires__quartiers_epci') }}
    union
    select zonage, code_qpv, code_commune as code_collectivite, 1 as priorite
    from {{ ref('int_territoires__quartiers_communes') }}
),

liens as (
    select
        q.zonage,
        q.code_qpv,
        q.code_departement,
        c.code_contrat,
        max(c.libelle) as libelle,
        min(t.priorite) as priorite
    from {{ ref('int_territoires__quartiers') }} as q
    inner join collectivites as t on q.zonage = t.zonage and q.code_qpv = t.code_qpv
    inner join contrats as c
        on
            t.zonage = c.zonage
            and t.code_collectivite = c.code_collectivite
            and coalesce(c.code_departement, q.code_departement) = q.code_departement
    group by q.zonage, q.code_qpv, q.code_departement, c.code_contrat
),

premiers as (
    select zonage, code_qpv, min(priorite) as priorite
    from liens
    group by zonage, code_qpv
)

select
    l.zonage,
    l.code_qpv,
    l.code_departement,
    l.code_contrat,
    l.libelle,
    count(*) over (partition by l.zonage, l.code_qpv) as nb_contrats
from liens as l
inner join premiers as p on l.zonage = p.zonage and l.code_qpv = p.code_qpv and l.priorite = p.priorite
