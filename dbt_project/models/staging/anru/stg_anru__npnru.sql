select
    {{ colonnes_de_cellule() }}
from {{ source('anru', 'npnru') }}
