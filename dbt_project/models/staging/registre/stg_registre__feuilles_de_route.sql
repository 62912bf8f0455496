select
    {{ ligne_du_registre() }},
    {{ attribut('identifiant') }},
    {{ attribut('axe') }},
    {{ attribut('objectif') }},
    {{ attribut('indicateur_suivi') }},
    {{ attribut('avancement') }},
    {{ attribut('statut_feuille_de_route') }},
    {{ attribut('url_preuve') }},
    {{ jour_saisi('date_debut') }},
    {{ jour_saisi('echeance') }},
    {{ jour_saisi('date_validation') }},
    {{ jour_saisi('date_etat') }},
    {{ mesure('terme') }},
    {{ mesure('cible') }}
from {{ source('registre', 'feuilles_de_route') }}
group by {{ ligne_du_registre() }}
