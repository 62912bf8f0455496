with ecartees as (
    select jeu, millesime, fichier, ligne, colonne, valeur_lue, motif
    from {{ source('ingestion', 'quarantaine') }}
    union all
    select
        l.jeu,
        l.millesime,
        l.fichier,
        l.ligne,
        'code du quartier' as colonne,
        l.code_territoire as valeur_lue,
        'quartier absent des contours du zonage' as motif
    from {{ source('ingestion', 'lignes') }} as l
    left join {{ ref('int_territoires__quartiers') }} as q on l.code_territoire = q.code_qpv and l.zonage = q.zonage
    where l.sort = 'retenue' and l.niveau = 'qpv' and q.code_qpv is null
    union all
    select
        jeu,
        millesime,
        fichier,
        ligne,
        colonne_source as colonne,
        {{ agrege_texte('nom_publie', ', ') }} as valeur_lue,
        'nom de commune inconnu du code officiel géographique dans le département '
        || max(code_departement) || ' et sa région' as motif
    from {{ ref('int_territoires__noms_de_communes') }}
    where code_commune is null
    group by jeu, millesime, fichier, ligne, colonne_source
    union all
    select
        jeu,
        millesime,
        fichier,
        ligne,
        'longitude et latitude' as colonne,
        cast(longitude as {{ type_texte() }}) || ' ; ' || cast(latitude as {{ type_texte() }}) as valeur_lue,
        motif
    from {{ source('spatial', 'rejets_points') }}
    where sort = 'quarantaine'
    union all
    select jeu, millesime, fichier, ligne, colonne, valeur_lue, motif
    from {{ ref('int_registre__rejets') }}
)

select
    jeu,
    millesime,
    fichier,
    cast(ligne as integer) as ligne,
    coalesce(colonne, '') as colonne,
    valeur_lue,
    motif
from ecartees
