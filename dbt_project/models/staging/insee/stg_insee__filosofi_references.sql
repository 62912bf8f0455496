select
    {{ colonnes_de_cellule() }}
from {{ source('insee', 'filosofi_references') }}
