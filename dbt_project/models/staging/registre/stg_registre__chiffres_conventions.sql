select
    {{ ligne_du_registre() }},
    {{ attribut('indicateur_convention') }},
    {{ attribut('fournisseur') }},
    {{ jour_saisi('date_convention') }},
    {{ mesure('numerateur') }},
    {{ mesure('denominateur') }},
    {{ mesure('valeur_convention') }}
from {{ source('registre', 'chiffres_conventions') }}
group by {{ ligne_du_registre() }}
