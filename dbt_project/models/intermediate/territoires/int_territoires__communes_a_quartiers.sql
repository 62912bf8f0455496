{#
The only communes whose figures are published: those that contain a quartier, of either zoning, and those of the
territoires de veille active, whose context they give.
#}
select code_commune
from {{ ref('int_territoires__quartiers_communes') }}
union
select c.code_commune
from {{ ref('int_registre__veille_active') }} as v
inner join {{ ref('int_territoires__communes') }} as c on v.code_commune = c.ancien_code
where v.est_situe
