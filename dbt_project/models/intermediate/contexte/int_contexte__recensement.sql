{#
References of the census from its detailed files, by commune and above: Σ numerators / Σ denominators, one line per indicator. They are
more recent than the comparateur. A zone where a commune has inhabitants and no figure is `partiel`.
#}
{%- set indicateurs = {
    'taux_emploi_15_64': {
        'fichier': ref('stg_insee__rp_communes_emploi'), 'num': 'actifs_occupes_15_64', 'den': 'population_15_64',
    },
    'taux_chomage_recensement_commune': {
        'fichier': ref('stg_insee__rp_communes_emploi'), 'num': 'chomeurs_15_64', 'den': 'actifs_15_64',
    },
    'part_proprietaires_commune': {
        'fichier': ref('stg_insee__rp_communes_logement'), 'num': 'residences_principales_proprietaires',
        'den': 'residences_principales',
    },
    'taux_logements_vacants_commune': {
        'fichier': ref('stg_insee__rp_communes_logement'), 'num': 'logements_vacants', 'den': 'logements',
    },
    'population_municipale': {'fichier': ref('stg_insee__rp_communes_population'), 'num': 'population_municipale'},
} -%}
with cellules as (
    {%- for indicateur, formule in indicateurs.items() %}
    {{ 'union all' if not loop.first }}
    select
        '{{ indicateur }}' as indicateur,
        code_territoire,
        max(case when variable = '{{ formule.num }}' then valeur end) as numerateur,
        {%- if formule.den is defined %}
        max(case when variable = '{{ formule.den }}' then valeur end) as denominateur,
        100 as facteur,
        {%- else %}
        cast(null as {{ type_reel() }}) as denominateur,
        cast(null as integer) as facteur,
        {%- endif %}
        periode,
        date_reference,
        jeu,
        millesime,
        fichier,
        empreinte_sha256
    from {{ formule.fichier }}
    where niveau = 'commune'
    group by code_territoire, periode, date_reference, jeu, millesime, fichier, empreinte_sha256
    {%- endfor %}
),

communes as (
    select
        coalesce(k.code_commune, c.code_territoire) as code_commune,
        c.indicateur,
        c.facteur,
        c.periode,
        c.date_reference,
        c.jeu,
        c.millesime,
        c.fichier,
        c.empreinte_sha256,
        case when c.facteur is null or c.denominateur is not null then c.numerateur end as numerateur,
        case when c.numerateur is not null then c.denominateur end as denominateur
    from cellules as c
    left join {{ ref('int_territoires__communes') }} as k on c.code_territoire = k.ancien_code
),

fichiers as (
    select distinct indicateur, facteur, periode, date_reference, jeu, millesime, fichier, empreinte_sha256
    from communes
),

{# Communes merged since the file are one commune of today. #}
actuelles as (
    select
        code_commune, indicateur, periode, jeu, millesime, fichier,
        {{ somme_exacte('numerateur') }} as numerateur,
        {{ somme_exacte('denominateur') }} as denominateur
    from communes
    group by code_commune, indicateur, periode, jeu, millesime, fichier
),

sommes as (
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
        count(case when z.population > 0 and a.numerateur is null then 1 end) as nb_manquantes,
        {{ somme_exacte('a.numerateur') }} as numerateur,
        {{ somme_exacte('a.denominateur') }} as denominateur
    from {{ ref('int_contexte__zones') }} as z
    cross join fichiers as f
    left join actuelles as a
        on
            z.code_commune = a.code_commune
            and f.indicateur = a.indicateur
            and f.periode = a.periode
            and f.jeu = a.jeu
            and f.millesime = a.millesime
            and f.fichier = a.fichier
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
    case when facteur is null then numerateur else facteur * numerateur / nullif(denominateur, 0) end as valeur,
    case when est_complete = 0 and numerateur is not null then 'composition_incertaine' end as valeur_texte,
    case
        when numerateur is null then 'non_diffuse'
        when denominateur = 0 then 'non_calculable'
        when est_complete = 0 or nb_manquantes > 0 then 'partiel'
        else 'observe'
    end as statut,
    case when facteur is not null then numerateur end as numerateur,
    denominateur,
    cast(facteur as {{ type_reel() }}) as facteur,
    cast(null as {{ type_reel() }}) as precision_publiee,
    cast(null as {{ type_texte() }}) as mention,
    jeu,
    millesime,
    fichier,
    cast(null as integer) as ligne,
    empreinte_sha256
from sommes
