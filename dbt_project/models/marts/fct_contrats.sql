select
    code_contrat,
    indicateur,
    periode,
    valeur,
    statut,
    numerateur,
    denominateur,
    jeu,
    millesime,
    empreinte_sha256
from {{ ref('int_registre__contrats') }}
