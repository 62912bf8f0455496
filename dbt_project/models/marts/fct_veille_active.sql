{# A territory that no quartier of 2024 takes over stays in view, with an empty code. #}
select
    coalesce(code_qpv, '') as code_qpv,
    identifiant,
    libelle,
    code_commune,
    date_entree,
    date_sortie,
    url_preuve
from {{ ref('int_registre__veille_active') }}
where est_situe
