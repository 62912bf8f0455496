select
    {{ colonnes_de_cellule() }}
from {{ source('insee', 'qpv2024_rpls') }}
