{# Which Iris the sum of a commune holds at each date: two dates compare only when they hold the same. #}
select
    code_commune as code_territoire,
    indicateur,
    periode,
    {{ agrege_texte('code_iris') }} as composition
from {{ ref('int_references__iris_prestations') }}
where est_observe = 1
group by code_commune, indicateur, periode
