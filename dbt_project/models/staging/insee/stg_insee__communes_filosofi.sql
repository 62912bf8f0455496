select
    {{ colonnes_de_cellule() }}
from {{ source('insee', 'communes_filosofi') }}
