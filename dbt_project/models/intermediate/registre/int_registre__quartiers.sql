{#
The figures of the local register, in the long form: quartiers of 2024 and, for the figures of conventions, the
territories they are read beside. Those of the grain of the contract are in int_registre__contrats.
#}
with comparaisons as (
    select c.*
    from {{ ref('int_registre__conventions') }} as c
    left join {{ ref('int_territoires__communes_a_quartiers') }} as k
        on case when c.niveau = 'commune' then c.code_territoire end = k.code_commune
    left join {{ ref('int_territoires__epci') }} as e
        on case when c.niveau = 'epci' then c.code_territoire end = e.code_epci
    left join {{ ref('stg_insee__cog_departements') }} as d
        on case when c.niveau = 'departement' then c.code_territoire end = d.code_departement
    left join {{ ref('stg_insee__cog_regions') }} as r
        on case when c.niveau = 'region' then c.code_territoire end = r.code_region
    where
        c.niveau = 'qpv'
        or coalesce(k.code_commune, e.code_epci, d.code_departement, r.code_region) is not null
),

chiffres as (
    select
        niveau, code_territoire, '2024' as zonage, indicateur, periode, date_reference,
        case when statut = 'observe' then facteur * numerateur / denominateur end as valeur,
        cast(null as {{ type_texte() }}) as valeur_texte, statut,
        case when statut = 'observe' then numerateur end as numerateur,
        case when statut = 'observe' then denominateur end as denominateur,
        case when statut = 'observe' then facteur end as facteur,
        jeu, millesime, fichier, cast(null as integer) as ligne, empreinte_sha256
    from {{ ref('int_registre__engagements_comptes') }}
    where niveau = 'qpv'
    union all
    select
        'qpv' as niveau, code_territoire, '2024' as zonage, indicateur, periode, date_reference, valeur, valeur_texte,
        statut, numerateur, denominateur, facteur, jeu, millesime, fichier, null as ligne, empreinte_sha256
    from {{ ref('int_registre__vie_du_quartier') }}
    union all
    select
        niveau, code_territoire, zonage, indicateur, cast(date_reference as {{ type_texte() }}) as periode, date_reference,
        valeur, valeur_texte, 'observe' as statut, null as numerateur, null as denominateur, null as facteur,
        jeu, millesime, fichier, null as ligne, empreinte_sha256
    from {{ ref('int_registre__dispositifs') }}
    union all
    select
        'qpv' as niveau, code_territoire, '2024' as zonage, indicateur,
        cast(date_reference as {{ type_texte() }}) as periode, date_reference, null as valeur, valeur_texte,
        'observe' as statut, null as numerateur, null as denominateur, null as facteur,
        jeu, millesime, fichier, null as ligne, empreinte_sha256
    from {{ ref('int_registre__feuilles_de_route') }}
    union all
    select
        'qpv' as niveau, code_qpv as code_territoire, '2024' as zonage, 'territoire_veille_active' as indicateur, periode,
        max(date_reference) as date_reference, 1 as valeur, {{ agrege_texte('libelle', ' ; ') }} as valeur_texte,
        'observe' as statut, null as numerateur, null as denominateur, null as facteur,
        max(jeu) as jeu, max(millesime) as millesime, max(fichier) as fichier, null as ligne,
        max(empreinte_sha256) as empreinte_sha256
    from {{ ref('int_registre__veille_active') }}
    where code_qpv is not null and est_situe
    group by code_qpv, periode
    union all
    select
        niveau, code_territoire, zonage, indicateur, periode, date_reference, valeur, null as valeur_texte, statut,
        numerateur, denominateur, facteur, jeu, millesime, fichier, ligne, empreinte_sha256
    from comparaisons
    where indicateur in ('part_sans_medecin_traitant', 'recours_sante_mentale', 'pre_enfants_suivis')
)

select
    niveau,
    code_territoire,
    zonage,
    indicateur,
    periode,
    date_reference,
    1 = 0 as est_date_deduite,
    valeur,
    valeur_texte,
    statut,
    numerateur,
    denominateur,
    facteur,
    cast(null as {{ type_reel() }}) as precision_publiee,
    cast(null as {{ type_texte() }}) as mention,
    jeu,
    millesime,
    fichier,
    ligne,
    empreinte_sha256
from chiffres
