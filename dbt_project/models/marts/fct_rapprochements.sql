{# Rows of each file; published totals; the publisher's « Ensemble » against the sum; the same cell read in two files. #}
with motifs as (
    select
        jeu,
        millesime,
        fichier,
        {{ agrege_texte("cast(nb_lignes as " ~ type_texte() ~ ") || ' ' || case sort when 'exclue' then 'exclues' else 'en quarantaine' end || ' (' || motif || ')'", ' ; ') }} as texte
    from {{ ref('int_sources__lignes_comptees') }}
    where sort <> 'publiee'
    group by jeu, millesime, fichier
),

lignes as (
    select
        s.jeu,
        s.millesime,
        s.fichier,
        'lignes' as controle,
        s.nb_lignes_lues as attendu,
        s.nb_publiees + s.nb_quarantaine + s.nb_exclues as observe,
        0 as tolerance,
        cast(s.nb_publiees as {{ type_texte() }}) || ' publiées' || coalesce(' ; ' || m.texte, '') as explication
    from {{ ref('dim_sources') }} as s
    left join motifs as m on s.jeu = m.jeu and s.millesime = m.millesime and s.fichier = m.fichier
),

ensembles as (
    select
        e.jeu,
        e.millesime,
        e.fichier,
        'ensemble_' || e.indicateur as controle,
        max(e.valeur) as attendu,
        {{ somme_exacte('v.valeur') }} as observe,
        cast(null as {{ type_reel() }}) as tolerance,
        'ligne « Ensemble » du producteur, arrondie à la centaine, et somme de '
        || cast(count(v.valeur) as {{ type_texte() }}) || ' quartiers observés' as explication
    from {{ ref('int_valeurs__classees') }} as e
    inner join {{ source('catalogue', 'indicateurs') }} as i on e.indicateur = i.indicateur and i.est_additif
    inner join {{ ref('int_valeurs__classees') }} as v
        on
            e.jeu = v.jeu
            and e.millesime = v.millesime
            and e.fichier = v.fichier
            and e.indicateur = v.indicateur
            and e.periode = v.periode
    where e.niveau = 'ensemble_qpv' and e.facteur is null and e.statut = 'observe' and v.niveau = 'qpv'
    group by e.jeu, e.millesime, e.fichier, e.indicateur
),

doublons as (
    select
        a.jeu,
        a.millesime,
        a.fichier,
        'doublons_' || a.indicateur || '_' || a.periode as controle,
        count(*) as attendu,
        sum(case
            when a.statut = r.statut and (abs(a.valeur - r.valeur) < 1e-9 or (a.valeur is null and r.valeur is null)) then 1
            else 0
        end) as observe,
        cast(null as {{ type_reel() }}) as tolerance,
        'cellules aussi lues dans ' || max(r.jeu) || ', qui est prioritaire : '
        || cast(sum(case when abs(a.valeur - r.valeur) >= 1e-9 then 1 else 0 end) as {{ type_texte() }})
        || ' valeurs différentes, '
        || cast(sum(case when (a.valeur is null) <> (r.valeur is null) then 1 else 0 end) as {{ type_texte() }})
        || ' masquées d’un seul côté' as explication
    from {{ ref('int_valeurs__classees') }} as a
    inner join {{ ref('int_valeurs__classees') }} as r
        on
            a.niveau = r.niveau
            and a.code_territoire = r.code_territoire
            and a.zonage = r.zonage
            and a.indicateur = r.indicateur
            and a.periode = r.periode
    where a.rang > 1 and r.rang = 1
    group by a.jeu, a.millesime, a.fichier, a.indicateur, a.periode
),

reunis as (
    select jeu, millesime, fichier, controle, attendu, observe, tolerance, explication from lignes
    union all
    select jeu, millesime, fichier, controle, attendu, observe, tolerance, explication from ensembles
    union all
    select jeu, millesime, fichier, controle, attendu, observe, tolerance, explication from doublons
    union all
    select jeu, millesime, fichier, controle, attendu, observe, tolerance, explication
    from {{ ref('int_sources__totaux_de_controle') }}
)

select
    jeu,
    millesime,
    fichier,
    controle,
    cast(attendu as {{ type_reel() }}) as attendu,
    cast(observe as {{ type_reel() }}) as observe,
    cast(observe as {{ type_reel() }}) - cast(attendu as {{ type_reel() }}) as ecart,
    cast(tolerance as {{ type_reel() }}) as tolerance,
    explication
from reunis
