{#
The territories that left the zoning and stay in view, one row per commune: quartiers of 2015 without successor, and
territoires de veille active of the local register. A territory whose commune is unknown keeps one row.
#}
select
    'ancien_qpv' as nature,
    q.code_qpv as identifiant,
    q.libelle,
    coalesce(c.code_commune, '') as code_commune,
    '' as code_qpv
from {{ ref('int_geographies__mouvements') }} as m
inner join {{ ref('int_territoires__quartiers') }} as q on m.code_qpv = q.code_qpv and m.zonage = q.zonage
left join {{ ref('int_territoires__quartiers_communes') }} as c on q.code_qpv = c.code_qpv and q.zonage = c.zonage
where m.mouvement = 'sorti'
union all
select
    'veille_active' as nature,
    v.identifiant,
    max(v.libelle) as libelle,
    coalesce(c.code_commune, v.code_commune, '') as code_commune,
    coalesce({{ agrege_texte('v.code_qpv') }}, '') as code_qpv
from {{ ref('int_registre__veille_active') }} as v
left join {{ ref('int_territoires__communes') }} as c on v.code_commune = c.ancien_code
where v.est_situe
group by v.identifiant, coalesce(c.code_commune, v.code_commune, '')
