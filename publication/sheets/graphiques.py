"""The charts of the observatory: dots and ranges, broken trends, as inline SVG.

Belongs here: the drawing of a chart, with the colours, symbols and line styles of the product.
Does not belong here: choosing the figures (sections), the data table printed behind each chart (balises), the map (carte).

Horizontal positions are percentages and text keeps its size, so that one drawing fits a telephone, a screen and a page,
without script. Text alternatives are in `aria-label`; each mark has a title for the pointer.
"""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import unescape

from publication.sheets.balises import Html, balise, e, joindre
from publication.sheets.carte import en_image
from publication.sheets.couleurs import BANDE, GRIS, GRIS_FONCE, RAIL, TEXTE, VIOLET
from publication.sheets.format_fr import nombre

# The quartier is a full disc; references are hollow squares, sets of QPV crosses: told apart without colour.
FORMES = {"quartier": "disque", "ensemble_qpv": "croix"}
FORME_REFERENCE = "carre"
# Line styles, symbols and colours of a trend, in the order of its series; the page prints them in its legend.
TIRETS = ("", "7 4", "2 3", "12 3 2 3")
SYMBOLES = ("disque", "carre", "croix", "triangle")
LEGENDE = ("●", "■", "✚", "▶")
COULEURS = (VIOLET, GRIS_FONCE, GRIS, GRIS_FONCE)
# Without the quartier, no line is violet.
COULEURS_REPERES = (TEXTE, GRIS)
# Above this number of points the symbols hide the line: they are drawn for lone points only.
POINTS_VISIBLES = 40
HAUTEUR_LIGNE = 50
HAUTEUR_AXE = 44
HAUTEUR_TENDANCE = 300
# Free percentages on each side of the plot, so that a symbol at the end of the axis stays whole.
BORD = 2.0
# A trend keeps room on its left for the values of its rules, on its right for half the name of the last year.
GAUCHE_TENDANCE = 9.0
DROITE_TENDANCE = 5.0
_CROIX = "M-2.4-7H2.4V-2.4H7V2.4H2.4V7H-2.4V2.4H-7V-2.4H-2.4Z"
_TRACES = {"croix": _CROIX, "triangle": "M-5-6.5L7 0L-5 6.5Z", "carre": "M-5.5-5.5H5.5V5.5H-5.5Z"}


@dataclass(frozen=True)
class Repere:
    """One row of a dot-and-range plot; `basse` and `haute` are drawn when the value has an interval."""

    nom: str
    niveau: str
    valeur: float
    ecrit: str
    basse: float | None = None
    haute: float | None = None


@dataclass(frozen=True)
class PlageDessinee:
    """The range of a set of quartiers, drawn as a band with one tick per quartier."""

    nom: str
    minimum: float
    maximum: float
    valeurs: Sequence[float]


@dataclass(frozen=True)
class Point:
    """One point of a trend: `abscisse` is a year, with its fraction for a quarter."""

    abscisse: float
    valeur: float
    ecrit: str
    date: str


@dataclass(frozen=True)
class Serie:
    nom: str
    points: Sequence[Point]


def points_et_plage(reperes: Sequence[Repere], plage: PlageDessinee | None, titre_axe: str, alt: str) -> Html:
    """Dots on a common axis: the quartier with its interval, its references, the range of the département's QPV.

    Args:
        reperes: the rows from top to bottom, the quartier first.
        plage: the quartiers of the département, drawn as the last row.
        titre_axe: unit and year, under the axis.
        alt: what a screen reader says.
    Names and values sit above their rail, so that the plot keeps its width on a telephone.
    """
    bornes = [x for r in reperes for x in (r.valeur, r.basse, r.haute) if x is not None]
    if plage:
        bornes += [plage.minimum, plage.maximum]
    # Dots are read by position: the axis never starts at zero by force.
    marge = 0.04 * (max(bornes) - min(bornes)) or 1.0
    debut, fin = min(bornes) - marge, max(bornes) + marge
    x = _echelle(debut, fin)
    fond = len(reperes) * HAUTEUR_LIGNE + (HAUTEUR_LIGNE if plage else 0)
    morceaux = [_graduations(debut, fin, x, fond, titre_axe)]
    morceaux += [_rangee(repere, x, (rang + 1) * HAUTEUR_LIGNE - 14) for rang, repere in enumerate(reperes)]
    if plage:
        morceaux.append(_bande(plage, x, fond - 14))
    return _dessin(morceaux, fond + HAUTEUR_AXE, alt, "points")


