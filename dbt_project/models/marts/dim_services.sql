select
    identifiant,
    millesime,
    nature as type_service,
    libelle,
    code_commune,
    code_departement,
    longitude,
    latitude,
    date_maj
from {{ source('spatial', 'points') }}
where table_publiee = 'services'
