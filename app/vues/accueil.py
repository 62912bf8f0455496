"""Home: find a quartier, see what can be said before what is said, and how fresh it is. No ranking.

Belongs here: the search box and its answers, key figures of the release, the availability matrix, the freshness of sources.
Does not belong here: the search itself (recherche), the figures of a quartier (quartier).
"""

from __future__ import annotations

from collections import Counter

import streamlit as st

from app import session
from app.catalogue_indicateurs import AXES
from app.recherche import LONGUEUR_MAX, Entree, chercher
from publication.sheets import balises as b
from publication.sheets.balises import Html
from publication.sheets.fiche import Registre
from publication.sheets.format_fr import INSECABLE, annee, compte, nombre, periode
from publication.sheets.mots import prochaine_publication
from publication.sheets.sections.sources import ETATS

NB_REPONSES = 12
# Names go into a Markdown label: the signs that Markdown reads are replaced by spaces.
_SIGNES = "*_`[]:$\\<>~#"
_SANS_MARKDOWN = str.maketrans(_SIGNES, " " * len(_SIGNES))
ZONAGES = {"2015": "Zonage 2015", "2024": "Zonage 2024"}


def _recherche() -> None:
    requete = st.text_input(
        "Trouver un quartier par son nom, sa commune ou son code",
        key="q", bind="query-params", type="search", live="300ms", max_chars=LONGUEUR_MAX,
        placeholder="Nom de quartier, commune ou code",
    )  # fmt: skip
    if not (requete or "").strip():
        return
    reponses, total = chercher(session.index(), requete or "", NB_REPONSES)
    st.html(b.balise("p", _bilan(total, len(reponses)), role="status"))
    for entree in reponses:
        st.page_link(
            "vues/quartier.py",
            label=_libelle(entree),
            query_params={"qpv": entree.territoire.code_territoire},
        )


def _bilan(total: int, montrees: int) -> str:
    if total == 0:
        return "Aucun quartier ne répond à cette recherche. Essayez un seul mot, le nom de la commune ou un code (QP… pour 2015, QN… pour 2024)."
    if total > montrees:
        return f"{compte(total, 'quartier')} répondent ; les {montrees} premiers sont affichés. Précisez la commune pour réduire la liste."
    return f"{compte(total, 'quartier')} {'répond' if total < 2 else 'répondent'}."


def _libelle(entree: Entree) -> str:
    """`Guérinière — Caen (14) · QP014003 · zonage 2015`, without any Markdown sign taken from the data."""
    t = entree.territoire
    nom = (t.libelle or t.code_territoire).translate(_SANS_MARKDOWN)
    lieux = entree.communes.translate(_SANS_MARKDOWN)
    return f"**{nom}** — {lieux} ({t.code_departement}) · {t.code_territoire} · zonage {t.zonage}"


def _chiffres(registre: Registre) -> Html:
    par_zonage = Counter(t.zonage for t in registre.quartiers.values())
    communes = {c for t in registre.quartiers.values() if t.zonage == "2024" for c in t.communes}
    totaux = registre.release.lire(
        "select coalesce(sum(nb_observes), 0) as observes, coalesce(sum(nb_secrets), 0) as secrets,"
        " coalesce(sum(nb_non_diffuses), 0) as nd, count(distinct indicateur) as indicateurs from {disponibilites}"
    )[0]
    blocs = (
        ("quartiers du zonage 2024", nombre(par_zonage["2024"])),
        ("quartiers du zonage 2015", nombre(par_zonage["2015"])),
        ("communes concernées en 2024", nombre(len(communes))),
        ("indicateurs publiés par quartier", nombre(totaux["indicateurs"])),
        ("valeurs observées", nombre(totaux["observes"])),
        ("valeurs sous secret statistique", nombre(totaux["secrets"])),
    )
    return b.balise(
        "dl",
        b.joindre(b.balise("div", b.balise("dt", nom), b.balise("dd", valeur)) for nom, valeur in blocs),
        class_="compteurs",
    )


def _matrice(registre: Registre, zonage: str) -> Html:
    """Indicators × years: how many quartiers are observed, how many are under secrecy."""
    lignes = registre.release.lire(
        "select * from {disponibilites} where zonage = ? order by indicateur, periode", [zonage]
    )
    cases: dict[tuple[str, str], dict[str, int]] = {}
    for ligne in lignes:
        cases[(ligne["indicateur"], annee(ligne["periode"]))] = ligne
    annees = sorted({a for _, a in cases if a}) + ([""] if any(not a for _, a in cases) else [])
    corps: list[Html] = []
    for axe, titre in AXES:
        indicateurs = [
            i
            for i in registre.indicateurs_en_ordre
            if i.axe == axe and i.sur_la_fiche and any(nom == i.indicateur for nom, _ in cases)
        ]
        if not indicateurs:
            continue
        corps.append(b.balise("tr", b.balise("th", titre, scope="rowgroup", colspan=len(annees) + 1), class_="theme"))
        for i in indicateurs:
            cellules = b.joindre(b.balise("td", _case(cases.get((i.indicateur, a)))) for a in annees)
            corps.append(b.balise("tr", b.balise("th", i.libelle, scope="row", title=i.definition), cellules))
    if not corps:
        return b.balise("p", f"Aucun indicateur n’est publié sur le {ZONAGES[zonage].lower()} dans cette version.")
    tete = b.joindre(b.balise("th", a or "sans date", scope="col") for a in annees)
    legende = f"Ce que l’on peut dire, {ZONAGES[zonage].lower()} : nombre de quartiers observés et, précédé de « s », nombre de valeurs sous secret statistique"
    table = b.balise(
        "table",
        b.balise("caption", b.balise("span", legende)),
        b.balise("thead", b.balise("tr", b.balise("th", "Indicateur", scope="col"), tete)),
        b.balise("tbody", b.joindre(corps)),
        class_="tableau matrice",
    )
    return b.balise("div", table, class_="defile", role="region", aria_label=f"Tableau : {legende}", tabindex="0")


