select
    {{ ligne_du_registre() }},
    {{ attribut('libelle') }},
    {{ attribut('code_commune') }},
    {{ attribut('code_qpv') }},
    {{ attribut('url_preuve') }},
    {{ jour_saisi('date_entree') }},
    {{ jour_saisi('date_sortie') }}
from {{ source('registre', 'veille_active') }}
group by {{ ligne_du_registre() }}
