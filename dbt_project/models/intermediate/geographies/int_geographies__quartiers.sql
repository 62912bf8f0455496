{# What the lists and the outlines say of each quartier: EPCI with a single one, perimeter of 2024, surfaces in common. #}
with tailles as (
    select zonage, code_qpv, min(nb) as nb_min, max(nb) as nb_max
    from (
        select zonage, code_qpv, count(*) over (partition by zonage, code_epci) as nb
        from {{ ref('int_geographies__epci') }}
    ) as comptes
    group by zonage, code_qpv
),

surfaces_2015 as (
    select code_qp2015 as code_qpv, {{ borne_a_100('100 * ' ~ somme_exacte('surface_commune_m2') ~ ' / max(surface_2015_m2)') }} as part
    from {{ source('spatial', 'recouvrements') }}
    group by code_qp2015
),

surfaces_2024 as (
    select code_qn2024 as code_qpv, {{ borne_a_100('100 * ' ~ somme_exacte('surface_commune_m2') ~ ' / max(surface_2024_m2)') }} as part
    from {{ source('spatial', 'recouvrements') }}
    group by code_qn2024
),

quartiers as (
    select
        q.zonage,
        q.code_qpv,
        q.statut_perimetre,
        s.jeu,
        s.millesime,
        s.fichier,
        s.empreinte_sha256,
        t.nb_min,
        t.nb_max,
        coalesce(p15.part, 0) as part_2015,
        coalesce(p24.part, 0) as part_2024,
        100 * m.lien_partiel_part_surface_min as part_minimale
    from {{ ref('int_territoires__quartiers') }} as q
    inner join {{ source('spatial', 'surfaces') }} as s on q.zonage = s.zonage and q.code_qpv = s.code_territoire
    cross join {{ source('catalogue', 'methode') }} as m
    left join tailles as t on q.zonage = t.zonage and q.code_qpv = t.code_qpv
    left join surfaces_2015 as p15 on case when q.zonage = '2015' then q.code_qpv end = p15.code_qpv
    left join surfaces_2024 as p24 on case when q.zonage = '2024' then q.code_qpv end = p24.code_qpv
),

indicateurs as (
    select
        zonage, code_qpv, jeu, millesime, fichier, empreinte_sha256,
        'epci_qpv_unique' as indicateur, zonage as periode,
        case when nb_min = 1 then 1 when nb_min > 1 then 0 end as valeur, cast(null as {{ type_texte() }}) as valeur_texte
    from quartiers
    union all
    select
        zonage, code_qpv, jeu, millesime, fichier, empreinte_sha256,
        'nb_qpv_epci' as indicateur, zonage as periode,
        nb_max as valeur, cast(null as {{ type_texte() }}) as valeur_texte
    from quartiers
    union all
    select
        zonage, code_qpv, jeu, millesime, fichier, empreinte_sha256,
        'statut_perimetre_2024' as indicateur, zonage as periode,
        null as valeur, statut_perimetre as valeur_texte
    from quartiers
    where zonage = '2024'
    union all
    select
        zonage, code_qpv, jeu, millesime, fichier, empreinte_sha256,
        'part_surface_2015_dans_2024' as indicateur, '2015_2024' as periode,
        part_2015 as valeur, cast(null as {{ type_texte() }}) as valeur_texte
    from quartiers
    where zonage = '2015'
    union all
    select
        zonage, code_qpv, jeu, millesime, fichier, empreinte_sha256,
        'part_surface_2024_issue_2015' as indicateur, '2015_2024' as periode,
        part_2024 as valeur, cast(null as {{ type_texte() }}) as valeur_texte
    from quartiers
    where zonage = '2024'
    union all
    select
        zonage, code_qpv, jeu, millesime, fichier, empreinte_sha256,
        'qpv_2015_sortant' as indicateur, '2024' as periode,
        case when part_2015 < part_minimale then 1 else 0 end as valeur, cast(null as {{ type_texte() }}) as valeur_texte
    from quartiers
    where zonage = '2015'
)

select
    'qpv' as niveau,
    code_qpv as code_territoire,
    zonage,
    indicateur,
    periode,
    {{ jour("substr(periode, length(periode) - 3, 4) || '-01-01'") }} as date_reference,
    1 = 0 as est_date_deduite,
    cast(valeur as {{ type_reel() }}) as valeur,
    valeur_texte,
    case when valeur is not null or valeur_texte is not null then 'observe' else 'non_diffuse' end as statut,
    cast(null as {{ type_reel() }}) as numerateur,
    cast(null as {{ type_reel() }}) as denominateur,
    cast(null as {{ type_reel() }}) as facteur,
    cast(null as {{ type_reel() }}) as precision_publiee,
    cast(null as {{ type_texte() }}) as mention,
    jeu,
    millesime,
    fichier,
    cast(null as integer) as ligne,
    empreinte_sha256
from indicateurs
