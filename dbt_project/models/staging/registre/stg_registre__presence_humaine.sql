select
    {{ ligne_du_registre() }},
    {{ attribut('identifiant') }},
    {{ attribut('fonction_poste') }},
    {{ attribut('employeur') }},
    {{ mesure('etp') }}
from {{ source('registre', 'presence_humaine') }}
group by {{ ligne_du_registre() }}
