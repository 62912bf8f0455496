select
    {{ ligne_du_registre() }},
    {{ attribut('comite_financeurs') }},
    {{ mesure('montant_attribue', 'montant_attribue_eur') }},
    {{ mesure('montant_cpo', 'montant_cpo_eur') }},
    {{ mesure('nb_reunions_comite') }}
from {{ source('registre', 'associations') }}
where bloc = 'contrat'
group by {{ ligne_du_registre() }}
