select
    {{ colonnes_de_cellule() }}
from {{ source('insee', 'zones_emploi') }}
