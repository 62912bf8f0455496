{# The outlines themselves are read by the spatial stage; their text stays out of the warehouse. #}
select
    {{ colonnes_de_cellule() }}
from {{ source('anct', 'qpv2015_contours') }}
where variable not in ('geometrie', 'projection')
