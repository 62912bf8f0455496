{#
The fate of every row of every file, counted by reason: published, in quarantine, excluded.
A row read well may still stay out: its quartier has no outline, its place cannot be placed, its commune has no quartier, a
file that comes first carries the same figures, or nothing is made of its dataset yet.
#}
with deja_publiees as (
    select distinct jeu, millesime, fichier, ligne
    from {{ ref('int_valeurs__classees') }}
    where rang > 1 and ligne is not null
),

jeux_utiles as (
    select distinct jeu
    from {{ ref('int_sources__lignes_utiles') }}
),

couches_de_contours as (
    select distinct jeu
    from {{ source('spatial', 'surfaces') }}
),

lignes as (
    select
        l.jeu,
        l.millesime,
        l.fichier,
        l.niveau,
        l.sort,
        l.motif,
        u.ligne as ligne_utile,
        d.ligne as ligne_deja_publiee,
        p.sort as sort_du_lieu,
        p.motif as motif_du_lieu,
        c.jeu as jeu_de_contours,
        j.jeu as jeu_utile,
        case when (l.niveau = 'qpv' and q.code_qpv is null) or r.ligne is not null then 1 else 0 end as est_sans_contour
    from {{ source('ingestion', 'lignes') }} as l
    left join {{ ref('int_sources__lignes_utiles') }} as u
        on l.jeu = u.jeu and l.millesime = u.millesime and l.fichier = u.fichier and l.ligne = u.ligne
    left join deja_publiees as d
        on l.jeu = d.jeu and l.millesime = d.millesime and l.fichier = d.fichier and l.ligne = d.ligne
    left join {{ source('spatial', 'rejets_points') }} as p
        on l.jeu = p.jeu and l.millesime = p.millesime and l.fichier = p.fichier and l.ligne = p.ligne
    left join couches_de_contours as c on l.jeu = c.jeu
    left join jeux_utiles as j on l.jeu = j.jeu
    left join {{ ref('int_territoires__quartiers') }} as q on l.code_territoire = q.code_qpv and l.zonage = q.zonage
    left join {{ ref('int_registre__rejets') }} as r
        on l.jeu = r.jeu and l.millesime = r.millesime and l.fichier = r.fichier and l.ligne = r.ligne
),

qualifiees as (
    select
        jeu,
        millesime,
        fichier,
        case
            when sort <> 'retenue' then sort
            when est_sans_contour = 1 then 'quarantaine'
            when ligne_utile is not null then 'publiee'
            else coalesce(sort_du_lieu, 'exclue')
        end as sort,
        case
            {# The code of each row would make one reason per row. #}
            when sort <> 'retenue' and (motif like 'code «%' or motif like 'période «%')
                then {{ sans_motif('motif', '«[^»]*». ?') }}
            {# The sentence of each cell of the register is in fct_quarantaine; here one reason for all. #}
            when sort = 'quarantaine' and jeu like 'registre.%' then 'ligne à corriger dans le registre local'
            when sort <> 'retenue' then coalesce(motif, 'sans motif')
            when est_sans_contour = 1 then 'quartier absent des contours du zonage'
            when ligne_utile is not null then ''
            {# fct_quarantaine gives the coordinates of each row; here one reason for all. #}
            when sort_du_lieu = 'quarantaine' then 'coordonnées impossibles'
            when sort_du_lieu is not null then motif_du_lieu
            when jeu_de_contours is not null then 'édition des contours remplacée par une plus récente'
            when ligne_deja_publiee is not null then 'chiffres déjà publiés d’après un fichier prioritaire'
            when jeu_utile is null then 'jeu chargé, pas encore utilisé par un indicateur'
            when niveau = 'commune' then 'commune sans quartier prioritaire'
            else 'aucun indicateur n’est tiré de cette ligne'
        end as motif
    from lignes
)

select jeu, millesime, fichier, sort, motif, count(*) as nb_lignes
from qualifiees
group by jeu, millesime, fichier, sort, motif
