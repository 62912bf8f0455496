{# What covers each quartier: « territoire zéro chômeur », and the local health devices in force, with their date. #}
with lecture as (
    select max(date_etat) as date_lecture
    from {{ ref('stg_registre__dispositifs') }}
),

lus as (
    select
        d.*,
        l.date_lecture,
        case when d.statut_dispositif = 'actif' then 1 else 0 end as est_actif
    from {{ ref('stg_registre__dispositifs') }} as d
    cross join lecture as l
)

select
    niveau,
    code_territoire,
    zonage,
    'territoire_zero_chomeur' as indicateur,
    max(date_lecture) as date_reference,
    cast(max(est_actif) as {{ type_reel() }}) as valeur,
    max(case when est_actif = 1 then 'habilité le ' || {{ jour_lu('date_signature') }} end) as valeur_texte,
    max(jeu) as jeu,
    max(millesime) as millesime,
    max(fichier) as fichier,
    max(empreinte_sha256) as empreinte_sha256
from lus
where dispositif = 'tzcld'
group by niveau, code_territoire, zonage
union all
select
    niveau,
    code_territoire,
    zonage,
    'dispositifs_sante_locaux' as indicateur,
    max(date_lecture) as date_reference,
    cast(null as {{ type_reel() }}) as valeur,
    coalesce(
        {{ agrege_texte(
            "case when est_actif = 1 then upper(dispositif) || ' (signé le ' || " ~ jour_lu('date_signature') ~ " || ')' end",
            ' ; ', ordre='dispositif'
        ) }},
        'aucun en vigueur'
    ) as valeur_texte,
    max(jeu) as jeu,
    max(millesime) as millesime,
    max(fichier) as fichier,
    max(empreinte_sha256) as empreinte_sha256
from lus
where dispositif in ('asv', 'cls', 'clsm', 'pesl')
group by niveau, code_territoire, zonage
