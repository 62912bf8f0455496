select
    {{ ligne_du_registre() }},
    {{ attribut('identifiant') }},
    {{ attribut('code_contrat') }},
    {{ attribut('partenaire') }},
    {{ attribut('type_partenaire') }},
    {{ attribut('axe') }},
    {{ attribut('objectif') }},
    {{ attribut('est_droit_commun') }},
    {{ attribut('etat_engagement') }},
    {{ attribut('url_preuve') }},
    {{ attribut('objectif_feuille_de_route') }},
    {{ jour_saisi('date_engagement') }},
    {{ jour_saisi('echeance') }},
    {{ jour_saisi('date_etat') }},
    {{ jour_saisi('date_preuve') }}
from {{ source('registre', 'engagements') }}
group by {{ ligne_du_registre() }}
