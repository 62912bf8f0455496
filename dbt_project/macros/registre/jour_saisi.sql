{# A day typed AAAA-MM-JJ, or JJ/MM/AAAA as a spreadsheet gives it back in French, becomes a date; anything else null. #}
{% macro jour_saisi(variable) -%}
    {%- set texte -%} max(case when variable = '{{ variable }}' then valeur_texte end) {%- endset -%}
    {%- set iso -%}
    case
        when substr({{ texte }}, 3, 1) = '/'
            then substr({{ texte }}, 7, 4) || '-' || substr({{ texte }}, 4, 2) || '-' || substr({{ texte }}, 1, 2)
        else {{ texte }}
    end
    {%- endset -%}
    {{ jour(iso) }} as {{ variable }}
{%- endmacro %}

{# A number of the row, back from its cell to a column. #}
{% macro mesure(variable, colonne=none) -%}
    max(case when variable = '{{ variable }}' then valeur end) as {{ colonne or variable }}
{%- endmacro %}

{# What every staging model of the register keeps of a row; to be used with `group by` on LIGNE_DU_REGISTRE. #}
{% macro ligne_du_registre() -%}
    jeu,
    millesime,
    fichier,
    ligne,
    niveau,
    code_territoire,
    zonage,
    periode,
    date_reference,
    empreinte_sha256
{%- endmacro %}

{# A date as a visitor reads it: 31/12/2026. #}
{% macro jour_lu(expression) -%}
    {%- set iso -%} cast({{ expression }} as {{ type_texte() }}) {%- endset -%}
    substr({{ iso }}, 9, 2) || '/' || substr({{ iso }}, 6, 2) || '/' || substr({{ iso }}, 1, 4)
{%- endmacro %}

{# True when a rate tells of fewer persons than an own count may (gap_method §13.3): on either side of its ratio. #}
{% macro est_petit_effectif(numerateur, denominateur, minimum) -%}
    ({{ numerateur }} < {{ minimum }} or {{ denominateur }} - {{ numerateur }} < {{ minimum }})
{%- endmacro %}
