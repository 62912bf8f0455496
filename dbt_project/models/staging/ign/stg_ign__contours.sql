select
    {{ colonnes_de_cellule() }}
from {{ source('ign', 'contours') }}
