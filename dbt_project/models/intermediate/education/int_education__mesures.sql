{#
What is published of each school, by year: social position of schools and collèges, results of collèges at the brevet.
`poids` is the number of candidates behind a rate. The edition that covers two régions only is a sample of a format and is
left out; a session that two vintages carry is read in the latest.
#}
with lues as (
    select identifiant, 'ecole' as nature, 'ips' as mesure, periode, ips as valeur, cast(null as {{ type_reel() }}) as poids,
        departement, code_commune, jeu, millesime, fichier, ligne, empreinte_sha256
    from {{ ref('stg_education__ips_ecoles') }}
    union all
    select identifiant, 'college' as nature, 'ips' as mesure, periode, ips as valeur, cast(null as {{ type_reel() }}) as poids,
        departement, code_commune, jeu, millesime, fichier, ligne, empreinte_sha256
    from {{ ref('stg_education__ips_colleges') }}
    where millesime not like '%pays-de-la-loire'
    union all
    select identifiant, 'college' as nature, 'ecart_type_ips' as mesure, periode, ecart_type_ips as valeur, cast(null as {{ type_reel() }}) as poids,
        departement, code_commune, jeu, millesime, fichier, ligne, empreinte_sha256
    from {{ ref('stg_education__ips_colleges') }}
    where millesime not like '%pays-de-la-loire'
    union all
    select identifiant, 'college' as nature, 'taux_reussite' as mesure, periode, taux_reussite_generale as valeur,
        nb_candidats_generale as poids, departement, cast(null as {{ type_texte() }}) as code_commune, jeu, millesime, fichier, ligne, empreinte_sha256
    from {{ ref('stg_education__ivac') }}
    union all
    select identifiant, 'college' as nature, 'valeur_ajoutee' as mesure, periode, valeur_ajoutee_taux_generale as valeur,
        cast(null as {{ type_reel() }}) as poids, departement, cast(null as {{ type_texte() }}) as code_commune, jeu, millesime, fichier, ligne, empreinte_sha256
    from {{ ref('stg_education__ivac') }}
    union all
    select identifiant, 'college' as nature, 'taux_acces_6e_3e' as mesure, periode, taux_acces_6e_3e as valeur,
        cast(null as {{ type_reel() }}) as poids, departement, cast(null as {{ type_texte() }}) as code_commune, jeu, millesime, fichier, ligne, empreinte_sha256
    from {{ ref('stg_education__ivac') }}
),

classees as (
    select
        *,
        row_number() over (
            partition by identifiant, mesure, periode
            order by millesime desc, fichier asc, ligne asc
        ) as rang
    from lues
)

select
    identifiant,
    nature,
    mesure,
    periode,
    {# A school year begins on 1 September, a session is that of a year. #}
    case
        when length(periode) = 9 then {{ jour("substr(periode, 1, 4) || '-09-01'") }}
        else {{ jour("periode || '-12-31'") }}
    end as date_reference,
    valeur,
    cast(poids as {{ type_reel() }}) as poids,
    departement as code_departement,
    code_commune,
    jeu,
    millesime,
    fichier,
    ligne,
    empreinte_sha256
from classees
where rang = 1
