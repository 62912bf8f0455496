with noms as (
    select
        millesime,
        fichier,
        ligne,
        {{ attribut('libelle') }}
    from {{ source('insee', 'chomage_zones_emploi') }}
    group by millesime, fichier, ligne
)

select
    c.jeu,
    c.millesime,
    c.fichier,
    c.ligne,
    c.empreinte_sha256,
    c.code_territoire as identifiant,
    n.libelle,
    c.periode,
    c.date_reference,
    c.valeur as taux_chomage_bit,
    c.statut
from {{ source('insee', 'chomage_zones_emploi') }} as c
inner join noms as n on c.millesime = n.millesime and c.fichier = n.fichier and c.ligne = n.ligne
where c.variable = 'taux_chomage_bit'
