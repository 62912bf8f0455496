select
    millesime,
    ligne,
    {{ attribut('type_evenement') }},
    {{ attribut('date_effet') }},
    {{ attribut('nature_commune_avant') }},
    {{ attribut('code_commune_avant') }},
    {{ attribut('libelle_commune_avant') }},
    {{ attribut('nature_commune_apres') }},
    {{ attribut('code_commune_apres') }}
from {{ source('insee', 'cog') }}
where bloc = 'mouvements'
group by millesime, ligne
