{# A bus or a travelling service says so in two ways: `itinerance` in 2022, `format_fs` in 2024. #}
with lieux as (
    select
        jeu,
        millesime,
        fichier,
        ligne,
        empreinte_sha256,
        code_territoire as identifiant,
        {{ attribut('libelle') }},
        {{ attribut('code_commune') }},
        {{ attribut('code_departement') }},
        max(case when variable = 'longitude' then valeur end) as longitude,
        max(case when variable = 'latitude' then valeur end) as latitude,
        {{ attribut('type_structure') }},
        {{ attribut('format_structure') }},
        {{ attribut('itinerance') }}
    from {{ source('anct', 'france_services') }}
    group by jeu, millesime, fichier, ligne, empreinte_sha256, code_territoire
)

select
    jeu,
    millesime,
    fichier,
    ligne,
    empreinte_sha256,
    identifiant,
    libelle,
    code_commune,
    code_departement,
    longitude,
    latitude,
    type_structure,
    format_structure,
    coalesce(itinerance = 'oui' or format_structure in ('Bus_équivalent', 'Itinérante'), false) as est_itinerante
from lieux
