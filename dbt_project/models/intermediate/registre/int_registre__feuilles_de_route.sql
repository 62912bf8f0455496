{# The feuille de route of each quartier in one line: is it in force, since when, until when (two terms of three years). #}
with lecture as (
    select max(date_etat) as date_lecture
    from {{ ref('stg_registre__feuilles_de_route') }}
),

feuilles as (
    select
        code_territoire,
        max(statut_feuille_de_route) as statut_feuille_de_route,
        max(date_validation) as date_validation,
        max(case when terme = 1 then echeance end) as fin_premier_terme,
        max(case when terme = 2 then echeance end) as fin_second_terme,
        count(*) as nb_objectifs,
        max(jeu) as jeu,
        max(millesime) as millesime,
        max(fichier) as fichier,
        max(empreinte_sha256) as empreinte_sha256
    from {{ ref('stg_registre__feuilles_de_route') }}
    group by code_territoire
)

select
    f.code_territoire,
    'feuille_route_quartier' as indicateur,
    l.date_lecture as date_reference,
    case f.statut_feuille_de_route
        when 'validee' then 'validée le ' || {{ jour_lu('f.date_validation') }}
        when 'en_revision' then 'en révision'
        else 'en préparation'
    end
    || ' ; ' || cast(f.nb_objectifs as {{ type_texte() }}) || case when f.nb_objectifs > 1 then ' objectifs' else ' objectif' end
    || coalesce(' ; premier terme jusqu’au ' || {{ jour_lu('f.fin_premier_terme') }}, '')
    || coalesce(' ; second terme jusqu’au ' || {{ jour_lu('f.fin_second_terme') }}, '') as valeur_texte,
    f.jeu,
    f.millesime,
    f.fichier,
    f.empreinte_sha256
from feuilles as f
cross join lecture as l
