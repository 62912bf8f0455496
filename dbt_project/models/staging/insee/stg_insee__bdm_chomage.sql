select
    {{ colonnes_de_cellule() }}
from {{ source('insee', 'bdm_chomage') }}
