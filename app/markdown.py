"""The method page as accessible HTML: the few forms of Markdown that it uses, everything escaped.

Belongs here: headings with an anchor, paragraphs, lists, tables, bold, code, links; the table of contents.
Does not belong here: the text itself (docs/methode.md of the release), markup shared with other pages (balises).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from html import escape

from publication.sheets import balises as b
from publication.sheets.balises import Html

_TITRE = re.compile(r"^(#{1,6}) (.+)$")
_FILET = re.compile(r"^\|[\s:|-]+\|$")
_EN_LIGNE = re.compile(r"\*\*(?P<gras>[^*]+)\*\*|`(?P<code>[^`]+)`|\[(?P<texte>[^\]]+)\]\((?P<url>[^)\s]+)\)")


@dataclass(frozen=True)
class Titre:
    """A heading of the page."""

    rang: int
    texte: str
    ancre: str


def en_ligne(texte: str) -> Html:
    """Bold, code and links; a link to a file of the checkout keeps its words alone."""
    morceaux: list[object] = []
    fin = 0
    for trouve in _EN_LIGNE.finditer(texte):
        morceaux.append(texte[fin : trouve.start()])
        if trouve["gras"]:
            morceaux.append(b.balise("strong", trouve["gras"]))
        elif trouve["code"]:
            morceaux.append(Html(f"<code>{escape(trouve['code'])}</code>"))
        else:
            morceaux.append(b.lien_externe(trouve["texte"], trouve["url"]))
        fin = trouve.end()
    return b.joindre((*morceaux, texte[fin:]))


def _ancre(texte: str, deja: set[str]) -> str:
    plat = unicodedata.normalize("NFKD", texte.replace("’", " ")).encode("ascii", "ignore").decode().lower()
    base = "m-" + re.sub(r"[^a-z0-9]+", "-", plat).strip("-")
    ancre, rang = base, 2
    while ancre in deja:
        ancre, rang = f"{base}-{rang}", rang + 1
    deja.add(ancre)
    return ancre


def _cellules(ligne: str) -> list[Html]:
    return [en_ligne(cellule.strip()) for cellule in ligne.strip().strip("|").split("|")]


def _tableau(lignes: list[str], titre: str) -> Html:
    return b.tableau(titre, _cellules(lignes[0]), [_cellules(li) for li in lignes[1:] if not _FILET.match(li)])


def _liste(lignes: list[str]) -> Html:
    elements: list[str] = []
    for ligne in lignes:
        if ligne.startswith("- "):
            elements.append(ligne[2:])
        else:
            elements[-1] += f" {ligne.strip()}"
    return b.balise("ul", b.joindre(b.balise("li", en_ligne(element)) for element in elements))


def _bloc(lignes: list[str], titre: str) -> Html:
    if lignes[0].startswith("|"):
        return _tableau(lignes, titre)
    if lignes[0].startswith("- "):
        return _liste(lignes)
    return b.balise("p", en_ligne(" ".join(ligne.strip() for ligne in lignes)))


def convertir(texte: str) -> tuple[Html, list[Titre]]:
    """The page in HTML and its headings, in order; comments are dropped, a table is captioned by the heading above it."""
    sans_commentaire = re.sub(r"<!--.*?-->", "", texte, flags=re.S)
    morceaux: list[Html] = []
    titres: list[Titre] = []
    bloc: list[str] = []
    ancres: set[str] = set()

    def fermer() -> None:
        if bloc:
            morceaux.append(_bloc(bloc, titres[-1].texte if titres else "Tableau"))
            bloc.clear()

    for ligne in sans_commentaire.splitlines():
        titre = _TITRE.match(ligne)
        # A list or a table that follows a sentence without a blank line is a block of its own.
        change_de_forme = bool(bloc) and ligne[:2] in {"- ", "| "} and bloc[0][:1] != ligne[:1]
        if titre or change_de_forme or not ligne.strip():
            fermer()
        if titre:
            titres.append(Titre(len(titre[1]), titre[2], _ancre(titre[2], ancres)))
            morceaux.append(b.balise(f"h{len(titre[1])}", en_ligne(titre[2]), id=titres[-1].ancre))
        elif ligne.strip():
            bloc.append(ligne)
    fermer()
    return b.joindre(morceaux), titres


def sommaire(titres: list[Titre], rang: int = 2) -> Html:
    """Links to the headings of one rank."""
    liens = b.joindre(
        b.balise("li", b.balise("a", t.texte, href=f"#{t.ancre}", target="_self")) for t in titres if t.rang == rang
    )
    return b.balise(
        "nav", b.balise("p", "Sur cette page"), b.balise("ul", liens), class_="sommaire", aria_label="Sommaire"
    )
