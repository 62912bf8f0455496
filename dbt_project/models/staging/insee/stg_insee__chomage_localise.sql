select
    {{ colonnes_de_cellule() }}
from {{ source('insee', 'chomage_localise') }}
