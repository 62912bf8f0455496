{# The communes of the official code, and the old ones that a movement since 2013 leads to. #}
with communes as (
    select code_commune, libelle, code_departement, code_region
    from {{ ref('stg_insee__cog_communes') }}
),

mouvements as (
    select
        code_commune_avant,
        libelle_commune_avant,
        code_commune_apres,
        row_number() over (
            partition by code_commune_avant
            order by date_effet desc, case when code_commune_apres = code_commune_avant then 0 else 1 end asc, code_commune_apres asc
        ) as rang
    from {{ ref('stg_insee__cog_mouvements') }}
    where nature_commune_avant = 'COM' and nature_commune_apres = 'COM' and date_effet >= '2013-01-01'
),

{# An old code leads to a commune in one to three movements (27058: Les Trois Lacs, after a merger). #}
passages as (
    select
        m1.code_commune_avant as ancien_code,
        case
            when c1.code_commune is not null then m1.code_commune_apres
            when c2.code_commune is not null then m2.code_commune_apres
            else m3.code_commune_apres
        end as code_commune
    from mouvements as m1
    left join communes as c1 on m1.code_commune_apres = c1.code_commune
    left join mouvements as m2 on m1.code_commune_apres = m2.code_commune_avant and m2.rang = 1
    left join communes as c2 on m2.code_commune_apres = c2.code_commune
    left join mouvements as m3 on m2.code_commune_apres = m3.code_commune_avant and m3.rang = 1
    left join communes as ici on m1.code_commune_avant = ici.code_commune
    where m1.rang = 1 and ici.code_commune is null
)

select
    code_commune as ancien_code,
    code_commune,
    libelle,
    code_departement,
    code_region
from communes
union all
select
    p.ancien_code,
    c.code_commune,
    c.libelle,
    c.code_departement,
    c.code_region
from passages as p
inner join communes as c on p.code_commune = c.code_commune
