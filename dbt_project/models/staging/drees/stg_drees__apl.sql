select
    {{ colonnes_de_cellule() }}
from {{ source('drees', 'apl') }}
