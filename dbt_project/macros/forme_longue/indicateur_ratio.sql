{#
Indicators computed from several cells of one published row: one line each.

    {{ indicateurs_ratios(ref('stg_insee__qpv_insertion_professionnelle'), {
        'part_defm_1_an_plus': {'num': ['defm_abc_dur3', 'defm_abc_dur4'], 'den': ['defm_abc']},
        'ecart_taux_emploi_femmes_ensemble': {'num': ['taux_emploi_femmes_15_64'], 'moins': ['taux_emploi_15_64']},
    }) }}

value = facteur × (Σ num − Σ moins) / Σ den; facteur is 100 with a denominator, 1 without, unless given.
A vintage that lacks one of the columns gives no row at all; a masked part masks the whole, parts are never guessed.
The period is the one of the numerator, its date counts as deduced when the date of any part is.
#}
{% macro indicateurs_ratios(relation, indicateurs, filtre='1 = 1') -%}
{%- for indicateur, formule in indicateurs.items() %}
{{ 'union all' if not loop.first }}
{{ indicateur_ratio(relation, indicateur, formule.num, formule.get('den', []), formule.get('moins', []), formule.get('facteur', none), filtre) }}
{%- endfor %}
{%- endmacro %}

{% macro indicateur_ratio(relation, indicateur, num, den=[], moins=[], facteur=none, filtre='1 = 1') -%}
{%- set parties = (num + moins + den) | unique | list -%}
{%- set echelle = facteur if facteur is not none else (100 if den else 1) -%}
select
    niveau,
    code_territoire,
    zonage,
    '{{ indicateur }}' as indicateur,
    periode,
    date_reference,
    est_date_deduite,
    {%- if den %}
    case when statut = 'observe' and denominateur <> 0 then {{ echelle }} * numerateur / denominateur end as valeur,
    {%- else %}
    case when statut = 'observe' then {{ echelle }} * numerateur end as valeur,
    {%- endif %}
    cast(null as {{ type_texte() }}) as valeur_texte,
    {%- if den %}
    case when statut = 'observe' and denominateur = 0 then 'non_calculable' else statut end as statut,
    case when statut = 'observe' then numerateur end as numerateur,
    case when statut = 'observe' then denominateur end as denominateur,
    cast({{ echelle }} as {{ type_reel() }}) as facteur,
    {%- else %}
    statut,
    cast(null as {{ type_reel() }}) as numerateur,
    cast(null as {{ type_reel() }}) as denominateur,
    cast(null as {{ type_reel() }}) as facteur,
    {%- endif %}
    precision_publiee,
    mention,
    jeu,
    millesime,
    fichier,
    ligne,
    empreinte_sha256
from (
    select
        niveau,
        code_territoire,
        zonage,
        max(case when variable = '{{ num[0] }}' then periode end) as periode,
        max(case when variable = '{{ num[0] }}' then date_reference end) as date_reference,
        max(case when est_date_deduite then 1 else 0 end) = 1 as est_date_deduite,
        sum(case when variable in ({{ liste_sql(num) }}) then valeur end)
        {%- if moins %} - sum(case when variable in ({{ liste_sql(moins) }}) then valeur end){% endif %} as numerateur,
        {%- if den %}
        sum(case when variable in ({{ liste_sql(den) }}) then valeur end) as denominateur,
        {%- endif %}
        {{ statut_combine() }} as statut,
        max(precision_publiee) as precision_publiee,
        max(mention) as mention,
        jeu,
        millesime,
        fichier,
        ligne,
        empreinte_sha256
    from {{ relation }}
    where variable in ({{ liste_sql(parties) }}) and {{ filtre }}
    group by niveau, code_territoire, zonage, jeu, millesime, fichier, ligne, empreinte_sha256
    having count(*) = {{ parties | length }}
) as parties
{%- endmacro %}

{% macro liste_sql(valeurs) -%}
    {%- for valeur in valeurs %}'{{ valeur }}'{{ ', ' if not loop.last }}{% endfor -%}
{%- endmacro %}
