{# Text functions whose spelling differs from one SQL engine to the next. Models call these and nothing engine-specific. #}

{# Lower case, without accents, apostrophes, hyphens or spaces: the form under which names of communes are compared. #}
{% macro nom_compare(expression) -%}
    replace(
        replace(
            translate(lower({{ expression }}), 'àâäáãéèêëíîïìóôöòõúùûüçñÿ’-' || chr(39), 'aaaaaeeeeiiiiooooouuuucny   '),
            ' ', ''
        ),
        'œ', 'oe'
    )
{%- endmacro %}

{# Removes the first part of the text that matches the regular expression. #}
{% macro sans_motif(expression, motif) -%}
    {{ return(adapter.dispatch('sans_motif', 'observatoire')(expression, motif)) }}
{%- endmacro %}

{% macro default__sans_motif(expression, motif) -%}
    regexp_replace({{ expression }}, '{{ motif }}', '')
{%- endmacro %}

{# Spark replaces every match: the text before the first one is kept aside. #}
{% macro spark__sans_motif(expression, motif) -%}
    regexp_replace({{ expression }}, '(?s)^(.*?)(?:{{ motif }})', '$1')
{%- endmacro %}

{# True when the text matches the regular expression somewhere. #}
{% macro contient_motif(expression, motif) -%}
    {{ return(adapter.dispatch('contient_motif', 'observatoire')(expression, motif)) }}
{%- endmacro %}

{% macro default__contient_motif(expression, motif) -%}
    regexp_matches({{ expression }}, '{{ motif }}')
{%- endmacro %}

{% macro spark__contient_motif(expression, motif) -%}
    {{ expression }} rlike '{{ motif }}'
{%- endmacro %}

{% macro postgres__contient_motif(expression, motif) -%}
    {{ expression }} ~ '{{ motif }}'
{%- endmacro %}

{# One text made of the texts of the group, in the order of the texts themselves or of another column. #}
{% macro agrege_texte(expression, separateur=';', ordre=none) -%}
    {{ return(adapter.dispatch('agrege_texte', 'observatoire')(expression, separateur, ordre or expression)) }}
{%- endmacro %}

{% macro default__agrege_texte(expression, separateur, ordre) -%}
    string_agg({{ expression }}, '{{ separateur }}' order by {{ ordre }})
{%- endmacro %}

{# An aggregate of no text is absent, where `array_join` gives an empty one. #}
{% macro spark__agrege_texte(expression, separateur, ordre) -%}
    case when count({{ expression }}) > 0 then array_join(
        transform(array_sort(collect_list(struct({{ ordre }} as ordre, {{ expression }} as texte))), x -> x.texte),
        '{{ separateur }}'
    ) end
{%- endmacro %}
