{#
Households known to the Caf by commune, as Σ/Σ of the published Iris: only the communes cut into Iris have one, and the
masked Iris stay out, so most sums are `partiel` (« 46 Iris sur 51 »). A commune whose every Iris is masked has none.
#}
select
    'commune' as niveau,
    code_commune as code_territoire,
    '' as zonage,
    indicateur,
    periode,
    max(date_reference) as date_reference,
    max(case when est_date_deduite then 1 else 0 end) = 1 as est_date_deduite,
    100 * {{ somme_exacte('case when est_observe = 1 then numerateur end') }}
    / nullif({{ somme_exacte('case when est_observe = 1 then denominateur end') }}, 0) as valeur,
    cast(sum(est_observe) as {{ type_texte() }}) || ' Iris sur ' || cast(count(*) as {{ type_texte() }}) as valeur_texte,
    case when sum(est_observe) < count(*) then 'partiel' else 'observe' end as statut,
    {{ somme_exacte('case when est_observe = 1 then numerateur end') }} as numerateur,
    {{ somme_exacte('case when est_observe = 1 then denominateur end') }} as denominateur,
    cast(100 as {{ type_reel() }}) as facteur,
    cast(null as {{ type_reel() }}) as precision_publiee,
    cast(null as {{ type_texte() }}) as mention,
    jeu,
    millesime,
    fichier,
    cast(null as integer) as ligne,
    empreinte_sha256
from {{ ref('int_references__iris_prestations') }}
group by code_commune, indicateur, periode, jeu, millesime, fichier, empreinte_sha256
having sum(case when est_observe = 1 then denominateur end) > 0
