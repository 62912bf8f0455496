{#
The figures of the local register at the grain of the contrat de ville: never divided among its quartiers.
The total of a contract would give a masked quartier away by subtraction: it is masked with it (gap_method §13). Which
quartiers a contract covers is not in the register, so any masked quartier of its département counts; a code of before
2024 does not say its département, so any masked quartier counts.
#}
with quartiers_masques as (
    select distinct
        indicateur,
        periode,
        substr(code_territoire, 3, 3) as departement
    from {{ ref('int_registre__conventions') }}
    where niveau = 'qpv' and statut = 'secret'
    union
    select distinct indicateur, periode, '' as departement
    from {{ ref('int_registre__conventions') }}
    where niveau = 'qpv' and statut = 'secret'
)

select
    code_territoire as code_contrat, indicateur, periode,
    case when statut = 'observe' then facteur * numerateur / denominateur end as valeur, statut,
    case when statut = 'observe' then numerateur end as numerateur,
    case when statut = 'observe' then denominateur end as denominateur,
    jeu, millesime, empreinte_sha256
from {{ ref('int_registre__engagements_comptes') }}
where niveau = 'contrat_de_ville'
union all
select
    code_territoire as code_contrat, 'part_cpo' as indicateur, periode,
    100 * montant_cpo_eur / nullif(montant_attribue_eur, 0) as valeur,
    case when montant_attribue_eur > 0 then 'observe' else 'non_calculable' end as statut,
    case when montant_attribue_eur > 0 then montant_cpo_eur end as numerateur,
    case when montant_attribue_eur > 0 then montant_attribue_eur end as denominateur,
    jeu, millesime, empreinte_sha256
from {{ ref('stg_registre__associations_contrats') }}
union all
{# The number of meetings: 0 where there is no committee. #}
select
    code_territoire as code_contrat, 'comite_financeurs' as indicateur, periode,
    case when comite_financeurs = 'non' then 0 else nb_reunions_comite end as valeur,
    case when comite_financeurs = 'oui' and nb_reunions_comite is null then 'non_diffuse' else 'observe' end as statut,
    cast(null as {{ type_reel() }}) as numerateur, cast(null as {{ type_reel() }}) as denominateur, jeu, millesime, empreinte_sha256
from {{ ref('stg_registre__associations_contrats') }}
union all
select
    c.code_territoire as code_contrat, c.indicateur, c.periode,
    case when s.indicateur is null then c.valeur end as valeur,
    case when s.indicateur is null then c.statut else 'secret' end as statut,
    case when s.indicateur is null then c.numerateur end as numerateur,
    case when s.indicateur is null then c.denominateur end as denominateur,
    c.jeu, c.millesime, c.empreinte_sha256
from {{ ref('int_registre__conventions') }} as c
left join quartiers_masques as s
    on
        c.indicateur = s.indicateur
        and c.periode = s.periode
        and case when substr(c.code_territoire, 1, 2) = 'CN' then substr(c.code_territoire, 3, 3) else '' end = s.departement
where c.niveau = 'contrat_de_ville' and c.indicateur in ('entreprises_paqte', 'pre_enfants_suivis')
