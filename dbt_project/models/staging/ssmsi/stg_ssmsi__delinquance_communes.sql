select
    {{ colonnes_de_cellule() }}
from {{ source('ssmsi', 'delinquance_communes') }}
