select
    {{ colonnes_de_cellule() }}
from {{ source('cnaf', 'indicateurs_precarite') }}
