"""The charts of the observatory: dots and ranges, broken trends.

Belongs here: Vega-Lite specifications, with the colours, symbols and line styles of the product.
Does not belong here: choosing the figures (sections), the data table printed behind each chart (balises), the map (carte).

The specifications are written directly: building and validating the same chart with Altair's objects took 170 ms of CPU,
five times a sheet, against less than 1 ms. A unit test has Altair validate each of them against the schema.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from publication.sheets.couleurs import BANDE, GRIS, GRIS_FONCE, RAIL, TEXTE, VIOLET
from publication.sheets.format_fr import FINE, INSECABLE, MOINS

Specification = dict[str, Any]

POLICE = "Source Sans, Source Sans 3, sans-serif"

# The quartier is a full disc; references are hollow squares, sets of QPV crosses: told apart without colour.
FORMES = {"quartier": "circle", "ensemble_qpv": "cross"}
FORME_REFERENCE = "square"
# Line styles, symbols and colours of a trend, in the order of its series; the page prints them in its legend.
TIRETS = ([1, 0], [7, 4], [2, 3], [12, 3, 2, 3])
SYMBOLES = ("circle", "square", "cross", "triangle-right")
LEGENDE = ("●", "■", "✚", "▶")
COULEURS = (VIOLET, GRIS_FONCE, GRIS, GRIS_FONCE)
# Without the quartier, no line is violet.
COULEURS_REPERES = (TEXTE, GRIS)
# Above this number of points the symbols hide the line: they are drawn for lone points only.
POINTS_VISIBLES = 40
HAUTEUR_LIGNE = 50
HAUTEUR_AXE = 60
HAUTEUR_TENDANCE = 300

CONFIGURATION: Specification = {
    "font": POLICE,
    "background": "#FFFFFF",
    "locale": {
        "number": {
            "decimal": ",",
            "thousands": FINE,
            "grouping": [3],
            "currency": ["", f"{INSECABLE}€"],
            "minus": MOINS,
        }
    },
    "view": {"stroke": None},
    "axis": {
        "labelColor": GRIS_FONCE,
        "titleColor": GRIS_FONCE,
        "labelFontSize": 13,
        "titleFontSize": 13,
        "titleFontWeight": "normal",
        "gridColor": "#ECEAEF",
        "domainColor": GRIS,
        "tickColor": GRIS,
    },
}


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


def points_et_plage(reperes: Sequence[Repere], plage: PlageDessinee | None, titre_axe: str) -> Specification:
    """Dots on a common axis: the quartier with its interval, its references, the range of the département's QPV.

    Args:
        reperes: the rows from top to bottom, the quartier first.
        plage: the quartiers of the département, drawn as the last row.
        titre_axe: unit and year, under the axis.
    Names and values sit above their rail, so that the plot keeps its width on a telephone.
    """
    ordre = [repere.nom for repere in reperes] + ([plage.nom] if plage else [])
    x, y = _axe_des_valeurs(reperes, plage, titre_axe), _axe_des_noms(ordre)
    rails = [{"nom": nom} for nom in ordre]
    intervalles = [{"nom": r.nom, "valeur": r.basse, "fin": r.haute} for r in reperes if r.basse is not None]
    couches = [
        _couche(rails, {"type": "rule", "color": RAIL, "strokeWidth": 8, "strokeCap": "round"}, y, _PLEINE_LARGEUR),
        _couche(intervalles, {"type": "rule", "color": VIOLET, "strokeWidth": 8, "opacity": 0.35}, y, _de_a(x)),
        _disques([r for r in reperes if r.niveau != "quartier"], x, y, plein=False),
        _disques([r for r in reperes if r.niveau == "quartier"], x, y, plein=True),
        *_bande(plage, x, y),
        *_etiquettes(reperes, plage, y),
    ]
    return _specification([couche for couche in couches if couche], HAUTEUR_LIGNE * len(ordre) + HAUTEUR_AXE)


_PLEINE_LARGEUR: Specification = {"x": {"value": 0}, "x2": {"value": "width"}}


def _axe_des_valeurs(reperes: Sequence[Repere], plage: PlageDessinee | None, titre: str) -> Specification:
    """The same scale for every layer; it never starts at zero by force, since dots are read by position."""
    bornes = [x for r in reperes for x in (r.valeur, r.basse, r.haute) if x is not None]
    if plage:
        bornes += [plage.minimum, plage.maximum]
    marge = 0.06 * (max(bornes) - min(bornes)) or 1.0
    domaine = [min(bornes) - marge, max(bornes) + marge]
    return {
        "field": "valeur",
        "type": "quantitative",
        "title": titre,
        "scale": {"domain": domaine, "nice": False, "zero": False},
        "axis": {"tickCount": 5, "format": "~f" if max(bornes) < 1000 else ",.0f", "labelFlush": True},
    }


def _axe_des_noms(ordre: Sequence[str]) -> Specification:
    echelle = {"paddingInner": 0, "paddingOuter": 0.1}
    return {"field": "nom", "type": "nominal", "sort": list(ordre), "axis": None, "scale": echelle}


def _de_a(x: Specification) -> Specification:
    return {"x": x, "x2": {"field": "fin"}}


def _couche(
    lignes: list[Specification], marque: Specification, y: Specification, reste: Specification
) -> Specification:
    """One layer with its rows written in it: no file, no frame, no address; empty without rows."""
    if not lignes:
        return {}
    return {"data": {"values": lignes}, "mark": marque, "encoding": {"y": y, **reste}}


def _disques(reperes: Sequence[Repere], x: Specification, y: Specification, *, plein: bool) -> Specification:
    """Full violet discs for the quartier, hollow grey shapes for its references."""
    couleur = VIOLET if plein else GRIS_FONCE
    lignes = [
        {"nom": r.nom, "valeur": r.valeur, "ecrit": r.ecrit, "forme": FORMES.get(r.niveau, FORME_REFERENCE)}
        for r in reperes
    ]
    marque = {
        "type": "point",
        "size": 190 if plein else 110,
        "stroke": couleur,
        "strokeWidth": 2,
        "fill": couleur if plein else "#FFFFFF",
        "opacity": 1,
    }
    infobulle = [_infobulle("nom", "Territoire"), _infobulle("ecrit", "Valeur")]
    forme = {"field": "forme", "type": "nominal", "scale": None}
    return _couche(lignes, marque, y, {"x": x, "shape": forme, "tooltip": infobulle})


def _infobulle(champ: str, titre: str) -> Specification:
    return {"field": champ, "type": "nominal", "title": titre}


def _bande(plage: PlageDessinee | None, x: Specification, y: Specification) -> list[Specification]:
    if plage is None:
        return []
    etendue = [{"nom": plage.nom, "valeur": plage.minimum, "fin": plage.maximum}]
    traits = [{"nom": plage.nom, "valeur": valeur} for valeur in plage.valeurs]
    return [
        _couche(etendue, {"type": "rule", "color": BANDE, "strokeWidth": 12, "strokeCap": "round"}, y, _de_a(x)),
        _couche(traits, {"type": "tick", "color": GRIS_FONCE, "thickness": 1.5, "height": 12}, y, {"x": x}),
    ]


def _etiquettes(reperes: Sequence[Repere], plage: PlageDessinee | None, y: Specification) -> list[Specification]:
    """Name on the left and value on the right, above each rail; the quartier in bold."""
    lignes = [{"nom": r.nom, "ecrit": r.ecrit, "quartier": r.niveau == "quartier"} for r in reperes]
    if plage:
        lignes.append({"nom": plage.nom, "ecrit": "", "quartier": False})
    couches = []
    for est_quartier, couleur, graisse in ((True, VIOLET, 700), (False, TEXTE, 400)):
        textes: list[Specification] = [ligne for ligne in lignes if ligne["quartier"] is est_quartier]
        for champ, bord, ancre in (("nom", 0, "left"), ("ecrit", "width", "right")):
            marque = {
                "type": "text",
                "align": ancre,
                "baseline": "middle",
                "dy": -19,
                "fontSize": 13.5,
                "fontWeight": graisse,
                "color": couleur,
                # On a telephone a long name gives way to the value on its right.
                "limit": {"expr": "max(120, width - 76)"},
            }
            texte = {"x": {"value": bord}, "text": {"field": champ, "type": "nominal"}}
            couches.append(_couche(textes, marque, y, texte))
    return couches


def tendance(
    series: Sequence[Serie],
    titre_y: str,
    titre_x: str,
    *,
    pas: float = 1.0,
    origine: float | None = None,
    couleurs: Sequence[str] = COULEURS,
) -> Specification:
    """Lines that stop where a point is missing: two points further apart than `pas` are never joined.

    Each series has its own line style and its own symbol; the page prints them in its legend (`LEGENDE`).
    """
    lignes = [ligne for serie in series for ligne in _lignes(serie, pas)]
    noms = [serie.nom for serie in series]
    x, y = _axe_du_temps(lignes, titre_x), _axe_vertical(titre_y)
    couleur = _par_serie(noms, couleurs)
    couches: list[Specification] = []
    if origine is not None:
        couches.append(
            _couche([{"y": origine}], {"type": "rule", "color": GRIS, "strokeWidth": 1}, {**y, "title": titre_y}, {})
        )
    trait = {"x": x, "color": couleur, "detail": {"field": "troncon", "type": "nominal"}}
    trait["strokeDash"] = _par_serie(noms, TIRETS)
    couches.append(_couche(lignes, {"type": "line", "strokeWidth": 2.5}, y, trait))
    # Above the limit, only a series of one point keeps its symbol: it has no line.
    visibles = {serie.nom for serie in series if len(serie.points) == 1 or len(lignes) <= POINTS_VISIBLES}
    infobulle = [_infobulle("serie", "Territoire"), _infobulle("date", "Date"), _infobulle("ecrit", "Valeur")]
    disque = {"x": x, "color": couleur, "shape": _par_serie(noms, SYMBOLES), "tooltip": infobulle}
    marque = {"type": "point", "filled": True, "size": 80, "opacity": 1}
    couches.append(_couche([ligne for ligne in lignes if ligne["serie"] in visibles], marque, y, disque))
    return _specification([couche for couche in couches if couche], HAUTEUR_TENDANCE)


def _lignes(serie: Serie, pas: float) -> list[Specification]:
    numeros = _troncons([point.abscisse for point in serie.points], pas)
    return [
        {
            "serie": serie.nom,
            "x": point.abscisse,
            "y": point.valeur,
            "troncon": f"{serie.nom}|{numero}",
            "ecrit": point.ecrit,
            "date": point.date,
        }
        for point, numero in zip(serie.points, numeros, strict=True)
    ]


def _troncons(abscisses: Sequence[float], pas: float) -> list[int]:
    """The number of the unbroken piece each point belongs to."""
    numeros: list[int] = []
    for rang, x in enumerate(abscisses):
        rupture = rang > 0 and x - abscisses[rang - 1] > pas * 1.5
        numeros.append((numeros[-1] if numeros else 0) + (1 if rupture else 0))
    return numeros


def _axe_du_temps(lignes: Sequence[Specification], titre: str) -> Specification:
    """Whole years, at most eight labels, a little room on each side."""
    debut = math.floor(min(ligne["x"] for ligne in lignes))
    fin = max(math.ceil(max(ligne["x"] for ligne in lignes)), debut + 1)
    marge = 0.02 * (fin - debut)
    annees = list(range(debut, fin + 1, max(1, math.ceil((fin - debut) / 7))))
    return {
        "field": "x",
        "type": "quantitative",
        "title": titre or None,
        "scale": {"domain": [debut - marge, fin + marge], "nice": False, "zero": False},
        "axis": {"format": "d", "values": annees, "grid": False},
    }


def _axe_vertical(titre: str) -> Specification:
    echelle = {"zero": False, "nice": True}
    axe = {"tickCount": 6, "format": "~f"}
    return {"field": "y", "type": "quantitative", "title": titre, "scale": echelle, "axis": axe}


def _par_serie(noms: Sequence[str], valeurs: Sequence[Any]) -> Specification:
    echelle = {"domain": list(noms), "range": list(valeurs[: len(noms)])}
    return {"field": "serie", "type": "nominal", "scale": echelle, "legend": None}


def _specification(couches: Sequence[Specification], hauteur: int) -> Specification:
    return {"width": "container", "height": hauteur, "layer": list(couches), "config": CONFIGURATION}
