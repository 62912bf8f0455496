select
    {{ colonnes_de_cellule() }}
from {{ source('dares', 'defm_communales') }}