def _exemple(registre: Registre, zonage: str) -> str:
    """How to read a cell, on the one with the most masked values; empty when nothing is published."""
    lignes = registre.release.lire(
        "select d.* from {disponibilites} d join {indicateurs} i using (indicateur) where d.zonage = ? and"
        " not contains(lower(i.definition), 'jamais sur la fiche') order by d.nb_secrets desc, d.indicateur, d.periode limit 1",
        [zonage],
    )
    if not lignes:
        return ""
    ligne = lignes[0]
    libelle = registre.indicateurs[ligne["indicateur"]].libelle
    return (
        f"« {libelle} », {periode(ligne['periode'])} : {compte(ligne['nb_observes'], 'quartier a', 'quartiers ont')} une valeur "
        f"observée, {nombre(ligne['nb_secrets'])} sous secret statistique (s), {nombre(ligne['nb_non_diffuses'])} non diffusée(s) (nd)."
    )


def _case(ligne: dict[str, int] | None) -> Html:
    """Observed count, its share as a thin bar, and the masked counts; an empty cell says « non publié » aloud."""
    if ligne is None:
        return b.joindre(
            (b.balise("span", "–", aria_hidden="true"), b.balise("span", "non publié", class_="invisible"))
        )
    total = max(ligne["nb_qpv"], 1)
    part = min(100.0, 100 * (ligne["nb_observes"] + ligne["nb_estimes"]) / total)
    barre = Html(f'<span class="part" aria-hidden="true"><i style="width:{part:.0f}%"></i></span>')
    masques = [
        b.balise("span", b.absence(statut), f"{INSECABLE}{nombre(ligne[colonne])}")
        for statut, colonne in (("secret", "nb_secrets"), ("non_diffuse", "nb_non_diffuses"))
        if ligne[colonne]
    ]
    return b.joindre((nombre(ligne["nb_observes"]), barre, b.balise("small", b.joindre(masques)) if masques else ""))


def _fraicheur(registre: Registre) -> Html:
    """The latest vintage of each dataset, its publication and the next one."""
    dernieres = {source.jeu: source for source in registre.sources}
    echecs = sum(1 for s in dernieres.values() if s.statut == "en_echec")
    lignes = [
        (
            s.titre,
            s.producteur,
            s.millesime or "—",
            _date(s.date_publication),
            prochaine_publication(s.prochaine_publication, s.rythme),
            ETATS.get(s.statut, s.statut),
        )
        for s in sorted(dernieres.values(), key=lambda s: s.titre)
    ]
    phrase = f"{compte(len(dernieres), 'jeu de données', 'jeux de données')} déclarés ; {compte(echecs, 'mise à jour en échec', 'mises à jour en échec')}."
    table = b.tableau(
        "Dernier millésime de chaque source",
        ("Jeu de données", "Producteur", "Dernier millésime", "Publié le", "Prochaine publication", "État"),
        lignes,
    )
    return b.joindre((b.balise("p", phrase), b.repli("Fraîcheur de chaque source", table)))


def _date(valeur: object) -> str:
    if not valeur:
        return "date non établie"
    return periode(str(valeur))


def _page() -> None:
    if st.query_params.get("qpv"):
        st.switch_page(
            "vues/quartier.py",
            query_params={c: st.query_params[c] for c in ("qpv", "reference", "indicateur") if c in st.query_params},
        )
    registre = session.registre()
    st.html(
        b.joindre(
            (
                b.balise("h1", "Les quartiers prioritaires, et ce que l’on peut en dire"),
                b.balise(
                    "p",
                    "Où en est chaque quartier de la politique de la ville par rapport aux territoires qui l’entourent, si l’écart a bougé, et ce qui ne peut pas être dit.",
                    class_="chapo",
                ),
            )
        )
    )
    _recherche()
    st.html(b.joindre((b.balise("h2", "Cette version en chiffres"), _chiffres(registre))))
    st.html(
        b.joindre(
            (
                b.balise("h2", "Ce que l’on peut dire"),
                b.balise(
                    "p",
                    "Avant de lire un chiffre, voir s’il existe. Chaque case compte les quartiers dont la valeur est observée ; le trait en donne la part ; les valeurs masquées restent visibles.",
                ),
            )
        )
    )
    zonage = st.radio(
        "Zonage",
        list(ZONAGES),
        format_func=ZONAGES.__getitem__,
        horizontal=True,
        key="zonage",
        bind="query-params",
        index=0,
    )
    st.html(
        b.joindre(
            (
                _matrice(registre, zonage or "2015"),
                b.legende_absences(("secret", "non_diffuse")),
                b.consigne(
                    _exemple(registre, zonage or "2015"),
                    "le zonage de 2015 et celui de 2024 ne couvrent pas les mêmes périmètres : les deux matrices ne se soustraient pas.",
                ),
                b.balise("h2", "Version et fraîcheur des sources"),
                _version(registre),
                _fraicheur(registre),
            )
        )
    )


def _version(registre: Registre) -> Html:
    identifiant = registre.release.identifiant
    return b.balise(
        "p",
        "Dernière version publiée : ",
        b.balise("strong", identifiant),
        ". ",
        b.balise("a", "Télécharger les tables", href="/donnees", target="_self"),
        ".",
    )


_page()
