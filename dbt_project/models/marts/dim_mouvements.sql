select
    code_qpv,
    zonage,
    mouvement,
    part_surface,
    codes_lies,
    est_fusion,
    est_scission,
    methode
from {{ ref('int_geographies__mouvements') }}
