select
    {{ ligne_du_registre() }},
    {{ attribut('identifiant') }},
    {{ attribut('statut_conseil_citoyen') }},
    {{ attribut('parole_conseil') }},
    {{ attribut('url_preuve') }},
    {{ jour_saisi('date_derniere_reunion') }},
    {{ mesure('nb_reunions_conseil') }}
from {{ source('registre', 'conseils_citoyens') }}
group by {{ ligne_du_registre() }}
