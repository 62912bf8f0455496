select
    {{ colonnes_de_cellule() }}
from {{ source('arcep', 'ftth') }}
