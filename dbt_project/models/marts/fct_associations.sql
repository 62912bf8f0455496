select
    a.code_territoire as code_qpv,
    a.identifiant,
    cast(a.periode as integer) as annee,
    a.association,
    a.montant_attribue_eur,
    a.montant_cpo_eur,
    a.est_reparti = 'oui' as est_reparti
from {{ ref('stg_registre__associations') }} as a
inner join {{ ref('int_territoires__quartiers') }} as q on a.code_territoire = q.code_qpv and a.zonage = q.zonage
