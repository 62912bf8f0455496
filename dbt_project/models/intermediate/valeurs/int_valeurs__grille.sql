{# Every quartier of a zoning for every period an indicator has there: a code absent from the file is `non_diffuse`. #}
with periodes as (
    select
        zonage,
        indicateur,
        periode,
        max(date_reference) as date_reference,
        max(case when est_date_deduite then 1 else 0 end) = 1 as est_date_deduite,
        min(jeu) as jeu,
        max(millesime) as millesime
    from {{ ref('int_valeurs__classees') }}
    where niveau = 'qpv' and rang = 1
    group by zonage, indicateur, periode
)

select
    'qpv' as niveau,
    q.code_qpv as code_territoire,
    p.zonage,
    p.indicateur,
    p.periode,
    coalesce(v.date_reference, p.date_reference) as date_reference,
    coalesce(v.est_date_deduite, p.est_date_deduite) as est_date_deduite,
    v.valeur,
    v.valeur_texte,
    coalesce(v.statut, 'non_diffuse') as statut,
    v.numerateur,
    v.denominateur,
    v.facteur,
    v.precision_publiee,
    v.mention,
    coalesce(v.jeu, p.jeu) as jeu,
    coalesce(v.millesime, p.millesime) as millesime,
    v.fichier,
    v.ligne,
    v.empreinte_sha256
from periodes as p
inner join {{ ref('int_territoires__quartiers') }} as q on p.zonage = q.zonage
left join {{ ref('int_valeurs__classees') }} as v
    on
        v.niveau = 'qpv'
        and v.rang = 1
        and p.zonage = v.zonage
        and p.indicateur = v.indicateur
        and p.periode = v.periode
        and q.code_qpv = v.code_territoire
