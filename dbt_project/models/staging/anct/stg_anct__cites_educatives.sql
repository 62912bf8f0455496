{# One row per cité and quartier: a list may name the same quartier twice. #}
with cites as (
    select
        jeu,
        millesime,
        fichier,
        ligne,
        empreinte_sha256,
        code_territoire as identifiant,
        {{ attribut('libelle') }}
    from {{ source('anct', 'cites_educatives') }}
    group by jeu, millesime, fichier, ligne, empreinte_sha256, code_territoire
),

quartiers as (
    select distinct
        millesime,
        fichier,
        ligne,
        valeur_texte as code_qpv
    from {{ source('anct', 'cites_educatives') }}
    where variable = 'codes_qpv_2015' and statut = 'observe'
)

select
    c.jeu,
    c.millesime,
    c.fichier,
    c.ligne,
    c.empreinte_sha256,
    c.identifiant,
    c.libelle,
    q.code_qpv
from cites as c
inner join quartiers as q on c.millesime = q.millesime and c.fichier = q.fichier and c.ligne = q.ligne
