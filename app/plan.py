"""A map drawn as an SVG image: contours of both zonings, points told apart by their shape, scale bar.

Belongs here: links over the contours, symbols, hatching, classes of colour.
Does not belong here: choosing what is drawn (cartographie), the background (fond_plan), the page (vues.carte), projection and outlines
(publication.sheets.projection), the map of a sheet (publication.sheets.carte).
"""

from __future__ import annotations

import base64
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import shapely

from app.fond_plan import fond
from publication.sheets import balises as b
from publication.sheets.balises import Html
from publication.sheets.couleurs import TEXTE, VIOLET
from publication.sheets.projection import FORMES, Cadre, cadrer, reunir, trace

LARGEUR = 800
MARGE = 34
HAUTEUR_MAX = 900
# A contour smaller than this, in pixels, also gets a ring of fixed size so that it can be seen and reached.
PETIT = 14
# One hue, from the lightest to the darkest; hatching for a missing value.
TEINTES = ("#F1EAF7", "#DAC8E9", "#BC9DD6", "#9569BA", "#6B3A96")
MANQUANT = -1


@dataclass(frozen=True)
class Zone:
    """One contour (WKB in longitude and latitude); `classe` is a rank in `TEINTES`, `MANQUANT`, or None without colour."""

    titre: str
    zonage: str
    wkb: bytes
    adresse: str
    classe: int | None = None


@dataclass(frozen=True)
class Point:
    titre: str
    longitude: float
    latitude: float
    forme: str


