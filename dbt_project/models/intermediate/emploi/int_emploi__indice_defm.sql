{#
Registered job seekers, base 100 at the first date. A group of quartiers is followed on a fixed panel: only the members
observed at every date (gap_method §16), worded « n sur N » quartiers of the published files.
#}
with inscrits as (
    select *
    from {{ ref('stg_insee__qpv_insertion_professionnelle') }}
    where variable = 'defm_abc' and niveau = 'qpv'
),

dates as (
    select min(periode) as premiere_periode, count(distinct periode) as nb_dates
    from inscrits
),

bases as (
    select i.code_territoire, i.valeur, i.statut
    from inscrits as i
    inner join dates as d on i.periode = d.premiere_periode
),

quartiers as (
    select
        i.*,
        b.valeur as effectif_base,
        case
            when i.statut <> 'observe' then i.statut
            when b.statut is null then 'non_diffuse'
            when b.statut <> 'observe' then b.statut
            when b.valeur = 0 then 'non_calculable'
            else 'observe'
        end as statut_indice
    from inscrits as i
    left join bases as b on i.code_territoire = b.code_territoire
),

panel as (
    select i.code_territoire
    from inscrits as i
    cross join dates as d
    where i.statut = 'observe'
    group by i.code_territoire, d.nb_dates
    having count(distinct i.periode) = d.nb_dates
),

ensembles as (
    select
        e.code_ensemble,
        e.zonage,
        q.periode,
        max(q.date_reference) as date_reference,
        max(q.jeu) as jeu,
        max(q.millesime) as millesime,
        max(q.fichier) as fichier,
        max(q.empreinte_sha256) as empreinte_sha256,
        max(e.nb_quartiers) as nb_quartiers,
        count(p.code_territoire) as nb_panel,
        sum(case when p.code_territoire is not null then q.valeur end) as effectif,
        sum(case when p.code_territoire is not null then q.effectif_base end) as effectif_base
    from quartiers as q
    inner join {{ ref('int_territoires__ensembles') }} as e on q.code_territoire = e.code_qpv and q.zonage = e.zonage
    left join panel as p on q.code_territoire = p.code_territoire
    group by e.code_ensemble, e.zonage, q.periode
),

publies as (
    select e.code_ensemble, e.zonage, count(distinct q.code_territoire) as nb_publies
    from quartiers as q
    inner join {{ ref('int_territoires__ensembles') }} as e on q.code_territoire = e.code_qpv and q.zonage = e.zonage
    group by e.code_ensemble, e.zonage
)

select
    niveau,
    code_territoire,
    zonage,
    'indice_defm_abc' as indicateur,
    periode,
    date_reference,
    est_date_deduite,
    case when statut_indice = 'observe' then 100 * valeur / effectif_base end as valeur,
    cast(null as {{ type_texte() }}) as valeur_texte,
    statut_indice as statut,
    case when statut_indice = 'observe' then valeur end as numerateur,
    case when statut_indice = 'observe' then effectif_base end as denominateur,
    cast(100 as {{ type_reel() }}) as facteur,
    precision_publiee,
    mention,
    jeu,
    millesime,
    fichier,
    ligne,
    empreinte_sha256
from quartiers
union all
select
    'ensemble_qpv' as niveau,
    e.code_ensemble as code_territoire,
    e.zonage,
    'indice_defm_abc' as indicateur,
    e.periode,
    e.date_reference,
    1 = 0 as est_date_deduite,
    100 * e.effectif / e.effectif_base as valeur,
    cast(e.nb_panel as {{ type_texte() }}) || ' sur ' || cast(p.nb_publies as {{ type_texte() }}) as valeur_texte,
    case when e.nb_panel < e.nb_quartiers then 'partiel' else 'observe' end as statut,
    e.effectif as numerateur,
    e.effectif_base as denominateur,
    cast(100 as {{ type_reel() }}) as facteur,
    cast(null as {{ type_reel() }}) as precision_publiee,
    cast(null as {{ type_texte() }}) as mention,
    e.jeu,
    e.millesime,
    e.fichier,
    cast(null as integer) as ligne,
    e.empreinte_sha256
from ensembles as e
inner join publies as p on e.code_ensemble = p.code_ensemble and e.zonage = p.zonage
where e.effectif_base > 0
