select
    d.code_territoire as code_qpv,
    d.identifiant,
    d.dispositif,
    d.statut_dispositif,
    d.porteur,
    d.date_signature,
    d.date_fin,
    d.date_etat,
    d.url_preuve
from {{ ref('stg_registre__dispositifs') }} as d
inner join {{ ref('int_territoires__quartiers') }} as q on d.code_territoire = q.code_qpv and d.zonage = q.zonage
