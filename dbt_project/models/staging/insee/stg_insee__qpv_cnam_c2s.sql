select
    {{ colonnes_de_cellule() }}
from {{ source('insee', 'qpv_cnam_c2s') }}
