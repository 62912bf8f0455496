{#
The published totals that the cards declare, beside what the cells give back: the sum of a variable, or the number of
territories, over France, the métropole, a région or a département.
#}
{%- set jeux = [
    ref('stg_insee__qpv_insertion_professionnelle'), ref('stg_insee__qpv_demographie'), ref('stg_insee__qpv_revenus'),
    ref('stg_insee__qpv_filosofi'), ref('stg_insee__qpv_recensement_2010'), ref('stg_insee__qpv_population'),
    ref('stg_insee__qpv2024_population'), ref('stg_insee__qpv2024_estimations_demographiques'),
    ref('stg_insee__qpv2024_filosofi'), ref('stg_insee__filosofi_pauvrete_references'),
    ref('stg_insee__communes_comparateur'), ref('stg_insee__communes_filosofi'), ref('stg_insee__filosofi_references'),
    ref('stg_insee__chomage_localise'), ref('stg_sdes__qpv_rpls'),
] -%}
with controles as (
    select jeu, controle, millesime, variable, perimetre, attendu, tolerance, explication
    from {{ source('catalogue', 'controles') }}
),

mesures as (
    {%- for jeu in jeux %}
    {{ 'union all' if not loop.first }}
    select c.jeu, c.millesime, c.controle, s.fichier, s.niveau, s.code_territoire, s.zonage, s.bloc, s.valeur as mesure
    from controles as c
    inner join {{ jeu }} as s on c.jeu = s.jeu and c.millesime = s.millesime and c.variable = s.variable
    where s.statut = 'observe' and s.niveau <> 'ensemble_qpv'
    {%- endfor %}
    union all
    select distinct
        c.jeu, c.millesime, c.controle, l.fichier, l.niveau, l.code_territoire, l.zonage, '' as bloc, 1 as mesure
    from controles as c
    inner join {{ source('ingestion', 'lignes') }} as l on c.jeu = l.jeu and c.millesime = l.millesime
    where c.variable is null and l.sort = 'retenue'
),

{# The same territory described by two layers or editions of a file counts once. #}
uniques as (
    select jeu, millesime, controle, niveau, code_territoire, zonage, bloc, max(mesure) as mesure, min(fichier) as fichier
    from mesures
    group by jeu, millesime, controle, niveau, code_territoire, zonage, bloc
),

situees as (
    select
        u.*,
        d.code_departement,
        coalesce(d.code_region, case when u.niveau = 'region' then u.code_territoire end) as code_region
    from uniques as u
    left join {{ ref('stg_insee__cog_departements') }} as d
        on {{ departement_du_territoire('u.niveau', 'u.code_territoire') }} = d.code_departement
)

select
    c.jeu,
    c.millesime,
    c.controle,
    c.attendu,
    abs(c.attendu) * c.tolerance as tolerance,
    c.explication,
    coalesce(min(s.fichier), 'aucun fichier') as fichier,
    coalesce({{ somme_exacte('s.mesure') }}, 0) as observe
from controles as c
left join situees as s
    on
        c.jeu = s.jeu
        and c.millesime = s.millesime
        and c.controle = s.controle
        and (
            c.perimetre = 'tous'
            or (c.perimetre = 'metropole' and s.code_region is not null and not ({{ est_outre_mer('s.code_region') }}))
            or c.perimetre = 'departement:' || s.code_departement
            or c.perimetre = 'region:' || s.code_region
        )
group by c.jeu, c.millesime, c.controle, c.attendu, c.tolerance, c.explication
