{#
The département of each contract: as the lists give it, else the one of its quartiers (three contracts of Corse and one of Savoie
have none in the lists). A contract that straddles two has a row for each.
#}
with publies as (
    select distinct code_contrat, code_departement
    from {{ ref('stg_anct__contrats_ville') }}
    where code_departement is not null
),

deduits as (
    select distinct q.code_contrat, q.code_departement
    from {{ ref('int_programmes__contrats_quartiers') }} as q
    left join publies as p on q.code_contrat = p.code_contrat
    where p.code_contrat is null
),

reunis as (
    select code_contrat, code_departement
    from publies
    union all
    select code_contrat, code_departement
    from deduits
)

select
    code_contrat,
    code_departement,
    count(*) over (partition by code_contrat) = 1 as est_unique
from reunis
