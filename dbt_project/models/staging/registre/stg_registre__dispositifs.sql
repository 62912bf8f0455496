select
    {{ ligne_du_registre() }},
    {{ attribut('identifiant') }},
    {{ attribut('dispositif') }},
    {{ attribut('statut_dispositif') }},
    {{ attribut('porteur') }},
    {{ attribut('url_preuve') }},
    {{ jour_saisi('date_signature') }},
    {{ jour_saisi('date_fin') }},
    {{ jour_saisi('date_etat') }}
from {{ source('registre', 'dispositifs') }}
group by {{ ligne_du_registre() }}
