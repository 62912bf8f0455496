select
    indicateur,
    zonage,
    periode,
    cast(count(*) as integer) as nb_qpv,
    cast(sum(case when statut in ('observe', 'partiel') then 1 else 0 end) as integer) as nb_observes,
    cast(sum(case when statut = 'estime' then 1 else 0 end) as integer) as nb_estimes,
    cast(sum(case when statut = 'secret' then 1 else 0 end) as integer) as nb_secrets,
    cast(sum(case when statut = 'non_diffuse' then 1 else 0 end) as integer) as nb_non_diffuses,
    cast(sum(case when statut = 'non_calculable' then 1 else 0 end) as integer) as nb_non_calculables,
    cast(sum(case when statut = 'non_pertinent' then 1 else 0 end) as integer) as nb_non_pertinents
from {{ ref('fct_valeurs') }}
where niveau = 'qpv'
group by indicateur, zonage, periode
