"""« Habitants, revenus, prestations et logement »: the transversal themes of the sheet.

Belongs here: the tables of the transversal axis, with the choice of the figure drawn against its references.
Does not belong here: the employment section (emploi), the perimeter (geographies).
"""

from __future__ import annotations

import streamlit as st

from publication.sheets import balises as b
from publication.sheets.fiche import Fiche
from publication.sheets.sections import themes
from publication.sheets.sections.points import points

THEMES = (
    ("revenus", "Revenus et pauvreté"),
    ("prestations", "Prestations sociales"),
    ("population", "Habitants et ménages"),
    ("logement", "Logement"),
)
DESSINES = ("niveau_vie_median", "taux_pauvrete_60")


def section_habitants(fiche: Fiche, reference: str) -> None:
    """The section, theme by theme; income is drawn, the rest is in tables."""
    st.html(b.balise("h2", "Habitants, revenus, prestations et logement", id="habitants-et-logement"))
    for theme, titre in THEMES:
        indicateurs = themes.indicateurs_de(fiche, ("transversal",), (theme,))
        communaux = [
            i
            for i in fiche.registre.indicateurs_en_ordre
            if i.axe == "transversal" and i.theme == theme and i.niveau_publie == "C"
        ]
        if not indicateurs and not communaux:
            continue
        st.html(b.balise("h3", titre))
        for nom in DESSINES:
            indicateur = fiche.indicateur(nom)
            if indicateur is not None and indicateur.theme == theme and any(cle[0] == nom for cle in fiche.ecarts):
                st.html(b.balise("h4", indicateur.libelle))
                points(fiche, indicateur)
        st.html(
            b.joindre(
                (
                    themes.tableau_theme(fiche, indicateurs, reference, titre),
                    themes.contexte_commune(fiche, communaux, titre.lower()),
                    themes.absents(fiche, indicateurs),
                )
            )
        )
