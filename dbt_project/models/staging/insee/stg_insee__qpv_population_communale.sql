select
    {{ colonnes_de_cellule() }}
from {{ source('insee', 'qpv_population_communale') }}
