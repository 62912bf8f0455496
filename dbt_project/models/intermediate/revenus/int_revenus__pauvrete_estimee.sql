{#
Poverty rate of a reference, estimated from its deciles where none is published (gap_method §8.4): linear inside the
decile that holds the threshold, 60 % of the median of metropolitan France. An estimate, shown in grey: it enters the
gaps with the status `estime` and no column `valeur` of an extract.
#}
with deciles as (
    select
        niveau,
        code_territoire,
        periode,
        max(case when variable = 'niveau_vie_d1' then valeur end) as d1,
        max(case when variable = 'niveau_vie_d2' then valeur end) as d2,
        max(case when variable = 'niveau_vie_d3' then valeur end) as d3,
        max(case when variable = 'niveau_vie_d4' then valeur end) as d4,
        max(case when variable = 'niveau_vie_median' then valeur end) as d5,
        max(case when variable = 'niveau_vie_d6' then valeur end) as d6,
        max(case when variable = 'niveau_vie_d7' then valeur end) as d7,
        max(case when variable = 'niveau_vie_d8' then valeur end) as d8,
        max(case when variable = 'niveau_vie_d9' then valeur end) as d9
    from {{ ref('stg_insee__filosofi_references') }}
    where variable like 'niveau_vie_%'
    group by niveau, code_territoire, periode
),

seuils as (
    select d.periode, m.seuil_pauvrete_part_mediane * d.d5 as seuil
    from deciles as d
    cross join {{ source('catalogue', 'methode') }} as m
    where d.niveau = 'france' and d.code_territoire = 'FRM'
),

estimations as (
    select
        d.niveau,
        d.code_territoire,
        d.periode,
        case
            {%- for k in range(1, 9) %}
            when s.seuil > d.d{{ k }} and s.seuil <= d.d{{ k + 1 }}
                then {{ 10 * k }} + 10 * (s.seuil - d.d{{ k }}) / (d.d{{ k + 1 }} - d.d{{ k }})
            {%- endfor %}
        end as taux_estime
    from deciles as d
    inner join seuils as s on d.periode = s.periode
    left join {{ ref('int_territoires__communes_a_quartiers') }} as q
        on case when d.niveau = 'commune' then d.code_territoire end = q.code_commune
    where d.niveau <> 'commune' or q.code_commune is not null
)

select niveau, code_territoire, periode, taux_estime
from estimations
where taux_estime is not null
