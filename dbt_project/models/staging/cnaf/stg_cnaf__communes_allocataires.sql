select
    {{ colonnes_de_cellule() }}
from {{ source('cnaf', 'communes_allocataires') }}
