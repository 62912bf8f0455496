{# Every EPCI a figure may be published for: today's, and those of the older Filosofi files, under their latest name. #}
with actuels as (
    select
        code_epci,
        max(libelle_epci) as libelle,
        case when count(distinct code_departement) = 1 then max(code_departement) end as code_departement,
        case when count(distinct code_region) = 1 then max(code_region) end as code_region
    from {{ ref('stg_insee__cog_epci_communes') }}
    where code_epci is not null
    group by code_epci
),

anciens as (
    select
        code_territoire as code_epci,
        valeur_texte as libelle,
        row_number() over (partition by code_territoire order by millesime desc) as rang
    from {{ ref('stg_insee__filosofi_references') }}
    where niveau = 'epci' and variable = 'libelle' and statut = 'observe'
)

select
    coalesce(ac.code_epci, an.code_epci) as code_epci,
    coalesce(ac.libelle, an.libelle) as libelle,
    ac.code_departement,
    ac.code_region,
    ac.code_epci is not null as est_actuel
from actuels as ac
full outer join (
    select code_epci, libelle
    from anciens
    where rang = 1
) as an on ac.code_epci = an.code_epci
