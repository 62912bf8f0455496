select
    {{ colonnes_de_cellule() }}
from {{ source('insee', 'iris_filosofi') }}
