{# The code and the name of the contrat de ville of each quartier, both zonings; a quartier without one says why. #}
with liens as (
    select
        zonage,
        code_qpv,
        {{ agrege_texte("code_contrat || ' – ' || libelle", ' ; ', ordre='code_contrat') }} as contrats
    from {{ ref('int_programmes__contrats_quartiers') }}
    group by zonage, code_qpv
),

listes as (
    select
        millesime as zonage, max(jeu) as jeu, max(fichier) as fichier, max(empreinte_sha256) as empreinte_sha256
    from {{ ref('stg_anct__contrats_ville') }}
    group by millesime
)

select
    'qpv' as niveau,
    q.code_qpv as code_territoire,
    q.zonage,
    'contrat_de_ville' as indicateur,
    q.zonage as periode,
    {{ jour("q.zonage || '-12-31'") }} as date_reference,
    1 = 1 as est_date_deduite,
    cast(null as {{ type_reel() }}) as valeur,
    l.contrats as valeur_texte,
    case when l.contrats is null then 'non_diffuse' else 'observe' end as statut,
    cast(null as {{ type_reel() }}) as numerateur,
    cast(null as {{ type_reel() }}) as denominateur,
    cast(null as {{ type_reel() }}) as facteur,
    cast(null as {{ type_reel() }}) as precision_publiee,
    case when l.contrats is null then 'aucun_contrat_de_sa_commune_ou_intercommunalite' end as mention,
    s.jeu,
    s.zonage as millesime,
    s.fichier,
    cast(null as integer) as ligne,
    s.empreinte_sha256
from {{ ref('int_territoires__quartiers') }} as q
inner join listes as s on q.zonage = s.zonage
left join liens as l on q.zonage = l.zonage and q.code_qpv = l.code_qpv
