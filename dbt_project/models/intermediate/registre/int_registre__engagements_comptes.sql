{#
Commitments counted by quartier and by contrat de ville. A commitment that covers several quartiers counts once in the
contract, and is kept there only when it is kept everywhere. They are commitments of institutions, not persons: the rule
on counts under 11 (gap_method §13.3) does not concern them.
#}
with lignes as (
    select
        'qpv' as niveau,
        code_qpv as code_territoire,
        identifiant,
        etat,
        est_echu,
        est_droit_commun,
        date_lecture,
        jeu,
        millesime,
        fichier,
        empreinte_sha256
    from {{ ref('int_registre__engagements') }}
    union all
    select
        'contrat_de_ville' as niveau,
        code_contrat as code_territoire,
        identifiant,
        etat,
        est_echu,
        est_droit_commun,
        date_lecture,
        jeu,
        millesime,
        fichier,
        empreinte_sha256
    from {{ ref('int_registre__engagements') }}
    where code_contrat is not null
),

engagements as (
    select
        niveau,
        code_territoire,
        identifiant,
        max(case when est_echu then 1 else 0 end) as est_echu,
        min(case when etat = 'tenu' then 1 else 0 end) as est_tenu,
        max(case when etat = 'en_retard' then 1 else 0 end) as est_en_retard,
        max(case when est_droit_commun then 1 else 0 end) as est_droit_commun,
        max(date_lecture) as date_lecture,
        max(jeu) as jeu,
        max(millesime) as millesime,
        max(fichier) as fichier,
        max(empreinte_sha256) as empreinte_sha256
    from lignes
    group by niveau, code_territoire, identifiant
),

comptes as (
    select
        niveau,
        code_territoire,
        count(*) as nb_engagements,
        sum(est_echu) as nb_echus,
        sum(est_echu * est_tenu) as nb_tenus,
        sum(est_echu * est_en_retard) as nb_en_retard,
        sum(est_droit_commun) as nb_droit_commun,
        max(date_lecture) as date_lecture,
        max(jeu) as jeu,
        max(millesime) as millesime,
        max(fichier) as fichier,
        max(empreinte_sha256) as empreinte_sha256
    from engagements
    group by niveau, code_territoire
),

parts as (
    select c.*, 'engagements_tenus' as indicateur, c.nb_tenus as numerateur, c.nb_echus as denominateur
    from comptes as c
    union all
    select c.*, 'engagements_en_retard' as indicateur, c.nb_en_retard as numerateur, c.nb_echus as denominateur
    from comptes as c
    union all
    select c.*, 'engagements_droit_commun' as indicateur, c.nb_droit_commun as numerateur, c.nb_engagements as denominateur
    from comptes as c
)

select
    niveau,
    code_territoire,
    indicateur,
    cast(date_lecture as {{ type_texte() }}) as periode,
    date_lecture as date_reference,
    cast(numerateur as {{ type_reel() }}) as numerateur,
    cast(denominateur as {{ type_reel() }}) as denominateur,
    cast(100 as {{ type_reel() }}) as facteur,
    case when denominateur = 0 then 'non_calculable' else 'observe' end as statut,
    jeu,
    millesime,
    fichier,
    empreinte_sha256
from parts
