"""The map of a sheet as SVG: contours of 2024 and of 2015, places by shape and letter, scale bar, legend; nothing is fetched.

Belongs here: the drawing, the labels that fit, the drawing that stands alone (explorer, PDF).
Does not belong here: projection and shapes (projection), choosing what is drawn and describing it (sections.carte).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import shapely

from publication.sheets.balises import Html, e
from publication.sheets.format_fr import INSECABLE
from publication.sheets.projection import FORMES, Cadre, cadrer, reunir, trace

CLASSE = "situation"
LARGEUR = 400
HAUTEUR_MAX = 400
MARGE = 12
PIED = 18
LIGNE = 15
# Second column of the legend: the shapes of the schools.
COLONNE = 190
POLICE = 9
# Contours are simplified to this many pixels of the drawing: it is shown one and a half times as wide at most.
TOLERANCE = 0.7
# Width of a character of a label and half the side of a symbol, in pixels of the drawing.
CARACTERE = 5.2
RAYON_SYMBOLE = 6
# Rules of style.css that concern the drawing, written inside it when it stands alone.
_STYLE = Path(__file__).resolve().parent / "style.css"

Boite = tuple[float, float, float, float]


@dataclass(frozen=True)
class Point:
    """One place: the shape of its kind, and the label that its line in the list bears too, or none."""

    longitude: float
    latitude: float
    forme: str
    repere: str


@dataclass(frozen=True)
class Dessin:
    """A drawing and what a screen reader says of it. `illisibles`: points whose label had no room."""

    contenu: Html
    hauteur: int
    alt: str
    illisibles: int = 0

    @property
    def en_ligne(self) -> Html:
        """Inside a page that has style.css."""
        return Html(
            f'<svg class="{CLASSE}" role="img" aria-label="{e(self.alt)}" viewBox="0 0 {LARGEUR} {self.hauteur}">'
            f"{self.contenu}</svg>"
        )

    @property
    def svg(self) -> str:
        """The same drawing as a file of its own, with its style: for an image or a PDF; its text alternative is `alt`."""
        return _autonome(self.contenu, self.hauteur)

    @property
    def svg_imprime(self) -> str:
        """As `svg`, for a third of a printed page: the length of the scale bar is written larger."""
        return _autonome(self.contenu, self.hauteur, f".{CLASSE} .m{{font-size:17px}}")


def cle(forme: str) -> str:
    """One entry of the legend as a small drawing: a shape of FORMES, or the contour of `2024` or `2015`."""
    if forme in FORMES:
        contenu = f"{_symboles({forme})}{_poser(forme, 8, 8)}"
    else:
        contenu = f'<path class="{"qn" if forme == "2024" else "qp"}" d="M0 8h16"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{CLASSE}" viewBox="0 0 16 16" width="16" height="16">'
        f"<style>{_regles()}</style>{contenu}</svg>"
    )


def dessiner(
    contour_2015: Sequence[bytes],
    contour_2024: Sequence[bytes],
    points: Sequence[Point],
    legende: tuple[Sequence[tuple[str, str]], Sequence[tuple[str, str]]],
    alt: str,
) -> Dessin | None:
    """The contours of 2024 solid and filled, those of 2015 dashed, the points above; None without any contour.

    Args:
        contour_2015, contour_2024: WKB in longitude and latitude.
        points: nearest first: the labels of the first ones are placed first.
        legende: two columns of (shape, words); a shape is one of FORMES, `2024` or `2015`, or empty for a title.
    """
    anciens, nouveaux = shapely.from_wkb(list(contour_2015)), shapely.from_wkb(list(contour_2024))
    if not len(anciens) and not len(nouveaux):
        return None
    cadre = cadrer(
        reunir((*anciens, *nouveaux), ((p.longitude, p.latitude) for p in points)), LARGEUR, HAUTEUR_MAX, MARGE, PIED
    )
    places = [cadre.projeter(p.longitude, p.latitude) for p in points]
    reperes = _reperes(points, places, cadre)
    colonnes = max(len(colonne) for colonne in legende)
    morceaux = [
        _symboles({p.forme for p in points} | {forme for colonne in legende for forme, _ in colonne} & FORMES.keys()),
        *(f'<path class="qn" d="{trace(forme, cadre, TOLERANCE)}"/>' for forme in nouveaux),
        *(f'<path class="qp" d="{trace(forme, cadre, TOLERANCE)}"/>' for forme in anciens),
        *(_poser(p.forme, *place) for p, place in zip(reversed(points), reversed(places), strict=True)),
        f'<g class="r">{"".join(reperes)}</g>' if reperes else "",
        _barre(cadre),
        *(_legende(colonne, x, cadre.hauteur) for colonne, x in zip(legende, (MARGE, COLONNE), strict=True)),
    ]
    hauteur = cadre.hauteur + LIGNE * colonnes + MARGE // 2
    return Dessin(Html("".join(morceaux)), hauteur, alt, sum(bool(p.repere) for p in points) - len(reperes))


_EN_LIGNE = re.compile(rf'<svg class="{CLASSE}" role="img" aria-label="([^"]*)" viewBox="0 0 \d+ (\d+)">(.*?)</svg>')


def en_image(html: str) -> str:
    """The same page with the map as an image, for an output that keeps no inline SVG."""

    def image(trouve: re.Match[str]) -> str:
        alt, hauteur, contenu = trouve.groups()
        source = base64.b64encode(_autonome(contenu, int(hauteur)).encode()).decode()
        return f'<img class="{CLASSE}" alt="{alt}" src="data:image/svg+xml;base64,{source}">'

    return _EN_LIGNE.sub(image, html)


def _autonome(contenu: str, hauteur: int, regles: str = "") -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{CLASSE}" viewBox="0 0 {LARGEUR} {hauteur}" '
        f'width="{LARGEUR}" height="{hauteur}"><style>{_regles()}{regles}</style>{contenu}</svg>'
    )


@cache
def _regles() -> str:
    lignes = _STYLE.read_text(encoding="utf-8").splitlines()
    return "".join(ligne for ligne in lignes if ligne.startswith(f".{CLASSE}"))


def _symboles(formes: set[str]) -> str:
    """Each shape once; `_poser` repeats it."""
    definis = []
    for forme in sorted(formes):
        dessin, plein, tirets = FORMES[forme]
        autre = f" {CLASSE}-plein" if plein else f" {CLASSE}-tirets" if tirets else ""
        definis.append(f'<path id="{forme}" class="{CLASSE}-lieu{autre}" d="{dessin}"/>')
    return f"<defs>{''.join(definis)}</defs>" if definis else ""


def _nombre(pixels: float) -> str:
    """In tenths of a pixel: `12`, `12.5`."""
    return f"{round(pixels, 1):g}"


def _poser(forme: str, x: float, y: float) -> str:
    return f'<use href="#{forme}" x="{_nombre(x)}" y="{_nombre(y)}"/>'


def _texte(texte: str, x: float, y: float, classe: str = "") -> str:
    attribut = f' class="{classe}"' if classe else ""
    return f'<text{attribut} x="{_nombre(x)}" y="{_nombre(y)}">{e(texte)}</text>'


def _reperes(points: Sequence[Point], places: Sequence[tuple[float, float]], cadre: Cadre) -> list[str]:
    """The labels that cover neither a symbol nor another label: at the right, the left, above or below their symbol."""
    prises: list[Boite] = [
        (x - RAYON_SYMBOLE, y - RAYON_SYMBOLE, x + RAYON_SYMBOLE, y + RAYON_SYMBOLE) for x, y in places
    ]
    ecrits = []
    for point, (x, y) in zip(points, places, strict=True):
        if not point.repere:
            continue
        largeur = CARACTERE * len(point.repere)
        for gauche, haut in (
            (x + RAYON_SYMBOLE + 1, y - POLICE / 2), (x - RAYON_SYMBOLE - 1 - largeur, y - POLICE / 2),
            (x - largeur / 2, y - RAYON_SYMBOLE - 1 - POLICE), (x - largeur / 2, y + RAYON_SYMBOLE + 1),
        ):  # fmt: skip
            boite = (gauche, haut, gauche + largeur, haut + POLICE)
            dedans = gauche >= 0 and boite[2] <= LARGEUR and haut >= 0 and boite[3] <= cadre.hauteur - PIED
            if dedans and not any(_se_couvrent(boite, prise) for prise in prises):
                prises.append(boite)
                ecrits.append(_texte(point.repere, gauche, haut + POLICE - 1.5))
                break
    return ecrits


def _se_couvrent(a: Boite, b: Boite) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _barre(cadre: Cadre) -> str:
    metres, longueur = cadre.barre()
    x, y = LARGEUR - MARGE - longueur, cadre.hauteur - 3
    texte = f"{metres // 1000}{INSECABLE}km" if metres >= 1000 else f"{metres}{INSECABLE}m"
    return (
        f'<path class="barre" d="M{x:.1f} {y - 4}v4h{longueur:.1f}v-4"/>{_texte(texte, x + longueur / 2, y - 5, "m")}'
    )


def _legende(colonne: Sequence[tuple[str, str]], x: float, haut: int) -> str:
    morceaux = []
    for rang, (forme, mots) in enumerate(colonne):
        y = haut + LIGNE * rang + LIGNE * 0.7
        if forme in FORMES:
            morceaux.append(_poser(forme, x + 8, y))
        elif forme:
            classe = "qn" if forme == "2024" else "qp"
            morceaux.append(f'<path class="{classe}" d="M{x:.1f} {y:.1f}h16"/>')
        morceaux.append(_texte(mots, x + 22 if forme else x, y + 3.5))
    return "".join(morceaux)
