{#
What is counted in the quartiers of 2024, related to their municipal population: two sources and two dates, that the card of each
indicator states. One line per indicator. A quartier without a published population has no ratio.
#}
{%- set indicateurs = {
    'defm_abc_pour_100_hab': {'fichier': ref('stg_insee__qpv2024_defm'), 'num': 'defm_abc', 'facteur': 100},
    'part_population_couverte_caf': {
        'fichier': ref('stg_insee__qpv2024_caf'), 'num': 'personnes_couvertes_caf', 'facteur': 100,
    },
    'etablissements_pour_1000_hab': {
        'fichier': ref('stg_insee__qpv2024_side'), 'num': 'nb_etablissements', 'facteur': 1000,
    },
    'creations_etablissements_pour_1000_hab': {
        'fichier': ref('stg_insee__qpv2024_side'), 'num': 'nb_creations_etablissements', 'facteur': 1000,
    },
} -%}
with comptes as (
    {%- for indicateur, formule in indicateurs.items() %}
    {{ 'union all' if not loop.first }}
    select '{{ indicateur }}' as indicateur, {{ formule.facteur }} as facteur, *
    from {{ formule.fichier }}
    where variable = '{{ formule.num }}' and niveau = 'qpv'
    {%- endfor %}
),

populations as (
    select
        code_territoire,
        valeur,
        statut,
        est_date_deduite,
        row_number() over (partition by code_territoire order by millesime desc, fichier asc) as rang
    from {{ ref('stg_insee__qpv2024_population') }}
    where variable = 'population_municipale' and niveau = 'qpv'
),

reunis as (
    select
        c.*,
        p.valeur as population,
        coalesce(p.est_date_deduite, 1 = 0) as est_population_deduite,
        case
            when c.statut <> 'observe' then c.statut
            when p.statut is null then 'non_diffuse'
            when p.statut <> 'observe' then p.statut
            when p.valeur = 0 then 'non_calculable'
            else 'observe'
        end as statut_rapport
    from comptes as c
    left join populations as p on c.code_territoire = p.code_territoire and p.rang = 1
)

select
    niveau,
    code_territoire,
    zonage,
    indicateur,
    periode,
    date_reference,
    est_date_deduite or est_population_deduite as est_date_deduite,
    case when statut_rapport = 'observe' then facteur * valeur / population end as valeur,
    cast(null as {{ type_texte() }}) as valeur_texte,
    statut_rapport as statut,
    case when statut_rapport = 'observe' then valeur end as numerateur,
    case when statut_rapport = 'observe' then population end as denominateur,
    cast(facteur as {{ type_reel() }}) as facteur,
    precision_publiee,
    mention,
    jeu,
    millesime,
    fichier,
    ligne,
    empreinte_sha256
from reunis
