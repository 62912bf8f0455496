select
    code_qpv,
    identifiant,
    partenaire,
    type_partenaire,
    axe,
    objectif,
    est_droit_commun,
    echeance,
    etat,
    date_preuve,
    url_preuve
from {{ ref('int_registre__engagements') }}
