select
    {{ colonnes_de_cellule() }}
from {{ source('insee', 'passage_communes') }}
