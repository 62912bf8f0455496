{#
Outlines of 2015 and 2024 that share at least 1 % of one of their surfaces. The letter of the 2024 code wins over the
shares, which its rounded outlines lower: I is the same perimeter, and its main partner only; N is a new quartier,
linked to none (gap_method §11).
#}
with parts as (
    select
        code_qp2015,
        code_qn2024,
        substr(code_qn2024, 8, 1) as lettre,
        {{ borne_a_100('100 * surface_commune_m2 / surface_2015_m2') }} as part_surface_2015,
        {{ borne_a_100('100 * surface_commune_m2 / surface_2024_m2') }} as part_surface_2024,
        row_number() over (partition by code_qn2024 order by surface_commune_m2 desc, code_qp2015 asc) as rang
    from {{ source('spatial', 'recouvrements') }}
)

select
    code_qp2015,
    code_qn2024,
    part_surface_2015,
    part_surface_2024,
    case
        when lettre = 'I' and rang = 1 then 'identique'
        when
            lettre = 'M'
            and part_surface_2015 >= 100 * m.lien_proche_part_surface_min
            and part_surface_2024 >= 100 * m.lien_proche_part_surface_min
            then 'proche'
        else 'partiel'
    end as type_lien
from parts
cross join {{ source('catalogue', 'methode') }} as m
where
    lettre <> 'N'
    and (
        part_surface_2015 >= 100 * m.lien_partiel_part_surface_min
        or part_surface_2024 >= 100 * m.lien_partiel_part_surface_min
        or (lettre = 'I' and rang = 1)
    )
