select
    {{ colonnes_de_cellule() }}
from {{ source('insee', 'bpe_communes') }}
