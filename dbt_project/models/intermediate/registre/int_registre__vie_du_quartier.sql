{#
Year by year: the conseil citoyen, the human presence, the support to associations. Meetings, posts and euros are no
counts of inhabitants, so small ones are published (gap_method §13.3 is about persons).
#}
with populations as (
    select code_territoire, valeur as population
    from (
        select
            code_territoire,
            valeur,
            row_number() over (partition by code_territoire order by periode desc) as rang
        from {{ ref('int_population__quartiers') }}
        where indicateur = 'population_municipale' and niveau = 'qpv' and zonage = '2024' and statut = 'observe'
    ) as classees
    where rang = 1
),

conseils as (
    select
        code_territoire,
        periode,
        max(date_reference) as date_reference,
        case
            when max(case when statut_conseil_citoyen = 'actif' then 1 else 0 end) = 1 then 'actif'
            when max(case when statut_conseil_citoyen = 'en_sommeil' then 1 else 0 end) = 1 then 'en_sommeil'
            else 'absent'
        end as statut_conseil,
        sum(nb_reunions_conseil) as nb_reunions,
        max(jeu) as jeu, max(millesime) as millesime, max(fichier) as fichier, max(empreinte_sha256) as empreinte_sha256
    from {{ ref('stg_registre__conseils_citoyens') }}
    group by code_territoire, periode
),

presences as (
    select
        code_territoire,
        periode,
        max(date_reference) as date_reference,
        {{ somme_exacte('etp') }} as etp,
        max(jeu) as jeu, max(millesime) as millesime, max(fichier) as fichier, max(empreinte_sha256) as empreinte_sha256
    from {{ ref('stg_registre__presence_humaine') }}
    group by code_territoire, periode
),

soutiens as (
    select
        code_territoire,
        periode,
        max(date_reference) as date_reference,
        {{ somme_exacte('montant_cpo_eur') }} as montant_cpo,
        {{ somme_exacte('montant_attribue_eur') }} as montant_attribue,
        max(jeu) as jeu, max(millesime) as millesime, max(fichier) as fichier, max(empreinte_sha256) as empreinte_sha256
    from {{ ref('stg_registre__associations') }}
    group by code_territoire, periode
)

select
    code_territoire, 'conseil_citoyen_statut' as indicateur, periode, date_reference,
    cast(null as {{ type_reel() }}) as valeur, statut_conseil as valeur_texte, 'observe' as statut,
    cast(null as {{ type_reel() }}) as numerateur, cast(null as {{ type_reel() }}) as denominateur,
    cast(null as {{ type_reel() }}) as facteur, jeu, millesime, fichier, empreinte_sha256
from conseils
union all
select
    code_territoire, 'conseil_citoyen_reunions' as indicateur, periode, date_reference,
    cast(nb_reunions as {{ type_reel() }}) as valeur, null as valeur_texte,
    case when nb_reunions is null then 'non_diffuse' else 'observe' end as statut,
    null as numerateur, null as denominateur, null as facteur, jeu, millesime, fichier, empreinte_sha256
from conseils
union all
select
    p.code_territoire, 'presence_humaine_etp' as indicateur, p.periode, p.date_reference,
    1000 * p.etp / nullif(n.population, 0) as valeur, null as valeur_texte,
    case when coalesce(n.population, 0) = 0 then 'non_calculable' else 'observe' end as statut,
    case when n.population > 0 then p.etp end as numerateur,
    case when n.population > 0 then n.population end as denominateur,
    1000 as facteur, p.jeu, p.millesime, p.fichier, p.empreinte_sha256
from presences as p
left join populations as n on p.code_territoire = n.code_territoire
union all
select
    code_territoire, 'part_cpo' as indicateur, periode, date_reference,
    100 * montant_cpo / nullif(montant_attribue, 0) as valeur, null as valeur_texte,
    case when montant_attribue > 0 then 'observe' else 'non_calculable' end as statut,
    case when montant_attribue > 0 then montant_cpo end as numerateur,
    case when montant_attribue > 0 then montant_attribue end as denominateur,
    100 as facteur, jeu, millesime, fichier, empreinte_sha256
from soutiens
