{#
The figures of the contrat de ville, never divided among its quartiers: distinct posts, posts for 10,000 inhabitants of
quartiers, subsidies per inhabitant. Where rows of the same département name no contract, each contract of that département
may lack some: `partiel`.
#}
with sans_contrat as (
    select distinct indicateur, periode, code_departement
    from {{ ref('int_programmes__postes') }}
    where code_contrat = ''
),

incomplets as (
    select distinct s.indicateur, s.periode, d.code_contrat
    from sans_contrat as s
    inner join {{ ref('int_programmes__departements_contrats') }} as d on s.code_departement = d.code_departement
),

comptes as (
    select indicateur, periode, code_contrat, count(distinct identifiant) as nb
    from {{ ref('int_programmes__postes') }}
    where code_contrat <> ''
    group by indicateur, periode, code_contrat
),

postes as (
    select
        a.code_contrat,
        a.indicateur,
        a.periode,
        cast(coalesce(c.nb, 0) as {{ type_reel() }}) as nb,
        case when i.code_contrat is null then 1 else 0 end as est_complet,
        a.jeu,
        a.millesime,
        a.empreinte_sha256
    from {{ ref('int_programmes__contrats_annees') }} as a
    left join comptes as c on a.indicateur = c.indicateur and a.periode = c.periode and a.code_contrat = c.code_contrat
    left join incomplets as i on a.indicateur = i.indicateur and a.periode = i.periode and a.code_contrat = i.code_contrat
),

rapportes as (
    select
        p.code_contrat,
        'adultes_relais_pour_10000_hab_qpv' as indicateur,
        p.periode,
        10000 as facteur,
        p.nb as numerateur,
        h.population as denominateur,
        case when p.est_complet = 1 and h.est_entiere then 1 else 0 end as est_complet,
        p.jeu,
        p.millesime,
        p.empreinte_sha256
    from postes as p
    left join {{ ref('int_programmes__populations_contrats') }} as h on p.code_contrat = h.code_contrat
    where p.indicateur = 'nb_adultes_relais'
    union all
    select
        s.code_contrat,
        'subventions_politique_ville_par_hab' as indicateur,
        s.periode,
        1 as facteur,
        s.montant_eur as numerateur,
        h.population as denominateur,
        case when s.est_complet = 1 and h.est_entiere then 1 else 0 end as est_complet,
        s.jeu,
        s.millesime,
        s.empreinte_sha256
    from {{ ref('int_programmes__subventions') }} as s
    left join {{ ref('int_programmes__populations_contrats') }} as h on s.code_contrat = h.code_contrat
)

select
    code_contrat,
    indicateur,
    periode,
    nb as valeur,
    case when est_complet = 1 then 'observe' else 'partiel' end as statut,
    cast(null as {{ type_reel() }}) as numerateur,
    cast(null as {{ type_reel() }}) as denominateur,
    jeu,
    millesime,
    empreinte_sha256
from postes
union all
select
    code_contrat,
    indicateur,
    periode,
    case when denominateur > 0 then facteur * numerateur / denominateur end as valeur,
    case
        when denominateur is null or numerateur is null then 'non_diffuse'
        when denominateur = 0 then 'non_calculable'
        when est_complet = 1 then 'observe'
        else 'partiel'
    end as statut,
    case when denominateur > 0 then numerateur end as numerateur,
    case when denominateur > 0 and numerateur is not null then denominateur end as denominateur,
    jeu,
    millesime,
    empreinte_sha256
from rapportes
