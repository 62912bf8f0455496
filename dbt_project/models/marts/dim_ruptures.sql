{# One row per date: when several breaks fall together, the blocking one speaks. #}
select indicateur, date_rupture, severite, motif, url
from (
    select
        indicateur,
        date_rupture,
        severite,
        motif,
        url,
        row_number() over (
            partition by indicateur, date_rupture
            order by case severite when 'bloquante' then 0 else 1 end, code
        ) as rang
    from {{ source('catalogue', 'ruptures') }}
) as classees
where rang = 1
