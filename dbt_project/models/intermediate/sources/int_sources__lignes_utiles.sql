{#
The published rows that the release shows: a figure comes from them, as such or in a sum, or they describe a territory or a
place.
#}
select distinct jeu, millesime, fichier, ligne
from {{ ref('int_valeurs__classees') }}
where rang = 1 and ligne is not null
union
select distinct l.jeu, l.millesime, l.fichier, l.ligne
from {{ ref('int_references__communes_larges') }} as l
inner join {{ ref('int_references__zones_de_communes') }} as z
    on l.code_commune = z.code_commune and l.millesime = z.millesime
union
{# The Iris whose sum is the figure of a commune. #}
select jeu, millesime, fichier, ligne
from {{ ref('int_references__iris_prestations') }}
where est_observe = 1
union
{# Outlines: the edition whose surfaces are in use. Membership and official codes: every row describes a territory. #}
select l.jeu, l.millesime, l.fichier, l.ligne
from {{ source('ingestion', 'lignes') }} as l
inner join (select distinct jeu, millesime from {{ source('spatial', 'surfaces') }}) as s
    on l.jeu = s.jeu and l.millesime = s.millesime
where l.sort = 'retenue'
union
select jeu, millesime, fichier, ligne
from {{ source('ingestion', 'lignes') }}
where sort = 'retenue' and jeu in ('insee.cog', 'insee.qpv_appartenance')
union
{# Lists, contracts and posts: every row answers for a quartier or enters a sum. Registers of the communes: each enters a sum. #}
select jeu, millesime, fichier, ligne
from {{ source('ingestion', 'lignes') }}
where
    sort = 'retenue'
    and jeu in (
        'anru.npnru', 'anct.cites_educatives', 'anct.cites_emploi', 'anct.contrats_ville', 'anct.adultes_relais',
        'anct.postes_fonjep', 'anct.subventions', 'insee.bpe_communes', 'interieur.rna', 'insee.rp_communes_emploi',
        'insee.rp_communes_logement', 'insee.rp_communes_population'
    )
union
{# Places: the rows of dim_services and dim_etablissements. #}
select jeu, millesime, fichier, ligne
from {{ source('spatial', 'points') }}
union
{# The index of a school that is published. #}
select i.jeu, i.millesime, i.fichier, i.ligne
from {{ ref('int_education__indices') }} as i
inner join {{ source('spatial', 'points') }} as p on i.identifiant = p.identifiant
where p.table_publiee = 'etablissements'
union
{# What is published of the schools near the quartiers and of those they are compared with. #}
select jeu, millesime, fichier, ligne
from {{ ref('int_education__mesures') }}
where valeur is not null
union
{# The local register: every row that was read well is in a table of its own; its comparisons are figures like others. #}
select l.jeu, l.millesime, l.fichier, l.ligne
from {{ source('ingestion', 'lignes') }} as l
left join {{ ref('int_registre__rejets') }} as r
    on l.jeu = r.jeu and l.millesime = r.millesime and l.fichier = r.fichier and l.ligne = r.ligne
where
    l.sort = 'retenue'
    and l.jeu like 'registre.%'
    and l.niveau in ('qpv', 'contrat_de_ville', 'objet')
    and r.ligne is null
