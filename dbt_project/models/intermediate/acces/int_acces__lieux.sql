{#
The families in which places are counted, and how near a place of each must be. A place may be in several families: a school
of a priority network is a school too. Schools follow the distances of INSEE, everything else one distance of ours.
Priority education concerns public schools only: a private school out of it is no mismatch.
#}
{%- set familles = {
    'medecins_generalistes': "p.nature = 'medecin_generaliste'",
    'pharmacies': "p.nature = 'pharmacie'",
    'maisons_et_centres_sante': "p.nature in ('centre_sante', 'maison_sante')",
    'etablissements_hospitaliers': "p.nature in ('etablissement_sante', 'urgences')",
    'france_services': "p.nature = 'france_services'",
    'lieux_conseiller_numerique': "p.nature = 'mediation_numerique' and p.millesime = '2022-07'",
    'lieux_mediation_numerique': "p.nature = 'mediation_numerique' and p.millesime <> '2022-07'",
    'ecoles': "p.nature = 'ecole' and p.jeu = 'education.annuaire'",
    'colleges': "p.nature = 'college' and p.jeu = 'education.annuaire'",
    'ecoles_rep': "p.nature = 'ecole' and p.statut_education_prioritaire in ('REP', 'REP+')",
    'colleges_rep': "p.nature = 'college' and p.statut_education_prioritaire in ('REP', 'REP+')",
    'hors_education_prioritaire':
        "p.nature in ('ecole', 'college') and p.secteur = 'Public' and p.statut_education_prioritaire = 'hors'",
} -%}
with lieux as (
    select
        p.*,
        coalesce(f.est_itinerante, 1 = 0) as est_itinerante,
        case p.nature
            when 'ecole' then m.distance_ecole_m
            when 'college' then m.distance_college_m
            else m.distance_service_m
        end as distance_limite_m
    from {{ source('spatial', 'points') }} as p
    cross join {{ source('catalogue', 'methode') }} as m
    left join {{ ref('stg_anct__france_services') }} as f
        on p.jeu = f.jeu and p.millesime = f.millesime and p.fichier = f.fichier and p.ligne = f.ligne
)

{%- for famille, condition in familles.items() %}
{{ 'union all' if not loop.first }}
select
    '{{ famille }}' as famille,
    p.identifiant,
    p.millesime,
    p.jeu,
    p.fichier,
    p.empreinte_sha256,
    p.nature,
    p.libelle,
    p.code_commune,
    p.statut_education_prioritaire,
    p.est_itinerante,
    p.distance_limite_m
from lieux as p
where {{ condition }}
{%- endfor %}
