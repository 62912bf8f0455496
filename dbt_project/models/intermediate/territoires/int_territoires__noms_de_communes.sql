{#
The communes of the 2015 quartiers are published as names only (the deposited membership table stops at the first one).
A name is looked for among the communes of the département, then among those it had since 2013, then in the région when
it is the only one to bear the name there (QP062 quartiers reach Ostricourt, in the Nord).
« Marseille 3ème, 1er, 2ème » is Marseille; a name that stays unknown goes to quarantine, never away.
#}
with noms_publies as (
    select jeu, millesime, fichier, ligne, colonne_source, code_territoire as code_qpv, valeur_texte as nom_publie
    from {{ ref('stg_insee__qpv_population') }}
    where variable = 'libelles_communes' and statut = 'observe'
    union all
    select jeu, millesime, fichier, ligne, colonne_source, code_territoire as code_qpv, valeur_texte as nom_publie
    from {{ ref('stg_insee__qpv_demographie') }}
    where variable = 'libelles_communes' and statut = 'observe' and niveau = 'qpv'
    union all
    select jeu, millesime, fichier, ligne, colonne_source, code_territoire as code_qpv, valeur_texte as nom_publie
    from {{ ref('stg_anct__qpv2015_contours') }}
    where variable = 'libelles_communes' and statut = 'observe'
),

noms as (
    select
        n.*,
        q.code_departement,
        q.code_region,
        {{ nom_compare(sans_motif('n.nom_publie', ' *[0-9]+ ?(er|e|ème|eme|è).*$')) }} as nom
    from noms_publies as n
    inner join {{ ref('int_territoires__quartiers') }} as q on n.code_qpv = q.code_qpv and q.zonage = '2015'
),

communes as (
    select code_commune, code_departement, code_region, {{ nom_compare('libelle') }} as nom
    from {{ ref('int_territoires__communes') }}
    where ancien_code = code_commune
),

dans_le_departement as (
    select code_departement, nom, min(code_commune) as code_commune
    from communes
    group by code_departement, nom
    having count(*) = 1
),

anciens_noms as (
    select c.code_departement, {{ nom_compare('m.libelle_commune_avant') }} as nom, min(c.code_commune) as code_commune
    from {{ ref('stg_insee__cog_mouvements') }} as m
    inner join {{ ref('int_territoires__communes') }} as c on m.code_commune_avant = c.ancien_code
    where m.nature_commune_avant = 'COM' and m.date_effet >= '2013-01-01'
    group by c.code_departement, {{ nom_compare('m.libelle_commune_avant') }}
    having count(distinct c.code_commune) = 1
),

dans_la_region as (
    select code_region, nom, min(code_commune) as code_commune
    from communes
    group by code_region, nom
    having count(*) = 1
)

select
    n.jeu,
    n.millesime,
    n.fichier,
    n.ligne,
    n.colonne_source,
    n.code_qpv,
    n.code_departement,
    n.nom_publie,
    coalesce(d.code_commune, a.code_commune, r.code_commune) as code_commune
from noms as n
left join dans_le_departement as d on n.code_departement = d.code_departement and n.nom = d.nom
left join anciens_noms as a on n.code_departement = a.code_departement and n.nom = a.nom
left join dans_la_region as r on n.code_region = r.code_region and n.nom = r.nom
where n.nom <> ''
