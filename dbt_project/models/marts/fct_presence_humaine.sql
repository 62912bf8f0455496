select
    p.code_territoire as code_qpv,
    p.identifiant,
    cast(p.periode as integer) as annee,
    p.fonction_poste as fonction,
    p.employeur,
    p.etp
from {{ ref('stg_registre__presence_humaine') }} as p
inner join {{ ref('int_territoires__quartiers') }} as q on p.code_territoire = q.code_qpv and p.zonage = q.zonage
