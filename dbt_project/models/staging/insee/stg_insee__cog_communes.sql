select
    code_territoire as code_commune,
    {{ attribut('libelle') }},
    {{ attribut('code_departement') }},
    {{ attribut('code_region') }}
from {{ source('insee', 'cog') }}
where bloc = 'communes'
group by code_territoire
