select
    {{ colonnes_de_cellule() }}
from {{ source('francetravail', 'marche_travail') }}
