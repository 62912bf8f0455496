select
    {{ colonnes_de_cellule() }}
from {{ source('insee', 'filosofi2_communes') }}
