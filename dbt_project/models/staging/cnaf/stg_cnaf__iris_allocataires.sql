select
    {{ colonnes_de_cellule() }}
from {{ source('cnaf', 'iris_allocataires') }}
