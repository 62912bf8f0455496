{#
Indicators of a zone as Σ numerators / Σ denominators over its communes: one line each.

    {{ indicateurs_de_sommes({
        'taux_emploi_15_64': {'num': 'actifs_15_64 - chomeurs_15_64', 'den': 'population_15_64', 'date': 'recensement'},
    }) }}

`date` is the suffix of the columns periode_* and date_* of int_references__sommes; facteur is 100 unless given.
Without `den` the indicator is a count. An EPCI that may lack a commune is `partiel`.
#}
{% macro indicateurs_de_sommes(indicateurs) -%}
{%- for indicateur, formule in indicateurs.items() %}
{{ 'union all' if not loop.first }}
select
    niveau,
    code_zone as code_territoire,
    '' as zonage,
    '{{ indicateur }}' as indicateur,
    {{ formule.get('periode', 'periode_' ~ formule.date) }} as periode,
    date_{{ formule.date }} as date_reference,
    1 = 0 as est_date_deduite,
    {%- set facteur = formule.get('facteur', 100) %}
    {%- set valeur = (facteur ~ ' * (' ~ formule.num ~ ') / nullif(' ~ formule.den ~ ', 0)') if formule.den is defined else formule.num %}
    {{ valeur }} as valeur,
    case when est_complete = 0 and ({{ valeur }}) is not null then 'composition_incertaine' end as valeur_texte,
    case
        when ({{ valeur }}) is null then 'non_diffuse'
        when est_complete = 0 then 'partiel'
        else 'observe'
    end as statut,
    {%- if formule.den is defined %}
    {{ formule.num }} as numerateur,
    {{ formule.den }} as denominateur,
    cast({{ facteur }} as {{ type_reel() }}) as facteur,
    {%- else %}
    cast(null as {{ type_reel() }}) as numerateur,
    cast(null as {{ type_reel() }}) as denominateur,
    cast(null as {{ type_reel() }}) as facteur,
    {%- endif %}
    cast(null as {{ type_reel() }}) as precision_publiee,
    cast(null as {{ type_texte() }}) as mention,
    jeu,
    millesime,
    fichier,
    cast(null as integer) as ligne,
    empreinte_sha256
from {{ ref('int_references__sommes') }}
{%- endfor %}
{%- endmacro %}
