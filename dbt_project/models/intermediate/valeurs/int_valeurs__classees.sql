{#
Every figure read, for territories that exist. Several files may carry the same cell: `rang` 1 is the published one, by
the order of the datasets on the card of the indicator, latest base first; the others are a consistency test.
#}
{%- set themes = [
    ref('int_population__quartiers'),
    ref('int_population__evolution'),
    ref('int_population__densite'),
    ref('int_population__rapports_2024'),
    ref('int_revenus__quartiers'),
    ref('int_prestations__quartiers'),
    ref('int_emploi__quartiers'),
    ref('int_emploi__defm_par_habitant'),
    ref('int_emploi__indice_defm'),
    ref('int_emploi__tissu_economique'),
    ref('int_sante__quartiers'),
    ref('int_education__quartiers'),
    ref('int_logement__quartiers'),
    ref('int_geographies__quartiers'),
    ref('int_registre__quartiers'),
    ref('int_acces__quartiers'),
    ref('int_acces__communes'),
    ref('int_education__proches'),
    ref('int_references__recensement'),
    ref('int_references__filosofi'),
    ref('int_references__chomage'),
    ref('int_references__prestations'),
    ref('int_references__publiees'),
    ref('int_programmes__listes'),
    ref('int_programmes__contrat_de_ville'),
    ref('int_programmes__ensembles'),
    ref('int_contexte__comptes_par_habitant'),
    ref('int_contexte__densites'),
    ref('int_contexte__delinquance'),
    ref('int_contexte__recensement'),
] -%}
with lues as (
    {%- for theme in themes %}
    {{ 'union all' if not loop.first }}
    select {{ colonnes_forme_longue() }}
    from {{ theme }}
    {%- endfor %}
)

select
    l.*,
    row_number() over (
        partition by l.niveau, l.code_territoire, l.zonage, l.indicateur, l.periode
        order by coalesce(j.priorite, 999), l.millesime desc, l.fichier asc, coalesce(l.ligne, 0)
    ) as rang
from lues as l
left join {{ source('catalogue', 'indicateur_jeux') }} as j on l.indicateur = j.indicateur and l.jeu = j.jeu
left join {{ ref('int_territoires__quartiers') }} as q
    on case when l.niveau = 'qpv' then l.code_territoire end = q.code_qpv and l.zonage = q.zonage
where l.niveau <> 'qpv' or q.code_qpv is not null
