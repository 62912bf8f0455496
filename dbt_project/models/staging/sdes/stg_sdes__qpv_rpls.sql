select
    {{ colonnes_de_cellule() }}
from {{ source('sdes', 'qpv_rpls') }}
