{# Inhabitants per km² of the outline, for the latest population of each zoning. #}
with populations as (
    select
        p.*,
        max(p.periode) over (partition by p.zonage) as derniere_periode
    from {{ ref('int_population__quartiers') }} as p
    where
        p.indicateur = 'population_municipale'
        and p.niveau = 'qpv'
        and p.jeu in ('insee.qpv_demographie', 'insee.qpv2024_population')
)

select
    p.niveau,
    p.code_territoire,
    p.zonage,
    'densite_population' as indicateur,
    p.periode,
    p.date_reference,
    p.est_date_deduite,
    p.valeur / (q.surface_m2 / 1000000) as valeur,
    cast(null as {{ type_texte() }}) as valeur_texte,
    p.statut,
    p.valeur as numerateur,
    case when p.valeur is not null then q.surface_m2 / 1000000 end as denominateur,
    cast(1 as {{ type_reel() }}) as facteur,
    p.precision_publiee,
    p.mention,
    p.jeu,
    p.millesime,
    p.fichier,
    p.ligne,
    p.empreinte_sha256
from populations as p
inner join {{ ref('int_territoires__quartiers') }} as q on p.code_territoire = q.code_qpv and p.zonage = q.zonage
where p.periode = p.derniere_periode