def classer(valeurs: Sequence[float]) -> list[float]:
    """Lower bounds of the second class and above: at most five classes of about as many values, equal values together."""
    ordonnees = sorted(valeurs)
    rangs = (len(ordonnees) * i // len(TEINTES) for i in range(1, len(TEINTES)))
    return sorted({ordonnees[rang] for rang in rangs if ordonnees[rang] > ordonnees[0]}) if ordonnees else []


def classe_de(valeur: float, coupures: Sequence[float]) -> int:
    """Rank of the class of a value, from 0."""
    return bisect_right(coupures, valeur)


def teinte(rang: int, nombre: int) -> str:
    """Colour of a class: the extremes of the scale are used whatever the number of classes."""
    return TEINTES[-1] if nombre <= 1 else TEINTES[round(rang * (len(TEINTES) - 1) / (nombre - 1))]


def symbole(forme: str, x: float, y: float, titre: str = "") -> Html:
    """One symbol, dark on white; the shape alone tells its kind."""
    dessin, plein, tirets = FORMES[forme]
    return b.balise(
        "path",
        b.balise("title", titre) if titre else "",
        d=Html(dessin),
        transform=Html(f"translate({x:.1f} {y:.1f})"),
        fill=TEXTE if plein else "#FFFFFF",
        stroke=TEXTE,
        stroke_width="1.6",
        stroke_dasharray=tirets or None,
    )


def dessiner(zones: Sequence[Zone], points: Sequence[Point], description: str, nombre_classes: int = 0) -> Html:
    """The map as an image, with one link over each contour and the name of each point; empty when no contour is known.

    Streamlit drops every SVG element written in a page: the drawing is an image, what can be followed is HTML above it.
    """
    if not zones:
        return Html("")
    formes = dict(zip(zones, shapely.from_wkb([zone.wkb for zone in zones]), strict=True))
    cadre = cadrer(reunir(formes.values(), ((p.longitude, p.latitude) for p in points)), LARGEUR, HAUTEUR_MAX, MARGE)
    # Small contours above large ones, those of 2024 above those of 2015.
    ordre = sorted(zones, key=lambda zone: (zone.zonage, -formes[zone].area))
    dessin = b.joindre((
        b.joindre(_zone(zone, formes[zone], cadre, nombre_classes) for zone in sorted(zones, key=lambda z: z.zonage, reverse=True)),
        b.joindre(symbole(p.forme, *cadre.projeter(p.longitude, p.latitude), p.titre) for p in points),
        _barre(cadre),
    ))  # fmt: skip
    source = image(b.joindre((_HACHURES, dessin)), f"0 0 {LARGEUR} {cadre.hauteur}")
    return b.balise(
        "div",
        fond(cadre),
        Html(f'<img src="{source}" alt="{b.e(description)}" width="{LARGEUR}" height="{cadre.hauteur}">'),
        b.joindre(_noms(points, cadre)),
        b.joindre(_lien(zone, formes[zone], cadre) for zone in ordre),
        class_="plan",
    )


_HACHURES = Html(
    '<defs><pattern id="hachures" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    f'<rect width="6" height="6" fill="#FFFFFF"/><path d="M0 0V6" stroke="{TEXTE}" stroke-width="1.6"/></pattern></defs>'
)


def image(contenu: Html, boite: str) -> str:
    """Data URI of a drawing."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{boite}" font-family="sans-serif">{contenu}</svg>'
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode("utf-8")).decode("ascii")


def _place(x: float, y: float, largeur: float, hauteur: float, cadre: Cadre) -> str:
    """A box centred on a point of the image, in percent of it."""
    return (
        f"left:{(x - largeur / 2) / LARGEUR:.3%};top:{(y - hauteur / 2) / cadre.hauteur:.3%};"
        f"width:{largeur / LARGEUR:.3%};height:{hauteur / cadre.hauteur:.3%}"
    )


def _noms(points: Sequence[Point], cadre: Cadre) -> list[Html]:
    """The name of each point under the pointer; the table gives the same to everyone."""
    places = [_place(*cadre.projeter(p.longitude, p.latitude), 14, 14, cadre) for p in points]
    return [
        b.balise("span", title=p.titre, style=Html(place), aria_hidden="true")
        for p, place in zip(points, places, strict=True)
    ]


def _lien(zone: Zone, forme: shapely.Geometry, cadre: Cadre) -> Html:
    (x0, y0), (x1, y1) = cadre.projeter(*forme.bounds[:2]), cadre.projeter(*forme.bounds[2:])
    place = _place((x0 + x1) / 2, (y0 + y1) / 2, max(x1 - x0, 24), max(y0 - y1, 24), cadre)
    return b.balise("a", href=zone.adresse, target="_self", title=zone.titre, aria_label=zone.titre, style=Html(place))


def _zone(zone: Zone, forme: shapely.Geometry, cadre: Cadre, nombre: int) -> Html:
    fond = "none"
    if zone.classe is not None:
        fond = "url(#hachures)" if zone.classe == MANQUANT else teinte(zone.classe, nombre)
    trait = (
        {"stroke": VIOLET, "stroke_width": "4"}
        if zone.zonage == "2024"
        else {"stroke": TEXTE, "stroke_width": "1.6", "stroke_dasharray": "6 4"}
    )
    attributs = {**trait, "fill": fond, "fill_rule": "evenodd"}
    contenu = [b.balise("title", zone.titre), b.balise("path", d=Html(trace(forme, cadre)), **attributs)]
    ouest, sud, est, nord = forme.bounds
    if max((est - ouest) * cadre.facteur, nord - sud) * cadre.echelle < PETIT:
        x, y = cadre.projeter(float(forme.centroid.x), float(forme.centroid.y))
        rayon = "9" if zone.zonage == "2024" else "12"
        contenu.append(b.balise("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r=rayon, **attributs))
    return b.balise("g", b.joindre(contenu))


def _barre(cadre: Cadre) -> Html:
    metres, longueur = cadre.barre()
    x, y = LARGEUR - MARGE - longueur, cadre.hauteur - 10
    texte = f"{metres // 1000} km" if metres >= 1000 else f"{metres} m"
    return b.joindre((
        b.balise("path", d=Html(f"M{x:.1f} {y - 6}v6h{longueur:.1f}v-6"), fill="none", stroke=TEXTE, stroke_width="1.6"),
        b.balise("text", texte, x=f"{x + longueur / 2:.1f}", y=str(y - 9), font_size="15", fill=TEXTE, text_anchor="middle"),
    ))  # fmt: skip
