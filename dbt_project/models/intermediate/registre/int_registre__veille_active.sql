{# Each territoire de veille active, with whether the quartier of 2024 that it names exists. #}
select
    v.code_territoire as identifiant,
    v.libelle,
    v.code_commune,
    v.code_qpv,
    v.date_entree,
    v.date_sortie,
    v.url_preuve,
    v.code_qpv is null or q.code_qpv is not null as est_situe,
    v.periode,
    v.date_reference,
    v.jeu,
    v.millesime,
    v.fichier,
    v.ligne,
    v.empreinte_sha256
from {{ ref('stg_registre__veille_active') }} as v
left join {{ ref('int_territoires__quartiers') }} as q on v.code_qpv = q.code_qpv and q.zonage = '2024'
