select
    code_qpv,
    zonage,
    identifiant,
    millesime,
    nature,
    distance_m,
    est_dans_qpv
from {{ ref('int_acces__proximites') }}
