select
    {{ colonnes_de_cellule() }}
from {{ source('insee', 'rp_communes_logement') }}
