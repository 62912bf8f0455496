"""Method: the page that left with the release, with its table of contents.

Belongs here: reading `methode.md` of the release and showing it.
Does not belong here: the text (docs/methode.md), its conversion (markdown).
"""

from __future__ import annotations

import streamlit as st

from app import session
from app.markdown import convertir, sommaire
from publication.sheets import balises as b
from publication.sheets.balises import Html

ABSENTE = "Cette version a été publiée sans sa page de méthode. Les définitions sont dans la table indicateurs, sur la page Données."


@st.cache_data(max_entries=2, show_spinner=False)
def _contenu(_version: str, texte: str) -> str:
    corps, titres = convertir(texte)
    premier, suite = corps.split("</h1>", 1)
    return b.joindre((Html(f"{premier}</h1>"), sommaire(titres), b.balise("div", Html(suite), class_="methode")))


def _page() -> None:
    st.set_page_config(page_title=f"Méthode – {session.NOM_SITE}")
    release = session.registre().release
    texte = release.texte("methode.md")
    if texte:
        st.html(_contenu(release.identifiant, texte))
    else:
        st.html(b.joindre((b.balise("h1", "Méthode"), b.balise("p", ABSENTE))))


_page()
