{# Σ over the communes of each zone: never a mean of rates (gap_method §16). #}
select
    z.niveau,
    z.code_zone,
    z.millesime,
    min(z.est_complete) as est_complete,
    count(*) as nb_communes,
    max(l.jeu) as jeu,
    max(l.fichier) as fichier,
    max(l.empreinte_sha256) as empreinte_sha256,
    max(l.periode_recensement) as periode_recensement,
    max(l.date_recensement) as date_recensement,
    max(l.periode_recensement_precedent) as periode_recensement_precedent,
    max(l.date_recensement_precedent) as date_recensement_precedent,
    max(l.periode_etablissements) as periode_etablissements,
    max(l.date_etablissements) as date_etablissements,
    {{ somme_exacte('l.population') }} as population,
    {{ somme_exacte('l.population_precedente') }} as population_precedente,
    {{ somme_exacte('l.superficie_km2') }} as superficie_km2,
    {{ somme_exacte('l.population_15_64') }} as population_15_64,
    {{ somme_exacte('l.actifs_15_64') }} as actifs_15_64,
    {{ somme_exacte('l.chomeurs_15_64') }} as chomeurs_15_64,
    {{ somme_exacte('l.logements') }} as logements,
    {{ somme_exacte('l.logements_vacants') }} as logements_vacants,
    {{ somme_exacte('l.residences_principales') }} as residences_principales,
    {{ somme_exacte('l.residences_proprietaires') }} as residences_proprietaires,
    {{ somme_exacte('l.etablissements_actifs') }} as etablissements_actifs
from {{ ref('int_references__zones_de_communes') }} as z
inner join {{ ref('int_references__communes_larges') }} as l
    on z.code_commune = l.code_commune and z.millesime = l.millesime
group by z.niveau, z.code_zone, z.millesime
