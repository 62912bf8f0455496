select
    code_territoire as code_departement,
    {{ attribut('libelle') }},
    {{ attribut('code_region') }}
from {{ source('insee', 'cog') }}
where bloc = 'departements'
group by code_territoire
