{# A share computed from rounded outlines may exceed its whole by a hair. #}
{% macro borne_a_100(expression) -%}
    case when {{ expression }} > 100 then 100 else {{ expression }} end
{%- endmacro %}

{#
Half-width of rounding of a published Filosofi figure (gap_method §8.3). `v` is a row of the long form, `i` its
indicator, `m` the parameters. With DISP_INCERT the published precision is the step of the poverty rate, halved here.
#}
{% macro demi_pas_arrondi() -%}
    case
        when i.unite = '%' then
            case
                when v.indicateur = 'taux_pauvrete_60' and v.precision_publiee is not null then v.precision_publiee / 2
                when v.indicateur = 'taux_pauvrete_60' and v.zonage = '2024' then m.demi_pas_taux_zonage_2024_point
                when
                    v.niveau = 'commune' and v.indicateur in ('taux_pauvrete_60', 'part_menages_imposes')
                    then m.demi_pas_taux_entier_point
                else m.demi_pas_taux_une_decimale_point
            end
        when i.unite like '€%' then
            case
                when v.niveau in ('qpv', 'ensemble_qpv') then
                    case
                        when {{ annee('v.date_reference') }} < m.premiere_annee_mediane_a_10_eur_qpv
                            then m.demi_pas_mediane_ancienne_eur
                        else m.demi_pas_mediane_eur
                    end
                when {{ annee('v.date_reference') }} < m.premiere_annee_mediane_a_10_eur_reference
                    then m.demi_pas_mediane_ancienne_eur
                else m.demi_pas_mediane_eur
            end
        when v.indicateur = 'indice_gini' then 0.0005
        when i.unite = 'rapport' and v.denominateur is null then 0.05
    end
{%- endmacro %}

{#
Share of the inhabitants that the sampling model applies to: known for rates on the whole population and for rates on
the 15-64, unknown for the others (women, households, persons in employment), which then get no interval.
#}
{% macro part_enquetee() -%}
    case i.denominateur
        when 'population' then 1
        when 'population de 15 à 64 ans' then m.part_15_64
    end
{%- endmacro %}

{# Half-width of a census rate (gap_method §8.1); `p` is the population of the quartier and of its communes. #}
{% macro demi_largeur_sondage() -%}
    case
        when
            v.niveau = 'qpv'
            and i.unite = '%'
            and p.population > 0
            and p.population_commune >= m.collecte_exhaustive_sous_hab
            then
                100 * m.quantile_95 * sqrt(
                    m.effet_de_plan * (1 - m.taux_de_sondage) * (v.valeur / 100) * (1 - v.valeur / 100)
                    / (m.taux_de_sondage * {{ part_enquetee() }} * p.population)
                )
    end
{%- endmacro %}

{# Wilson interval of a share a/n (gap_method §8.2), on the scale of the indicator; `signe` is - or +. #}
{% macro borne_wilson(signe) -%}
    case
        when v.denominateur > 0 and v.numerateur >= 0 and v.numerateur <= v.denominateur then
            v.facteur * (
                (v.numerateur / v.denominateur + m.quantile_95 * m.quantile_95 / (2 * v.denominateur))
                {{ signe }} m.quantile_95 * sqrt(
                    (v.numerateur / v.denominateur) * (1 - v.numerateur / v.denominateur) / v.denominateur
                    + m.quantile_95 * m.quantile_95 / (4 * v.denominateur * v.denominateur)
                )
            ) / (1 + m.quantile_95 * m.quantile_95 / v.denominateur)
    end
{%- endmacro %}

{# Half-width of an index of counts a1 / a0 (gap_method §8.2); none at the base date, which is 100 by construction. #}
{% macro demi_largeur_indice() -%}
    case
        when v.numerateur > 0 and v.denominateur > 0 and v.periode <> '2016-12-31'
            then v.valeur * m.quantile_95 * sqrt(1 / v.denominateur + 1 / v.numerateur)
    end
{%- endmacro %}
