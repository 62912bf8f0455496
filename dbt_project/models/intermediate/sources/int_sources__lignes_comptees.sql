{#
The fate of every row of every file, counted by reason: published, in quarantine, excluded.
A row read well may still stay out: its quartier has no outline, its commune has no quartier, or a file that comes
first carries the same figures.
#}
with lignes as (
    select
        l.jeu,
        l.millesime,
        l.fichier,
        l.niveau,
        l.sort,
        l.motif,
        u.ligne as ligne_utile,
        case when (l.niveau = 'qpv' and q.code_qpv is null) or r.ligne is not null then 1 else 0 end as est_sans_contour
    from {{ source('ingestion', 'lignes') }} as l
    left join {{ ref('int_sources__lignes_utiles') }} as u
        on l.jeu = u.jeu and l.millesime = u.millesime and l.fichier = u.fichier and l.ligne = u.ligne
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
            else 'exclue'
        end as sort,
        case
            when sort <> 'retenue' then coalesce(motif, 'sans motif')
            when est_sans_contour = 1 then 'quartier absent des contours du zonage'
            when ligne_utile is not null then ''
            when niveau = 'commune' then 'commune sans quartier prioritaire'
            when jeu like '%contours' then 'édition des contours remplacée par une plus récente'
            else 'chiffres déjà publiés d’après un fichier prioritaire'
        end as motif
    from lignes
)

select jeu, millesime, fichier, sort, motif, count(*) as nb_lignes
from qualifiees
group by jeu, millesime, fichier, sort, motif
