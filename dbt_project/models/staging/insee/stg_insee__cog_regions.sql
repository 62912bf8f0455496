select
    code_territoire as code_region,
    {{ attribut('libelle') }}
from {{ source('insee', 'cog') }}
where bloc = 'regions'
group by code_territoire