def _echelle(debut: float, fin: float, gauche: float = BORD, droite: float = BORD) -> Callable[[float], str]:
    """Value → horizontal position, between `gauche` % and `droite` % from the right."""
    return lambda valeur: f"{gauche + (100 - gauche - droite) * (valeur - debut) / (fin - debut):.2f}%"


def _dessin(morceaux: Sequence[Html], hauteur: int, alt: str, classe: str) -> Html:
    dessin = balise("svg", joindre(morceaux), role="img", aria_label=alt, width="100%", height=hauteur)
    return balise("div", dessin, class_=f"graphique {classe}")


_DESSIN = re.compile(
    r'(<div class="graphique \w+">)<svg role="img" aria-label="([^"]*)" width="100%" height="(\d+)">(.*?)</svg></div>'
)


def en_images(html: Html) -> Html:
    """The same page with each drawing as an image: Streamlit keeps no inline SVG; the words and positions are the same."""

    def image(trouve: re.Match[str]) -> str:
        debut, alt, hauteur, contenu = trouve.groups()
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="{hauteur}"'
            f' font-family="Source Sans 3, Source Sans Pro, DejaVu Sans, Arial, sans-serif">{contenu}</svg>'
        )
        source = base64.b64encode(svg.encode()).decode()
        return f'{debut}<img alt="{alt}" height="{hauteur}" src="data:image/svg+xml;base64,{source}"></div>'

    return Html(en_image(_DESSIN.sub(image, html)))


def dessins(html: Html, largeur: int) -> list[tuple[str, str]]:
    """(text alternative, SVG file) of each drawing of a page, `largeur` pixels wide, for a printed page."""
    return [
        (
            unescape(alt),
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{largeur}" height="{hauteur}" font-family="Source Sans Pro">{contenu}</svg>',
        )
        for _, alt, hauteur, contenu in _DESSIN.findall(html)
    ]


