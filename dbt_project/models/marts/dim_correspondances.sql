{#
A share of population needs addresses or small squares of inhabitants, which no declared dataset holds; it is known
without them where the perimeter is the same.
#}
select
    code_qp2015,
    code_qn2024,
    part_surface_2015,
    part_surface_2024,
    cast(case when type_lien = 'identique' then 100 end as {{ type_reel() }}) as part_population,
    type_lien,
    case type_lien
        when 'identique' then 'lettre I du code 2024'
        else 'surface commune des contours, calcul de l’Observatoire'
    end as methode
from {{ ref('int_geographies__correspondances') }}
