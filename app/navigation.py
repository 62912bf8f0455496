"""The script of the observatory: menus, the release of the run, the page asked for.

Belongs here: the release of the run, the frame common to all pages.
Does not belong here: the list of pages (pages), the content of a page (vues), the server (observatoire).
"""

from __future__ import annotations

import sys
from pathlib import Path

RACINE = str(Path(__file__).resolve().parent.parent)
if RACINE not in sys.path:  # `streamlit run` puts app/ on the path, not the folder above
    sys.path.insert(0, RACINE)

import streamlit as st  # noqa: E402

from app import session  # noqa: E402
from app.pages import PAGES  # noqa: E402
from publication.sheets import balises as b  # noqa: E402
from publication.sheets.lecture import ErreurRelease  # noqa: E402

DOSSIER = Path(__file__).resolve().parent
st.set_page_config(page_title=session.NOM_SITE, page_icon=str(DOSSIER / "icone.svg"), layout="wide")
st.logo(str(DOSSIER / "marque.svg"), size="large")
pages = [
    st.Page(declaree.fichier, title=declaree.titre, url_path=declaree.chemin or None, default=not declaree.chemin)
    for declaree in PAGES
]
page = st.navigation(pages, position="hidden")
try:
    session.fixer_release()
    session.cadre_haut([cible for cible, declaree in zip(pages, PAGES, strict=True) if declaree.au_menu])
except ErreurRelease as erreur:
    st.html(b.joindre((b.balise("h1", "Aucune donnée à afficher"), b.balise("p", str(erreur)))))
    st.stop()
with session.feuille_de_page():
    page.run()
    session.cadre_bas()
