{#
The figures that partners gave by convention, once the small counts of persons are masked: a masked figure keeps its row
and its status, and loses its counts. Enterprises are no persons and are published as they are.
#}
with lues as (
    select
        c.*,
        case c.indicateur_convention
            when 'part_sans_medecin_traitant' then 100
            when 'pre_enfants_suivis' then 1000
        end as facteur,
        m.effectif_publie_min
    from {{ ref('stg_registre__chiffres_conventions') }} as c
    cross join {{ source('catalogue', 'methode') }} as m
),

statuees as (
    select
        l.*,
        case
            when l.facteur is null and coalesce(l.valeur_convention, l.numerateur) is null then 'non_diffuse'
            when l.facteur is null then 'observe'
            when l.numerateur is null or l.denominateur is null then 'non_diffuse'
            when l.denominateur = 0 then 'non_calculable'
            when {{ est_petit_effectif('l.numerateur', 'l.denominateur', 'l.effectif_publie_min') }} then 'secret'
            else 'observe'
        end as statut
    from lues as l
)

select
    niveau,
    code_territoire,
    zonage,
    indicateur_convention as indicateur,
    periode,
    date_reference,
    case
        when statut <> 'observe' then null
        when facteur is null then coalesce(valeur_convention, numerateur)
        else facteur * numerateur / denominateur
    end as valeur,
    statut,
    case when statut = 'observe' and facteur is not null then numerateur end as numerateur,
    case when statut = 'observe' and facteur is not null then denominateur end as denominateur,
    cast(case when statut = 'observe' then facteur end as {{ type_reel() }}) as facteur,
    jeu,
    millesime,
    fichier,
    ligne,
    empreinte_sha256
from statuees
