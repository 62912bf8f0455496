with comptes as (
    select
        jeu,
        millesime,
        fichier,
        sum(nb_lignes) as nb_lignes_lues,
        sum(case when sort = 'publiee' then nb_lignes else 0 end) as nb_publiees,
        sum(case when sort = 'quarantaine' then nb_lignes else 0 end) as nb_quarantaine,
        sum(case when sort = 'exclue' then nb_lignes else 0 end) as nb_exclues
    from {{ ref('int_sources__lignes_comptees') }}
    group by jeu, millesime, fichier
)

select
    s.jeu,
    s.millesime,
    s.fichier,
    s.titre,
    s.producteur,
    s.licence,
    s.url,
    s.statut_url,
    s.page,
    s.date_reference,
    s.est_date_deduite,
    cast(s.date_publication as {{ type_texte() }}) as date_publication,
    cast(s.prochaine_publication as {{ type_texte() }}) as prochaine_publication,
    s.rythme,
    s.empreinte_sha256,
    s.statut,
    s.mention,
    cast(coalesce(c.nb_lignes_lues, 0) as integer) as nb_lignes_lues,
    cast(coalesce(c.nb_publiees, 0) as integer) as nb_publiees,
    cast(coalesce(c.nb_quarantaine, 0) as integer) as nb_quarantaine,
    cast(coalesce(c.nb_exclues, 0) as integer) as nb_exclues
from {{ source('catalogue', 'sources') }} as s
left join comptes as c on s.jeu = c.jeu and s.millesime = c.millesime and s.fichier = c.fichier
