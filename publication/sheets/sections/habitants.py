"""« Habitants, revenus, prestations et logement »: the transversal themes of the sheet.

Belongs here: the tables of the transversal axis, with the choice of the figure drawn against its references.
Does not belong here: the employment section (emploi), the perimeter (geographies).
"""

from __future__ import annotations

from publication.sheets import balises as b
from publication.sheets.balises import Html
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


def section_habitants(fiche: Fiche, reference: str) -> Html:
    """The section, theme by theme; income is drawn, the rest is in tables."""
    morceaux: list[Html] = [b.balise("h2", "Habitants, revenus, prestations et logement", id="habitants-et-logement")]
    for theme, titre in THEMES:
        indicateurs = themes.indicateurs_de(fiche, ("transversal",), (theme,))
        communaux = [
            i
            for i in fiche.registre.indicateurs_en_ordre
            if i.axe == "transversal" and i.theme == theme and i.niveau_publie == "C"
        ]
        if not indicateurs and not communaux:
            continue
        morceaux.append(b.balise("h3", titre))
        for nom in DESSINES:
            indicateur = fiche.indicateur(nom)
            if indicateur is not None and indicateur.theme == theme and any(cle[0] == nom for cle in fiche.ecarts):
                morceaux += [b.balise("h4", indicateur.libelle), points(fiche, indicateur)]
        morceaux += [
            themes.tableau_theme(fiche, indicateurs, reference, titre),
            themes.contexte_commune(fiche, communaux, titre.lower()),
            themes.absents(fiche, indicateurs),
        ]
    return b.joindre(morceaux)
