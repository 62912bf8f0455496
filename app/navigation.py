"""The script of the observatory: every page is declared here, once.

Belongs here: the list of pages, the release of the run, the frame common to all pages.
Does not belong here: the content of a page (vues), the server (observatoire).
"""

from __future__ import annotations

import sys
from pathlib import Path

RACINE = str(Path(__file__).resolve().parent.parent)
if RACINE not in sys.path:  # `streamlit run` puts app/ on the path, not the folder above
    sys.path.insert(0, RACINE)

import streamlit as st  # noqa: E402

from app import balises as b  # noqa: E402
from app import session  # noqa: E402
from app.lecture import ErreurRelease  # noqa: E402

DOSSIER = Path(__file__).resolve().parent
st.set_page_config(page_title=session.NOM_SITE, page_icon=str(DOSSIER / "icone.svg"), layout="wide")
st.logo(str(DOSSIER / "marque.svg"), size="large")
# The folder is not called `pages`: beside the entry script Streamlit would serve its files by itself to the first visitor.
page = st.navigation(
    [
        st.Page("vues/accueil.py", title="Accueil", default=True),
        st.Page("vues/quartier.py", title="Fiche quartier", url_path="quartier"),
        st.Page("vues/donnees.py", title="Données", url_path="donnees"),
    ],
    position="top",
)
try:
    session.fixer_release()
    session.cadre_haut()
except ErreurRelease as erreur:
    st.html(b.joindre((b.balise("h1", "Aucune donnée à afficher"), b.balise("p", str(erreur)))))
    st.stop()
page.run()
session.cadre_bas()
