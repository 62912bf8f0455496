{#
Logarithms of the three sizes, centred on their median and divided by 1.4826 times their median absolute deviation,
over all the candidates of the hexagone on one side and overseas on the other, then clipped (gap_method §10). Only
sizes: the shares of people living alone or of social housing are not published for every quartier of 2024, and a
distance that rests on three sizes for some and on four for others would rank them by what is masked.
#}
{%- set tailles = ['population_qpv', 'population_communes', 'population_epci'] -%}
with logarithmes as (
    {%- for taille in tailles %}
    {{ 'union all' if not loop.first }}
    select bassin, code_qpv, '{{ taille }}' as taille, ln({{ taille }}) as x
    from {{ ref('int_geographies__tailles') }}
    where {{ taille }} > 0
    {%- endfor %}
),

centres as (
    select bassin, taille, {{ mediane('x') }} as mediane
    from logarithmes
    group by bassin, taille
),

dispersions as (
    select l.bassin, l.taille, {{ mediane('abs(l.x - c.mediane)') }} as ecart_absolu_median
    from logarithmes as l
    inner join centres as c on l.bassin = c.bassin and l.taille = c.taille
    group by l.bassin, l.taille
),

reduites as (
    select
        l.bassin,
        l.code_qpv,
        l.taille,
        c.mediane,
        m.comparables_facteur_mad * d.ecart_absolu_median as dispersion,
        (l.x - c.mediane) / nullif(m.comparables_facteur_mad * d.ecart_absolu_median, 0) as z,
        m.comparables_ecretage as limite
    from logarithmes as l
    inner join centres as c on l.bassin = c.bassin and l.taille = c.taille
    inner join dispersions as d on l.bassin = d.bassin and l.taille = d.taille
    cross join {{ source('catalogue', 'methode') }} as m
)

select
    bassin,
    code_qpv,
    taille,
    mediane,
    dispersion,
    case when z < -limite then -limite when z > limite then limite else z end as z
from reduites
where z is not null
