{# The long form: one row per territory, indicator and period, with what is needed to trace and to add it up. #}

{# The columns of a published cell, in the order every staging model keeps them. #}
{% macro colonnes_de_cellule() -%}
    jeu,
    millesime,
    fichier,
    ligne,
    niveau,
    code_territoire,
    zonage,
    bloc,
    variable,
    rang,
    periode,
    date_reference,
    est_date_deduite,
    valeur,
    valeur_texte,
    statut,
    precision as precision_publiee,
    mention,
    colonne_source,
    empreinte_sha256
{%- endmacro %}

{# The columns of the long form, in their order: every int_<theme>__<quoi> ends with them. #}
{% macro colonnes_forme_longue(alias=none) -%}
    {%- set prefixe = alias ~ '.' if alias else '' -%}
    {%- for colonne in [
        'niveau', 'code_territoire', 'zonage', 'indicateur', 'periode', 'date_reference', 'est_date_deduite',
        'valeur', 'valeur_texte', 'statut', 'numerateur', 'denominateur', 'facteur', 'precision_publiee', 'mention',
        'jeu', 'millesime', 'fichier', 'ligne', 'empreinte_sha256',
    ] %}
    {{ prefixe }}{{ colonne }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# The status of a figure made of several published cells: the strongest reason wins (gap_method §14). #}
{% macro statut_combine(condition='1 = 1') -%}
    case
        when max(case when {{ condition }} and statut = 'secret' then 1 else 0 end) = 1 then 'secret'
        when max(case when {{ condition }} and statut = 'non_diffuse' then 1 else 0 end) = 1 then 'non_diffuse'
        when max(case when {{ condition }} and statut <> 'observe' then 1 else 0 end) = 1 then 'non_calculable'
        else 'observe'
    end
{%- endmacro %}
