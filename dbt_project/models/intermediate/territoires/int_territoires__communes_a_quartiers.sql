{# The communes that contain a quartier, of either zoning: the only ones whose figures are published. #}
select distinct code_commune
from {{ ref('int_territoires__quartiers_communes') }}
