{#
Households known to the Caf in each Iris of the communes that hold a quartier, numerators and denominators side by side.
Only for the dates that the quartiers have.
#}
{%- set indicateurs = {
    'part_allocataires_monoparents': {'num': ['allocataires_monoparents'], 'den': 'allocataires'},
    'part_allocataires_isoles': {'num': ['allocataires_isoles'], 'den': 'allocataires'},
    'part_allocataires_couples_3_enfants_plus': {'num': ['allocataires_couples_3_enfants_plus'], 'den': 'allocataires'},
    'part_allocataires_rsa': {'num': ['allocataires_rsa'], 'den': 'allocataires'},
    'part_allocataires_prime_activite': {'num': ['allocataires_prime_activite'], 'den': 'allocataires'},
    'part_allocataires_aah': {'num': ['allocataires_aah'], 'den': 'allocataires'},
    'part_enfants_moins_6_ans_caf': {'num': ['enfants_caf_0_2_ans', 'enfants_caf_3_5_ans'], 'den': 'enfants_caf'},
} %}
with dates as (
    select distinct indicateur, periode
    from {{ ref('int_prestations__quartiers') }}
    where niveau = 'qpv'
),

cellules as (
    {%- for indicateur, formule in indicateurs.items() %}
    {{ 'union all' if not loop.first }}
    select
        code_territoire as code_iris,
        '{{ indicateur }}' as indicateur,
        periode,
        date_reference,
        est_date_deduite,
        sum(case when variable in ({{ liste_sql(formule.num) }}) then valeur end) as numerateur,
        sum(case when variable = '{{ formule.den }}' then valeur end) as denominateur,
        case
            when max(case when statut <> 'observe' then 1 else 0 end) = 1 then 0
            when count(*) < {{ formule.num | length + 1 }} then 0
            else 1
        end as est_observe,
        jeu,
        millesime,
        fichier,
        ligne,
        empreinte_sha256
    from {{ ref('stg_cnaf__iris_allocataires') }}
    where variable in ({{ liste_sql(formule.num + [formule.den]) }}) and length(code_territoire) = 9
    group by code_territoire, periode, date_reference, est_date_deduite, jeu, millesime, fichier, ligne,
        empreinte_sha256
    {%- endfor %}
),

communes as (
    select
        c.*,
        {{ commune_sans_arrondissement('substr(c.code_iris, 1, 5)') }} as code_lu
    from cellules as c
)

select
    c.code_iris,
    coalesce(a.code_commune, c.code_lu) as code_commune,
    c.indicateur,
    c.periode,
    c.date_reference,
    c.est_date_deduite,
    c.numerateur,
    c.denominateur,
    c.est_observe,
    c.jeu,
    c.millesime,
    c.fichier,
    c.ligne,
    c.empreinte_sha256
from communes as c
left join {{ ref('int_territoires__communes') }} as a on c.code_lu = a.ancien_code
inner join {{ ref('int_territoires__communes_a_quartiers') }} as q on coalesce(a.code_commune, c.code_lu) = q.code_commune
inner join dates as d on c.indicateur = d.indicateur and c.periode = d.periode
