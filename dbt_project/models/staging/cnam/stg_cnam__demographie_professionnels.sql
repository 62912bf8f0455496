select
    {{ colonnes_de_cellule() }}
from {{ source('cnam', 'demographie_professionnels') }}
