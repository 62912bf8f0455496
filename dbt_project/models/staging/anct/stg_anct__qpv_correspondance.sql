select
    {{ colonnes_de_cellule() }}
from {{ source('anct', 'qpv_correspondance') }}
