{#
Yes or no for each quartier of 2015: is it in the list of 2022? Codes are matched, never names. The lists are complete, so a
quartier that is not named has a zero that was observed; where a list was not read, nothing is said.
#}
with listes as (
    select
        'npnru' as indicateur, code_territoire as code_qpv, cast(null as {{ type_texte() }}) as libelle,
        jeu, millesime, fichier, ligne, empreinte_sha256
    from {{ ref('stg_anru__npnru') }}
    where variable = 'quartier_npnru' and zonage = '2015'
    union all
    select 'cite_educative' as indicateur, code_qpv, libelle, jeu, millesime, fichier, ligne, empreinte_sha256
    from {{ ref('stg_anct__cites_educatives') }}
    union all
    select 'cite_emploi' as indicateur, code_qpv, libelle, jeu, millesime, fichier, ligne, empreinte_sha256
    from {{ ref('stg_anct__cites_emploi') }}
),

{# A quartier may belong to several cités: their names follow one another. #}
mentions as (
    select
        indicateur,
        code_qpv,
        jeu,
        millesime,
        fichier,
        min(ligne) as ligne,
        {{ agrege_texte('libelle', ' ; ') }} as libelles
    from (select distinct indicateur, code_qpv, libelle, jeu, millesime, fichier, ligne from listes) as distinctes
    group by indicateur, code_qpv, jeu, millesime, fichier
),

fichiers as (
    select distinct indicateur, jeu, millesime, fichier, empreinte_sha256
    from listes
)

select
    'qpv' as niveau,
    q.code_qpv as code_territoire,
    q.zonage,
    f.indicateur,
    f.millesime as periode,
    {{ jour("f.millesime || '-12-31'") }} as date_reference,
    1 = 1 as est_date_deduite,
    cast(case when m.code_qpv is null then 0 else 1 end as {{ type_reel() }}) as valeur,
    m.libelles as valeur_texte,
    'observe' as statut,
    cast(null as {{ type_reel() }}) as numerateur,
    cast(null as {{ type_reel() }}) as denominateur,
    cast(null as {{ type_reel() }}) as facteur,
    cast(null as {{ type_reel() }}) as precision_publiee,
    cast(null as {{ type_texte() }}) as mention,
    f.jeu,
    f.millesime,
    f.fichier,
    m.ligne,
    f.empreinte_sha256
from fichiers as f
inner join {{ ref('int_territoires__quartiers') }} as q on q.zonage = '2015'
left join mentions as m
    on
        f.indicateur = m.indicateur
        and f.millesime = m.millesime
        and f.fichier = m.fichier
        and q.code_qpv = m.code_qpv
