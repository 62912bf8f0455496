select
    {{ ligne_du_registre() }},
    {{ attribut('identifiant') }},
    {{ attribut('association') }},
    {{ attribut('est_reparti') }},
    {{ mesure('montant_attribue', 'montant_attribue_eur') }},
    {{ mesure('montant_cpo', 'montant_cpo_eur') }}
from {{ source('registre', 'associations') }}
where bloc = 'subvention'
group by {{ ligne_du_registre() }}
