{#
Σ/Σ over the observed members of each group of quartiers, for indicators that add up. « n sur N »: members observed,
out of those that the published files hold. Populations of communes are repeated on each of their quartiers, so the
share of a commune living in quartiers has no sum.
#}
select
    'ensemble_qpv' as niveau,
    e.code_ensemble as code_territoire,
    v.zonage,
    v.indicateur,
    v.periode,
    max(v.date_reference) as date_reference,
    max(case when v.est_date_deduite then 1 else 0 end) = 1 as est_date_deduite,
    case
        when max(v.facteur) is null then {{ somme_exacte('v.valeur') }}
        else max(v.facteur) * {{ somme_exacte('v.numerateur') }} / nullif({{ somme_exacte('v.denominateur') }}, 0)
    end as valeur,
    cast(sum(case when v.statut = 'observe' then 1 else 0 end) as {{ type_texte() }})
    || ' sur ' || cast(count(*) as {{ type_texte() }}) as valeur_texte,
    case
        when sum(case when v.statut = 'observe' then 1 else 0 end) < max(e.nb_quartiers) then 'partiel'
        else 'observe'
    end as statut,
    {{ somme_exacte('v.numerateur') }} as numerateur,
    {{ somme_exacte('v.denominateur') }} as denominateur,
    max(v.facteur) as facteur,
    cast(null as {{ type_reel() }}) as precision_publiee,
    cast(null as {{ type_texte() }}) as mention,
    max(v.jeu) as jeu,
    max(v.millesime) as millesime,
    max(v.fichier) as fichier,
    cast(null as integer) as ligne,
    case when count(distinct v.empreinte_sha256) = 1 then max(v.empreinte_sha256) end as empreinte_sha256
from {{ ref('int_valeurs__classees') }} as v
inner join {{ source('catalogue', 'indicateurs') }} as i on v.indicateur = i.indicateur and i.est_additif
inner join {{ source('catalogue', 'indicateur_references') }} as r
    on v.indicateur = r.indicateur and r.niveau_reference = 'ensemble_qpv'
inner join {{ ref('int_territoires__ensembles') }} as e on v.code_territoire = e.code_qpv and v.zonage = e.zonage
where v.niveau = 'qpv' and v.rang = 1 and v.indicateur <> 'part_population_commune_en_qpv'
group by e.code_ensemble, v.zonage, v.indicateur, v.periode
having sum(case when v.statut = 'observe' then 1 else 0 end) > 0