def _trait(x1: object, y1: object, x2: object, y2: object, **attributs: object) -> Html:
    """Written by hand: there are some dozens of them in a drawing."""
    autres = "".join(
        [f' {cle.rstrip("_").replace("_", "-")}="{valeur}"' for cle, valeur in attributs.items() if valeur is not None]
    )
    return Html(f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"{autres}></line>')


def _texte(contenu: str, x: object, y: object, ancre: str, **attributs: object) -> Html:
    return balise("text", contenu, x=x, y=y, text_anchor=ancre, **{"font_size": "13", "fill": TEXTE, **attributs})


def _symbole(forme: str, x: str, y: float, couleur: str, titre: str, *, plein: bool) -> Html:
    """A mark whose shape alone tells what it is, with its title for the pointer."""
    style = {"fill": couleur if plein else "#FFFFFF", "stroke": couleur, "stroke_width": "2"}
    bulle = balise("title", titre)
    if forme == "disque":
        return balise("circle", bulle, cx=x, cy=f"{y:.1f}", r="7" if plein else "5.5", **style)
    trace = balise("path", bulle, d=_TRACES[forme], **style)
    return balise("svg", trace, x=x, y=f"{y:.1f}", overflow="visible", width="1", height="1")


def _graduations(debut: float, fin: float, x: Callable[[float], str], fond: int, titre: str) -> Html:
    pas = _pas(fin - debut, 5)
    decimales = max(0, -math.floor(math.log10(pas)))
    morceaux = [_trait(f"{BORD}%", fond, f"{100 - BORD}%", fond, stroke=GRIS)]
    graduation = math.ceil(debut / pas) * pas
    while graduation <= fin + 1e-9:
        ou = x(graduation)
        morceaux.append(_trait(ou, 0, ou, fond, stroke="#ECEAEF"))
        morceaux.append(_texte(nombre(graduation, decimales), ou, fond + 17, "middle", fill=GRIS_FONCE))
        graduation += pas
    morceaux.append(_texte(titre, "50%", fond + 36, "middle", fill=GRIS_FONCE))
    return joindre(morceaux)


def _pas(etendue: float, nombre_voulu: int) -> float:
    """A step of 1, 2 or 5 times a power of ten."""
    brut = etendue / nombre_voulu
    puissance = 10.0 ** math.floor(math.log10(brut))
    return next(m * puissance for m in (1, 2, 5, 10) if brut <= m * puissance * 1.0000001)


def _rangee(repere: Repere, x: Callable[[float], str], y: float) -> Html:
    """The rail of one territory: its name, its value, its interval and its mark; the quartier in bold violet."""
    est_quartier = repere.niveau == "quartier"
    style: dict[str, object] = {"fill": VIOLET if est_quartier else TEXTE}
    if est_quartier:
        style["font_weight"] = "700"
    morceaux = [
        _trait(f"{BORD}%", y, f"{100 - BORD}%", y, stroke=RAIL, stroke_width="8", stroke_linecap="round"),
        _texte(repere.nom, "0", y - 15, "start", **style),
        _texte(repere.ecrit, "100%", y - 15, "end", **style),
    ]
    if repere.basse is not None and repere.haute is not None:
        bornes = (x(repere.basse), y, x(repere.haute), y)
        morceaux.append(_trait(*bornes, stroke=VIOLET, stroke_width="8", stroke_opacity="0.35", class_="intervalle"))
    forme = FORMES.get(repere.niveau, FORME_REFERENCE)
    couleur, titre = (VIOLET if est_quartier else GRIS_FONCE), f"{repere.nom} : {repere.ecrit}"
    morceaux.append(_symbole(forme, x(repere.valeur), y, couleur, titre, plein=est_quartier))
    return balise("g", joindre(morceaux), class_="quartier" if est_quartier else "reference")


def _bande(plage: PlageDessinee, x: Callable[[float], str], y: float) -> Html:
    morceaux = [_texte(plage.nom, "0", y - 15, "start")]
    morceaux.append(
        _trait(x(plage.minimum), y, x(plage.maximum), y, stroke=BANDE, stroke_width="12", stroke_linecap="round")
    )
    morceaux += [
        _trait(x(v), y - 6, x(v), y + 6, stroke=GRIS_FONCE, stroke_width="1.5", class_="quartier-voisin")
        for v in plage.valeurs
    ]
    return balise("g", joindre(morceaux), class_="plage")


def tendance(
    series: Sequence[Serie],
    titre_y: str,
    titre_x: str,
    *,
    alt: str,
    pas: float = 1.0,
    origine: float | None = None,
    couleurs: Sequence[str] = COULEURS,
) -> Html:
    """Lines that stop where a point is missing: two points further apart than `pas` are never joined.

    Each series has its own line style and its own symbol; the page prints them in its legend (`LEGENDE`).
    """
    tous = [point for serie in series for point in serie.points]
    valeurs = [point.valeur for point in tous] + ([origine] if origine is not None else [])
    pas_y = _pas(max(valeurs) - min(valeurs) or 1.0, 5)
    bas, haut = math.floor(min(valeurs) / pas_y) * pas_y, math.ceil(max(valeurs) / pas_y) * pas_y
    haut = haut if haut > bas else bas + pas_y
    plafond, plancher = 34.0, HAUTEUR_TENDANCE - 46.0

    def y(valeur: float) -> float:
        return plancher - (plancher - plafond) * (valeur - bas) / (haut - bas)

    debut = math.floor(min(point.abscisse for point in tous))
    fin = max(math.ceil(max(point.abscisse for point in tous)), debut + 1)
    x = _echelle(debut, fin, GAUCHE_TENDANCE, DROITE_TENDANCE)
    morceaux = [_texte(titre_y, "0", 12, "start", fill=GRIS_FONCE)]
    morceaux += [_grille(bas, haut, pas_y, y, origine), _annees(debut, fin, x, plancher)]
    for rang, serie in enumerate(series):
        visibles = len(serie.points) == 1 or len(tous) <= POINTS_VISIBLES
        morceaux.append(_ligne(serie, rang, x, y, pas, couleurs[rang], symboles=visibles))
    morceaux.append(_noms_verticaux(bas, haut, pas_y, y))
    if titre_x:
        morceaux.append(_texte(titre_x, "50%", HAUTEUR_TENDANCE - 6, "middle", fill=GRIS_FONCE))
    return _dessin(morceaux, HAUTEUR_TENDANCE, alt, "tendance")


def _paliers(bas: float, haut: float, pas: float) -> list[float]:
    return [bas + rang * pas for rang in range(round((haut - bas) / pas) + 1)]


def _grille(bas: float, haut: float, pas: float, y: Callable[[float], float], origine: float | None) -> Html:
    traits = [
        _trait(f"{BORD}%", f"{y(v):.1f}", f"{100 - BORD}%", f"{y(v):.1f}", stroke="#ECEAEF")
        for v in _paliers(bas, haut, pas)
    ]
    if origine is not None:
        traits.append(_trait(f"{BORD}%", f"{y(origine):.1f}", f"{100 - BORD}%", f"{y(origine):.1f}", stroke=GRIS))
    return joindre(traits)


def _noms_verticaux(bas: float, haut: float, pas: float, y: Callable[[float], float]) -> Html:
    """Values of the horizontal rules, written above them at the left edge."""
    decimales = max(0, -math.floor(math.log10(pas)))
    return joindre(
        _texte(nombre(v, decimales), "0", f"{y(v) - 3:.1f}", "start", fill=GRIS_FONCE) for v in _paliers(bas, haut, pas)
    )


def _annees(debut: int, fin: int, x: Callable[[float], str], plancher: float) -> Html:
    """Whole years, at most eight labels."""
    saut = max(1, math.ceil((fin - debut) / 7))
    return joindre(
        _texte(str(annee), x(annee), f"{plancher + 18:.1f}", "middle", fill=GRIS_FONCE)
        for annee in range(debut, fin + 1, saut)
    )


def _ligne(
    serie: Serie,
    rang: int,
    x: Callable[[float], str],
    y: Callable[[float], float],
    pas: float,
    couleur: str,
    *,
    symboles: bool,
) -> Html:
    """The segments of one series, then its marks; no segment crosses a missing date."""
    morceaux = []
    for avant, apres in zip(serie.points, serie.points[1:], strict=False):
        if apres.abscisse - avant.abscisse <= pas * 1.5:
            morceaux.append(
                _trait(
                    x(avant.abscisse), f"{y(avant.valeur):.1f}", x(apres.abscisse), f"{y(apres.valeur):.1f}",
                    stroke=couleur, stroke_width="2.5", stroke_dasharray=TIRETS[rang] or None,
                )
            )  # fmt: skip
    if symboles:
        morceaux += [
            _symbole(
                SYMBOLES[rang], x(p.abscisse), y(p.valeur), couleur, f"{serie.nom}, {p.date} : {p.ecrit}", plein=True
            )
            for p in serie.points
        ]
    return balise("g", joindre(morceaux), class_=f"serie s{rang}", data_serie=e(serie.nom))
