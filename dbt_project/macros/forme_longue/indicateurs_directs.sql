{#
Indicators that are a published column as it stands: one line each, `indicateur: variable` of the source card.

    {{ indicateurs_directs(ref('stg_insee__qpv_revenus'), {'taux_pauvrete_60': 'taux_pauvrete_60'}) }}

A variable feeds one indicator at most in a call; a second one needs a second call.
#}
{% macro indicateurs_directs(relation, indicateurs, filtre='1 = 1') -%}
{%- if indicateurs.values() | list | unique | list | length != indicateurs | length -%}
    {{ exceptions.raise_compiler_error("indicateurs_directs: a variable is given to two indicators in " ~ indicateurs) }}
{%- endif -%}
select
    niveau,
    code_territoire,
    zonage,
    case variable
    {%- for indicateur, variable in indicateurs.items() %}
        when '{{ variable }}' then '{{ indicateur }}'
    {%- endfor %}
    end as indicateur,
    periode,
    date_reference,
    est_date_deduite,
    valeur,
    valeur_texte,
    statut,
    cast(null as {{ type_reel() }}) as numerateur,
    cast(null as {{ type_reel() }}) as denominateur,
    cast(null as {{ type_reel() }}) as facteur,
    precision_publiee,
    mention,
    jeu,
    millesime,
    fichier,
    ligne,
    empreinte_sha256
from {{ relation }}
where
    variable in ({% for variable in indicateurs.values() %}'{{ variable }}'{{ ', ' if not loop.last }}{% endfor %})
    and {{ filtre }}
{%- endmacro %}
