select
    i.indicateur,
    i.libelle,
    i.axe,
    i.theme,
    i.definition,
    i.numerateur,
    i.denominateur,
    i.unite,
    cast(i.decimales as integer) as decimales,
    cast(i.sens as integer) as sens,
    i.niveau_publie,
    s.jeux as source,
    i.est_additif,
    cast(i.espacement_minimal_ans as integer) as espacement_minimal_ans,
    i.avertissement,
    cast(i.version_definition as integer) as version_definition,
    i.disponibilite,
    i.attente
from {{ source('catalogue', 'indicateurs') }} as i
left join (
    select indicateur, {{ agrege_texte('jeu', ';', ordre='priorite') }} as jeux
    from {{ source('catalogue', 'indicateur_jeux') }}
    group by indicateur
) as s on i.indicateur = s.indicateur
