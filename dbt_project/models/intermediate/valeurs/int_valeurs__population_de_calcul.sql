{#
The population each quartier is given in the sampling model (gap_method §8.1), and whether its communes are large
enough to be surveyed by sample: under 10,000 inhabitants everyone is surveyed once in five years.
#}
with populations as (
    select zonage, code_territoire as code_qpv, {{ annee('date_reference') }} as annee, valeur as population
    from {{ ref('int_valeurs__grille') }}
    where indicateur = 'population_municipale' and statut = 'observe'
),

communes as (
    select
        qc.zonage,
        qc.code_qpv,
        max(s.population) as population_commune
    from {{ ref('int_territoires__quartiers_communes') }} as qc
    inner join {{ ref('int_references__sommes') }} as s on qc.code_commune = s.code_zone and s.niveau = 'commune'
    group by qc.zonage, qc.code_qpv
)

select
    p.zonage,
    p.code_qpv,
    p.annee,
    p.population,
    c.population_commune
from populations as p
left join communes as c on p.zonage = c.zonage and p.code_qpv = c.code_qpv
