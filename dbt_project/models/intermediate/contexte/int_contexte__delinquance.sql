{#
Recorded offences of the communes that have a quartier, as disseminated: where the SSMSI disseminates nothing, nothing is said. Only
the burglaries of dwellings are read; the smoothed rates of the older copy are never a figure.
#}
select
    d.niveau,
    d.code_territoire,
    d.zonage,
    'delinquance_enregistree_commune' as indicateur,
    d.periode,
    d.date_reference,
    d.est_date_deduite,
    d.valeur,
    case when d.statut = 'observe' then 'cambriolages de logement, pour 1 000 logements' end as valeur_texte,
    d.statut,
    cast(null as {{ type_reel() }}) as numerateur,
    cast(null as {{ type_reel() }}) as denominateur,
    cast(null as {{ type_reel() }}) as facteur,
    d.precision_publiee,
    d.mention,
    d.jeu,
    d.millesime,
    d.fichier,
    d.ligne,
    d.empreinte_sha256
from {{ ref('stg_ssmsi__delinquance_communes') }} as d
inner join {{ ref('int_territoires__communes_a_quartiers') }} as q on d.code_territoire = q.code_commune
where d.bloc = 'faits' and d.variable = 'taux_cambriolages' and d.niveau = 'commune'
