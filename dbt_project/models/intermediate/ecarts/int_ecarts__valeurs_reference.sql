{#
The value of each possible reference: as published, as the sum of the communes of a quartier that straddles them, or
estimated from deciles where no poverty rate is published. A masked reference is never estimated.
#}
with publiees as (
    select niveau, code_territoire, zonage, indicateur, periode, valeur, statut, numerateur, denominateur, facteur,
        borne_basse, borne_haute, demi_largeur
    from {{ ref('int_valeurs__toutes') }}
    where niveau <> 'qpv'
),

reunions as (
    select distinct e.zonage as zonage_quartier, e.code_qpv, e.code_reference, qc.code_commune
    from {{ ref('int_ecarts__echelle') }} as e
    inner join {{ ref('int_territoires__quartiers_communes') }} as qc on e.zonage = qc.zonage and e.code_qpv = qc.code_qpv
    where e.niveau_reference = 'commune' and e.variante = 'additif'
),

communes_reunies as (
    select code_reference, code_commune, count(*) over (partition by code_reference) as nb_communes
    from (select distinct code_reference, code_commune from reunions) as distinctes
)

select
    niveau, code_territoire, zonage, indicateur, periode, valeur, statut, numerateur, denominateur, borne_basse,
    borne_haute, demi_largeur
from publiees
union all
select
    'commune' as niveau,
    c.code_reference as code_territoire,
    '' as zonage,
    p.indicateur,
    p.periode,
    case
        when max(p.facteur) is null then {{ somme_exacte('p.valeur') }}
        else max(p.facteur) * {{ somme_exacte('p.numerateur') }} / nullif({{ somme_exacte('p.denominateur') }}, 0)
    end as valeur,
    case
        when count(*) < max(c.nb_communes) or max(case when p.statut = 'partiel' then 1 else 0 end) = 1 then 'partiel'
        else 'observe'
    end as statut,
    case when max(p.facteur) is not null then {{ somme_exacte('p.numerateur') }} end as numerateur,
    case when max(p.facteur) is not null then {{ somme_exacte('p.denominateur') }} end as denominateur,
    cast(null as {{ type_reel() }}) as borne_basse,
    cast(null as {{ type_reel() }}) as borne_haute,
    cast(null as {{ type_reel() }}) as demi_largeur
from publiees as p
inner join communes_reunies as c on p.code_territoire = c.code_commune
inner join {{ source('catalogue', 'indicateurs') }} as i on p.indicateur = i.indicateur
where p.niveau = 'commune' and p.statut in ('observe', 'partiel') and (p.facteur is not null or i.est_additif)
group by c.code_reference, p.indicateur, p.periode
union all
select
    e.niveau,
    e.code_territoire,
    '' as zonage,
    'taux_pauvrete_60' as indicateur,
    e.periode,
    e.taux_estime as valeur,
    'estime' as statut,
    cast(null as {{ type_reel() }}) as numerateur,
    cast(null as {{ type_reel() }}) as denominateur,
    e.taux_estime + m.pauvrete_estimee_ecart_bas_point as borne_basse,
    e.taux_estime + m.pauvrete_estimee_ecart_haut_point as borne_haute,
    cast(null as {{ type_reel() }}) as demi_largeur
from {{ ref('int_revenus__pauvrete_estimee') }} as e
cross join {{ source('catalogue', 'methode') }} as m
left join publiees as p
    on
        e.niveau = p.niveau
        and e.code_territoire = p.code_territoire
        and e.periode = p.periode
        and p.indicateur = 'taux_pauvrete_60'
where p.niveau is null
