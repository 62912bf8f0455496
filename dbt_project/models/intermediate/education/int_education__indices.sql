{#
The social position index of each school, at its latest published school year: null when that year is not significant.
That of a lycée is the index of the whole establishment, whatever its tracks.
The edition that covers two régions only is a sample of a format and is left out.
#}
with lus as (
    select identifiant, periode, ips, jeu, millesime, fichier, ligne
    from {{ ref('stg_education__ips_ecoles') }}
    union all
    select identifiant, periode, ips, jeu, millesime, fichier, ligne
    from {{ ref('stg_education__ips_colleges') }}
    where millesime not like '%pays-de-la-loire'
    union all
    select identifiant, periode, ips, jeu, millesime, fichier, ligne
    from {{ ref('stg_education__ips_lycees') }}
)

select identifiant, periode, ips, jeu, millesime, fichier, ligne
from (
    select
        identifiant,
        periode,
        ips,
        jeu,
        millesime,
        fichier,
        ligne,
        row_number() over (partition by identifiant order by periode desc, millesime desc, fichier asc) as rang
    from lus
) as classes
where rang = 1
