"""The pages of the observatory, declared once: file, title, address.

Belongs here: one line per page; navigation and HTTP routes are made from it.
Does not belong here: the content of a page (vues).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

DOSSIER = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Page:
    """`chemin` is the address without the slash, empty for the home page; `code_en_chemin` names the query parameter that
    takes the last part of an address such as `/comparables/QP014001`, empty when there is none.
    A page that is not in the menu is reached from the footer of every page."""

    fichier: str
    titre: str
    chemin: str
    code_en_chemin: str = ""
    au_menu: bool = True


# The folder is not called `pages`: beside the entry script Streamlit would serve its files by itself to the first visitor.
PAGES: tuple[Page, ...] = (
    Page("vues/accueil.py", "Accueil", ""),
    Page("vues/quartier.py", "Fiche quartier", "quartier"),
    Page("vues/comparer.py", "Comparer", "comparer"),
    Page("vues/ecarts.py", "Écarts", "ecarts"),
    Page("vues/carte.py", "Carte", "carte"),
    Page("vues/geographies.py", "Géographies", "geographies"),
    Page("vues/comparables.py", "Quartiers comparables", "comparables", "qpv", au_menu=False),
    Page("vues/engagements.py", "Engagements", "engagements"),
    Page("vues/indicateurs.py", "Indicateurs", "indicateurs", code_en_chemin="indicateur"),
    Page("vues/donnees.py", "Données", "donnees"),
    Page("vues/journal.py", "Journal", "journal"),
    Page("vues/methode.py", "Méthode", "methode"),
    Page("vues/accessibilite.py", "Accessibilité", "accessibilite", au_menu=False),
    Page("vues/mentions.py", "Mentions légales", "mentions", au_menu=False),
)


def titre(chemin: str) -> str:
    """Title of a page by its address."""
    return next(page.titre for page in PAGES if page.chemin == chemin)
