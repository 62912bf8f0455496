select
    c.code_territoire as code_qpv,
    c.identifiant,
    cast(c.periode as integer) as annee,
    c.statut_conseil_citoyen,
    cast(c.nb_reunions_conseil as integer) as nb_reunions,
    c.date_derniere_reunion,
    c.parole_conseil as parole,
    c.url_preuve
from {{ ref('stg_registre__conseils_citoyens') }} as c
inner join {{ ref('int_territoires__quartiers') }} as q on c.code_territoire = q.code_qpv and c.zonage = q.zonage
