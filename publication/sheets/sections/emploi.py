"""« Emploi »: the employment rate and its references, registered job seekers, the three notions, every figure.

Belongs here: the order of the parts of the employment section.
Does not belong here: the parts themselves (points, inscrits, notions, themes).
"""

from __future__ import annotations

from publication.sheets import balises as b
from publication.sheets.balises import Html
from publication.sheets.fiche import INDICATEUR_BIT, Fiche
from publication.sheets.sections import themes
from publication.sheets.sections.inscrits import STRUCTURE, section_inscrits
from publication.sheets.sections.notions import section_notions
from publication.sheets.sections.points import points


def section_emploi(fiche: Fiche, reference: str) -> Html:
    """The whole section."""
    morceaux: list[Html] = [b.balise("h2", "Emploi", id="emploi")]
    taux = fiche.indicateur("taux_emploi_15_64")
    if taux is not None:
        morceaux += [b.balise("h3", "Taux d’emploi des 15-64 ans"), points(fiche, taux)]
    morceaux += [section_inscrits(fiche), section_notions(fiche)]
    tous = themes.indicateurs_de(fiche, ("emploi",))
    communaux = [i for i in fiche.registre.indicateurs_en_ordre if i.axe == "emploi" and i.niveau_publie == "C"]
    legende = "Emploi : chiffres du quartier et écarts avec la référence"
    morceaux += [
        b.balise("h3", "Tous les chiffres de l’emploi"),
        themes.tableau_theme(fiche, [i for i in tous if i.indicateur not in STRUCTURE], reference, legende),
        themes.contexte_commune(fiche, [i for i in communaux if i.indicateur != INDICATEUR_BIT], "emploi"),
        themes.absents(fiche, tous),
    ]
    return b.joindre(morceaux)
