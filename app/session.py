"""What the pages share during a run: the current release, its register, the search index, the sheets already built.

Belongs here: the caches of the interface, keyed by release, and the frame of every page (style, banner, footer).
Does not belong here: reading files (lecture), the content of a page (pages, sections).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import Page as PageStreamlit

from app.pages import PAGES, Page
from app.recherche import Entree, indexer
from publication.sheets import balises as b
from publication.sheets.fiche import Fiche, Registre, construire
from publication.sheets.format_fr import INSECABLE, date_longue
from publication.sheets.lecture import chemin_courant, dossier_releases, ouvrir

STYLE = Path(__file__).resolve().parent.parent / "publication" / "sheets" / "style.css"
NOM_SITE = "Observatoire QPV"
# Long enough for the browser to receive the blank page before what is drawn on it.
EFFACEMENT_S = 0.3
MENTION_DEMO = "Données fictives de démonstration"


@st.cache_resource(max_entries=3, show_spinner=False)
def _registre(chemin: str) -> Registre:
    """One open release per directory; older ones stay open for the sessions that still read them."""
    return Registre(ouvrir(Path(chemin)))


@st.cache_resource(max_entries=3, show_spinner=False)
def _index(chemin: str) -> list[Entree]:
    registre = _registre(chemin)
    return indexer(registre.quartiers.values(), lambda code: registre.nom("commune", code), registre.liens)


@st.cache_resource(max_entries=400, show_spinner=False)
def _fiche(chemin: str, code: str) -> Fiche | None:
    return construire(_registre(chemin), code)


@st.cache_data(max_entries=1, show_spinner=False)
def _style(_modifie: int) -> str:
    return f"<style>{STYLE.read_text(encoding='utf-8')}</style>"


def registre() -> Registre:
    """The release of this run: `current` is resolved once, on the first call, and kept until the run ends.

    Raises:
        ErreurRelease: there is none, or its files changed since publication.
    """
    return _registre(_chemin_du_run())


def _chemin_du_run() -> str:
    if "_chemin_release" not in st.session_state:
        fixer_release()
    return str(st.session_state["_chemin_release"])


def fixer_release() -> None:
    """Resolve `current` for the run that starts; called once by the entry script."""
    avant = st.session_state.get("_chemin_release")
    st.session_state["_chemin_release"] = str(chemin_courant(dossier_releases()))
    st.session_state["_release_changee"] = avant not in (None, st.session_state["_chemin_release"])


def feuille_de_page() -> DeltaGenerator:
    """Where the page of this run is drawn: blank first when the release is not that of the page on screen.

    Streamlit redraws from top to bottom over what it showed before: two releases would stand side by side for a moment.
    """
    if not st.session_state.get("_release_changee"):
        return st.container()
    zone = st.empty()
    zone.html(b.balise("p", "Une nouvelle version vient d’être publiée : la page se met à jour.", role="status"))
    time.sleep(EFFACEMENT_S)
    return zone.container()


def index() -> list[Entree]:
    """The search index of the release."""
    return _index(_chemin_du_run())


def fiche(code: str) -> Fiche | None:
    """The sheet of a quartier, None when the release has no such code."""
    return _fiche(_chemin_du_run(), code) if code in registre().quartiers else None


def contours(codes: tuple[str, ...]) -> dict[str, bytes]:
    """Contours of some quartiers."""
    return registre().release.contours(codes)


def cadre_haut(au_menu: Sequence[PageStreamlit]) -> None:
    """Style, skip link, menu and, on a demonstration release, the banner: the same on every page."""
    st.html(_style(STYLE.stat().st_mtime_ns))
    st.html(b.balise("a", "Aller au contenu", href="#contenu", class_="evitement"))
    # Streamlit's own menu says « 2 more » in English when it has no room: this one wraps.
    with st.container(key="menu", horizontal=True, gap="small"):
        for page in au_menu:
            st.page_link(page)
    avertissement = b.Html("")
    if registre().release.est_demonstration:
        avertissement = b.balise(
            "div", f"{MENTION_DEMO}. ", b.balise("span", "Les quartiers, les communes et les chiffres de ce site sont inventés."),
            class_="bandeau-demo", role="note",
        )  # fmt: skip
    st.html(b.joindre((avertissement, b.Html('<span id="contenu"></span>'))))


def _lien(page: Page) -> b.Html:
    return b.balise("a", page.titre, href=f"/{page.chemin}", target="_self")


def cadre_bas() -> None:
    """Version, licence and what the site is not."""
    release = registre().release
    jour = date.fromisoformat(f"{release.identifiant[:4]}-{release.identifiant[4:6]}-{release.identifiant[6:8]}")
    publication = f"Version {release.identifiant}, publiée le {date_longue(jour)}."
    st.html(
        b.balise(
            "footer",
            b.balise(
                "p",
                publication,
                " Chaque chiffre porte sa source ; les licences sont sur la page ",
                b.balise("a", "Données", href="/donnees", target="_self"),
                ".",
            ),
            b.balise("p", b.joindre((_lien(page) for page in PAGES if not page.au_menu), " · ")),
            b.balise("p", f"{NOM_SITE}{INSECABLE}: un observatoire indépendant. Ce n’est pas un site de l’État."),
            class_="pied-page",
        )
    )
