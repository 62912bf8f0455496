{#
Context of the territories that left the zoning: for each figure that exists by commune, the latest one published for
theirs, `estime` because it describes the commune. Counts are left out (the inhabitants of a commune estimate nothing of
a quartier), and so are the figures that are never measured by quartier: unemployment is read on the line of the commune,
with no quartier beside it (gap_method §12). A better estimate, by Iris, needs Iris outlines, which no declared dataset holds.
#}
with indicateurs as (
    select distinct v.indicateur
    from {{ ref('fct_valeurs') }} as v
    inner join {{ ref('dim_indicateurs') }} as i on v.indicateur = i.indicateur
    where
        v.niveau = 'commune'
        and i.niveau_publie in ('Q', 'Qe', 'Qi')
        and not (i.est_additif and i.denominateur is null)
),

{# The latest published figure; when there is none, the latest row and the reason it gives. #}
communes as (
    select *
    from (
        select
            code_territoire as code_commune,
            indicateur,
            periode,
            date_reference,
            case when statut in ('observe', 'partiel') then valeur end as valeur,
            statut,
            jeu,
            millesime,
            empreinte_sha256,
            row_number() over (
                partition by code_territoire, indicateur
                order by case when statut in ('observe', 'partiel') then 0 else 1 end asc, periode desc
            ) as rang
        from {{ ref('fct_valeurs') }}
        where niveau = 'commune'
    ) as classees
    where rang = 1
)

select
    t.nature,
    t.identifiant,
    t.libelle,
    t.code_commune,
    t.code_qpv,
    i.indicateur,
    c.periode,
    c.date_reference,
    c.valeur,
    case when c.valeur is not null then 'estime' else coalesce(c.statut, 'non_diffuse') end as statut,
    'valeur de la commune, faute de mesure propre au territoire' as methode,
    c.jeu,
    c.millesime,
    c.empreinte_sha256
from {{ ref('int_geographies__territoires_suivis') }} as t
cross join indicateurs as i
left join communes as c on t.code_commune = c.code_commune and i.indicateur = c.indicateur
