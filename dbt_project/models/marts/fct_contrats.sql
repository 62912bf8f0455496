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
union all
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
from {{ ref('int_programmes__contrats') }}
