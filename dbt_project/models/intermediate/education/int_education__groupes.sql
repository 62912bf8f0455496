{#
The lists of schools that a figure is made of: those near each quartier, by the latest directory, and those of the EPCI and of
the département that a quartier is compared with. `nb_etablissements` counts those near a quartier, with or without a figure:
nursery schools have no index. A collège has no commune in the file of results: it has no EPCI there.
#}
with annuaire as (
    select *
    from (
        select *, max(millesime) over () as dernier_millesime
        from {{ ref('int_acces__lieux') }}
        where famille in ('ecoles', 'colleges')
    ) as tous
    where millesime = dernier_millesime
),

proches as (
    select v.zonage, v.code_qpv, l.nature, l.identifiant
    from {{ ref('int_acces__proximites') }} as v
    inner join annuaire as l on v.jeu = l.jeu and v.millesime = l.millesime and v.identifiant = l.identifiant
    where v.distance_m <= l.distance_limite_m
),

{# Every quartier that the directory covers, with or without a school nearby. #}
quartiers as (
    select c.zonage, c.code_qpv, n.nature, count(p.identifiant) as nb_etablissements
    from {{ ref('int_acces__couverture') }} as c
    inner join (select distinct jeu, millesime, nature from annuaire) as n
        on c.jeu = n.jeu and c.millesime = n.millesime
    left join proches as p on c.zonage = p.zonage and c.code_qpv = p.code_qpv and n.nature = p.nature
    group by c.zonage, c.code_qpv, n.nature
)

select
    'qpv' as niveau,
    q.code_qpv as code_territoire,
    q.zonage,
    q.nature,
    q.nb_etablissements,
    s.mesure,
    s.periode,
    s.date_reference,
    s.jeu,
    s.millesime,
    s.fichier,
    s.empreinte_sha256,
    p.identifiant,
    m.valeur,
    m.poids
from quartiers as q
inner join (
    select nature, mesure, periode, date_reference, max(jeu) as jeu, max(millesime) as millesime, max(fichier) as fichier,
        case when count(distinct empreinte_sha256) = 1 then max(empreinte_sha256) end as empreinte_sha256
    from {{ ref('int_education__mesures') }}
    group by nature, mesure, periode, date_reference
) as s on q.nature = s.nature
left join proches as p on q.zonage = p.zonage and q.code_qpv = p.code_qpv and q.nature = p.nature
left join {{ ref('int_education__mesures') }} as m
    on p.identifiant = m.identifiant and s.mesure = m.mesure and s.periode = m.periode and s.nature = m.nature
union all
select
    'departement' as niveau, m.code_departement as code_territoire, '' as zonage, m.nature,
    null as nb_etablissements, m.mesure, m.periode, m.date_reference, m.jeu, m.millesime, m.fichier, m.empreinte_sha256,
    m.identifiant, m.valeur, m.poids
from {{ ref('int_education__mesures') }} as m
inner join {{ ref('stg_insee__cog_departements') }} as d on m.code_departement = d.code_departement
where m.mesure in ('ips', 'taux_reussite')
union all
select
    'epci' as niveau, e.code_epci as code_territoire, '' as zonage, m.nature,
    null as nb_etablissements, m.mesure, m.periode, m.date_reference, m.jeu, m.millesime, m.fichier, m.empreinte_sha256,
    m.identifiant, m.valeur, m.poids
from {{ ref('int_education__mesures') }} as m
left join {{ ref('int_territoires__communes') }} as c
    on {{ commune_sans_arrondissement('m.code_commune') }} = c.ancien_code
inner join {{ ref('stg_insee__cog_epci_communes') }} as e
    on coalesce(c.code_commune, {{ commune_sans_arrondissement('m.code_commune') }}) = e.code_commune
where e.code_epci is not null and m.mesure = 'ips'
