{# The arrondissements of Paris, Lyon and Marseille are described by their commune. #}
{% macro commune_sans_arrondissement(code) -%}
    case
        when {{ code }} like '751__' then '75056'
        when {{ code }} like '132__' then '13055'
        when {{ code }} like '6938_' then '69123'
        else {{ code }}
    end
{%- endmacro %}

{# The five overseas régions; everything else is the métropole (the demo territory too). #}
{% macro est_outre_mer(code_region) -%}
    {{ code_region }} in ('01', '02', '03', '04', '06')
{%- endmacro %}

{% macro est_mayotte(code_region) -%}
    {{ code_region }} = '06'
{%- endmacro %}

{# The département of a territory, read in its code: QP014001 and QN01401M are in the 14, 97411 in the 974. #}
{% macro departement_du_territoire(niveau, code) -%}
    case
        when {{ niveau }} = 'qpv' and substr({{ code }}, 3, 1) = '0' then substr({{ code }}, 4, 2)
        when {{ niveau }} = 'qpv' then substr({{ code }}, 3, 3)
        when {{ niveau }} = 'commune' and substr({{ code }}, 1, 2) in ('96', '97', '98') then substr({{ code }}, 1, 3)
        when {{ niveau }} = 'commune' then substr({{ code }}, 1, 2)
        when {{ niveau }} = 'departement' then {{ code }}
    end
{%- endmacro %}

{# The code of a département as the official geographic code writes it: 014 is the 14, 02A the 2A; 14, 2A and 971 stay as they are. #}
{% macro departement_du_cog(code) -%}
    case when {{ code }} like '0__' then substr({{ code }}, 2, 2) else {{ code }} end
{%- endmacro %}
