select
    {{ colonnes_de_cellule() }}
from {{ source('insee', 'qpv_caf') }}
