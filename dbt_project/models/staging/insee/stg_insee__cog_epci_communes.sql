select
    code_territoire as code_commune,
    {{ attribut('libelle') }},
    {{ attribut('code_epci') }},
    {{ attribut('libelle_epci') }},
    {{ attribut('code_departement') }},
    {{ attribut('code_region') }}
from {{ source('insee', 'cog') }}
where bloc = 'epci_commune'
group by code_territoire
