select
    {{ colonnes_de_cellule() }}
from {{ source('insee', 'filosofi_pauvrete_references') }}
