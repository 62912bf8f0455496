{#
Indicators made of the places around a quartier: one line each, `indicateur: [famille, mesure]`.

    {{ indicateurs_de_lieux({'france_services_500m': ['france_services', 'proches']}) }}

`dedans`: places in the quartier or on its edge; `proches`: in it or within the distance of the family; `distance`: metres
to the nearest one; `pour_10000`: those within the distance, for 10,000 inhabitants of the quartier.
A neighbouring commune that the file leaves out makes a count a minimum and a distance a maximum: `partiel`.
#}
{% macro indicateurs_de_lieux(indicateurs) -%}
{%- for indicateur, (famille, mesure) in indicateurs.items() %}
{{ 'union all' if not loop.first }}
select
    'qpv' as niveau,
    code_qpv as code_territoire,
    zonage,
    '{{ indicateur }}' as indicateur,
    periode,
    date_reference,
    est_date_deduite,
    {%- if mesure == 'dedans' %}
    cast(nb_dans_qpv as {{ type_reel() }}) as valeur,
    {%- elif mesure == 'proches' %}
    cast(nb_proches as {{ type_reel() }}) as valeur,
    {%- elif mesure == 'distance' %}
    distance_m as valeur,
    {%- else %}
    10000 * nb_proches / nullif(population, 0) as valeur,
    {%- endif %}
    {%- if mesure == 'dedans' %}
    cast(null as {{ type_texte() }}) as valeur_texte,
    'observe' as statut,
    {%- elif mesure == 'distance' %}
    case
        when distance_m is not null and est_distance_maximale then 'sans la commune voisine, absente du fichier'
    end as valeur_texte,
    case
        when distance_m is null then 'non_calculable'
        when est_distance_maximale then 'partiel'
        else 'observe'
    end as statut,
    {%- else %}
    case
        {%- if mesure == 'pour_10000' %}
        when population is null or population = 0 then null
        {%- endif %}
        when est_compte_minimal then 'sans la commune voisine, absente du fichier'
        when nb_itinerants = 1 then 'dont 1 itinérante'
        when nb_itinerants > 1 then 'dont ' || cast(nb_itinerants as {{ type_texte() }}) || ' itinérantes'
    end as valeur_texte,
    case
        {%- if mesure == 'pour_10000' %}
        when population is null then 'non_diffuse'
        when population = 0 then 'non_calculable'
        {%- endif %}
        when est_compte_minimal then 'partiel'
        else 'observe'
    end as statut,
    {%- endif %}
    {%- if mesure == 'pour_10000' %}
    cast(nb_proches as {{ type_reel() }}) as numerateur,
    population as denominateur,
    cast(10000 as {{ type_reel() }}) as facteur,
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
from {{ ref('int_acces__comptes') }}
where famille = '{{ famille }}'
{%- endfor %}
{%- endmacro %}
