{#
What a register counts in each commune, related to its inhabitants, by commune and above: Σ over the communes of the zone, of what
is counted and of the inhabitants. A commune that the register does not name has none. A zone without any population says so.
#}
with comptes as (
    select
        case variable
            when 'nb_medecins_generalistes_bpe' then 'medecins_generalistes_pour_10000_hab_commune'
            when 'nb_pharmacies_bpe' then 'pharmacies_pour_10000_hab_commune'
        end as indicateur,
        10000 as facteur,
        code_territoire as code_commune,
        valeur as nb,
        periode,
        date_reference,
        jeu,
        millesime,
        fichier,
        empreinte_sha256
    from {{ ref('stg_insee__bpe_communes') }}
    where variable in ('nb_medecins_generalistes_bpe', 'nb_pharmacies_bpe') and statut = 'observe'
    union all
    select
        'associations_pour_1000_hab' as indicateur,
        1000 as facteur,
        code_commune,
        nb_associations_actives as nb,
        'base-courante' as periode,
        cast(null as date) as date_reference,
        jeu,
        millesime,
        fichier,
        empreinte_sha256
    from {{ ref('stg_interieur__rna') }}
    where code_commune <> ''
),

fichiers as (
    select distinct indicateur, facteur, periode, date_reference, jeu, millesime, fichier, empreinte_sha256
    from comptes
),

par_commune as (
    select
        c.indicateur,
        c.periode,
        c.jeu,
        c.millesime,
        c.fichier,
        coalesce(k.code_commune, {{ commune_sans_arrondissement('c.code_commune') }}) as code_commune,
        {{ somme_exacte('c.nb') }} as nb
    from comptes as c
    left join {{ ref('int_territoires__communes') }} as k
        on {{ commune_sans_arrondissement('c.code_commune') }} = k.ancien_code
    group by
        c.indicateur, c.periode, c.jeu, c.millesime, c.fichier,
        coalesce(k.code_commune, {{ commune_sans_arrondissement('c.code_commune') }})
),

{# Both sides of the ratio count the same communes: one without a published population stays out of both. #}
zones as (
    select
        z.niveau,
        z.code_zone,
        f.indicateur,
        f.facteur,
        f.periode,
        f.date_reference,
        f.jeu,
        f.millesime,
        f.fichier,
        f.empreinte_sha256,
        min(z.est_complete) as est_complete,
        {{ somme_exacte("case when z.population is not null then coalesce(p.nb, 0) end") }} as nb,
        {{ somme_exacte('z.population') }} as population
    from {{ ref('int_contexte__zones') }} as z
    cross join fichiers as f
    left join par_commune as p
        on
            z.code_commune = p.code_commune
            and f.indicateur = p.indicateur
            and f.periode = p.periode
            and f.jeu = p.jeu
            and f.millesime = p.millesime
            and f.fichier = p.fichier
    where f.indicateur <> 'associations_pour_1000_hab' or z.niveau in ('commune', 'epci')
    group by
        z.niveau, z.code_zone, f.indicateur, f.facteur, f.periode, f.date_reference, f.jeu, f.millesime, f.fichier,
        f.empreinte_sha256
)

select
    niveau,
    code_zone as code_territoire,
    '' as zonage,
    indicateur,
    periode,
    date_reference,
    1 = 0 as est_date_deduite,
    case when population > 0 then facteur * nb / population end as valeur,
    case when est_complete = 0 and population > 0 then 'composition_incertaine' end as valeur_texte,
    case
        when population is null then 'non_diffuse'
        when population = 0 then 'non_calculable'
        when est_complete = 0 then 'partiel'
        else 'observe'
    end as statut,
    case when population > 0 then nb end as numerateur,
    case when population > 0 then population end as denominateur,
    cast(facteur as {{ type_reel() }}) as facteur,
    cast(null as {{ type_reel() }}) as precision_publiee,
    cast(null as {{ type_texte() }}) as mention,
    jeu,
    millesime,
    fichier,
    cast(null as integer) as ligne,
    empreinte_sha256
from zones
