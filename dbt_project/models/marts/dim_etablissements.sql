{# IPS: only the one that the dataset of the place publishes itself. #}
select
    identifiant,
    millesime,
    nature,
    libelle,
    code_commune,
    longitude,
    latitude,
    statut_education_prioritaire,
    ips,
    secteur,
    jeu
from {{ source('spatial', 'points') }}
where table_publiee = 'etablissements'
