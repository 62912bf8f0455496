{#
What each quartier is compared with, indicator by indicator and period by period, the value of the reference beside it.
- EPCI: the one of the time, that is the publisher's list up to 2015 and the current composition afterwards; the other
  of the two when only it has a figure.
- Communes of a quartier that straddles several: their sum when it exists, each of them otherwise.
- France and the groups of quartiers come in several forms: only the first is announced as missing, when none exists.
#}
with series as (
    select s.zonage, s.indicateur, s.periode, s.annee, r.niveau_reference
    from (
        select zonage, indicateur, periode, max({{ annee('date_reference') }}) as annee
        from {{ ref('int_valeurs__toutes') }}
        where niveau = 'qpv'
        group by zonage, indicateur, periode
    ) as s
    inner join {{ source('catalogue', 'indicateur_references') }} as r on s.indicateur = r.indicateur
    inner join {{ source('catalogue', 'indicateurs') }} as i
        on s.indicateur = i.indicateur and i.niveau_publie in ('Q', 'Qe')
),

valeurs as (
    select
        niveau as niveau_reference,
        code_territoire as code_reference,
        case when niveau = 'ensemble_qpv' then zonage else 'toutes' end as zonage_reference,
        indicateur,
        periode,
        valeur as valeur_reference,
        statut as statut_reference,
        numerateur as numerateur_reference,
        denominateur as denominateur_reference,
        borne_basse as borne_basse_reference,
        borne_haute as borne_haute_reference,
        demi_largeur as demi_largeur_reference
    from {{ ref('int_ecarts__valeurs_reference') }}
),

{# Does the level have any figure for this series? Otherwise one line says that it is missing. #}
niveaux_connus as (
    select distinct niveau_reference, zonage_reference, indicateur, periode
    from valeurs
),

a_un_seul_code as (
    select
        e.zonage, e.code_qpv, s.indicateur, s.periode, e.niveau_reference, e.code_reference,
        v.valeur_reference, v.statut_reference, v.numerateur_reference, v.denominateur_reference, v.borne_basse_reference,
        v.borne_haute_reference, v.demi_largeur_reference
    from {{ ref('int_ecarts__echelle') }} as e
    inner join series as s on e.zonage = s.zonage and e.niveau_reference = s.niveau_reference
    left join valeurs as v
        on
            e.niveau_reference = v.niveau_reference
            and e.code_reference = v.code_reference
            and v.zonage_reference = case when e.niveau_reference = 'ensemble_qpv' then e.zonage else 'toutes' end
            and s.indicateur = v.indicateur
            and s.periode = v.periode
    left join niveaux_connus as n
        on
            e.niveau_reference = n.niveau_reference
            and n.zonage_reference = case when e.niveau_reference = 'ensemble_qpv' then e.zonage else 'toutes' end
            and s.indicateur = n.indicateur
            and s.periode = n.periode
    where
        e.niveau_reference in ('departement', 'region', 'france', 'ensemble_qpv')
        and (
            v.statut_reference is not null
            or e.niveau_reference in ('departement', 'region')
            or (n.niveau_reference is null and e.code_reference in ('FRM', 'QPV-FR'))
        )
),

au_choix as (
    select
        e.zonage, e.code_qpv, s.indicateur, s.periode, s.annee, e.niveau_reference, e.code_reference, e.variante,
        v.valeur_reference, v.statut_reference, v.numerateur_reference, v.denominateur_reference, v.borne_basse_reference,
        v.borne_haute_reference, v.demi_largeur_reference,
        max(case when v.statut_reference is not null and e.variante in ('actuel', 'additif') then 1 else 0 end) over (
            partition by e.zonage, e.code_qpv, s.indicateur, s.periode, e.niveau_reference
        ) as a_la_premiere,
        max(case when v.statut_reference is not null and e.variante in ('liste', 'non_additif') then 1 else 0 end) over (
            partition by e.zonage, e.code_qpv, s.indicateur, s.periode, e.niveau_reference
        ) as a_la_seconde,
        max(case when e.variante = 'actuel' then 1 else 0 end) over (
            partition by e.zonage, e.code_qpv, s.indicateur, s.periode, e.niveau_reference
        ) as connait_un_epci_actuel
    from {{ ref('int_ecarts__echelle') }} as e
    inner join series as s on e.zonage = s.zonage and e.niveau_reference = s.niveau_reference
    left join valeurs as v
        on
            e.niveau_reference = v.niveau_reference
            and e.code_reference = v.code_reference
            and s.indicateur = v.indicateur
            and s.periode = v.periode
    where e.niveau_reference in ('commune', 'epci')
)

select
    zonage, code_qpv, indicateur, periode, niveau_reference, code_reference,
    valeur_reference, statut_reference, numerateur_reference, denominateur_reference, borne_basse_reference,
    borne_haute_reference, demi_largeur_reference
from a_un_seul_code
union all
select
    zonage, code_qpv, indicateur, periode, niveau_reference, code_reference,
    valeur_reference, statut_reference, numerateur_reference, denominateur_reference, borne_basse_reference,
    borne_haute_reference, demi_largeur_reference
from au_choix
where
    variante = 'seule'
    or variante = case
        when niveau_reference = 'commune' and a_la_premiere = 1 then 'additif'
        when niveau_reference = 'commune' then 'non_additif'
        when annee <= 2015 and a_la_seconde = 1 then 'liste'
        when a_la_premiere = 1 then 'actuel'
        when a_la_seconde = 1 then 'liste'
        when connait_un_epci_actuel = 1 then 'actuel'
        else 'liste'
    end
