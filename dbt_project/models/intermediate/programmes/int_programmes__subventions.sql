{#
Subsidies of the programme 147 by contract and year. An amount that two contracts share is in neither of them, since nothing says
how it is split: both are incomplete, as are the contracts of a département where a row names no contract or no amount.
#}
with lignes as (
    select
        s.annee,
        s.montant_eur,
        s.code_contrat_1,
        s.code_contrat_2,
        coalesce(s.code_departement, d.code_departement, '') as code_departement,
        s.jeu,
        s.millesime,
        s.fichier,
        s.empreinte_sha256
    from {{ ref('stg_anct__subventions') }} as s
    left join {{ ref('int_programmes__departements_contrats') }} as d on s.code_contrat_1 = d.code_contrat and d.est_unique
),

rattachees as (
    select
        annee, code_contrat_1 as code_contrat, case when code_contrat_2 is null then montant_eur end as montant_eur,
        jeu, millesime, fichier, empreinte_sha256
    from lignes
    where code_contrat_1 is not null
    union all
    select annee, code_contrat_2 as code_contrat, cast(null as {{ type_reel() }}) as montant_eur, jeu, millesime, fichier, empreinte_sha256
    from lignes
    where code_contrat_2 is not null
),

incomplets as (
    select distinct l.annee, d.code_contrat
    from lignes as l
    inner join {{ ref('int_programmes__departements_contrats') }} as d on l.code_departement = d.code_departement
    where l.code_contrat_1 is null
)

select
    r.code_contrat,
    r.annee as periode,
    {{ somme_exacte('r.montant_eur') }} as montant_eur,
    case when count(r.montant_eur) = count(*) and max(i.code_contrat) is null then 1 else 0 end as est_complet,
    max(r.jeu) as jeu,
    max(r.millesime) as millesime,
    max(r.fichier) as fichier,
    max(r.empreinte_sha256) as empreinte_sha256
from rattachees as r
left join incomplets as i on r.annee = i.annee and r.code_contrat = i.code_contrat
group by r.code_contrat, r.annee
