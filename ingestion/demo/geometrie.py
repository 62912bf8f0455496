"""Shapes of the fictitious territory, in metres (Lambert-93), and their passage to longitude and latitude.

Belongs here: the grid of communes, where quartiers stand in it, irregular polygons and their deformations.
Does not belong here: the files that carry the contours (contours), who lives there (territoire).
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from functools import cache
from itertools import pairwise

from pyproj import Transformer
from shapely.geometry import MultiPoint, Polygon

from ingestion.demo.formats import Anneau, Point, Polygone, Surface

# In the Atlantic, about 8° west: on no land, within the metropolitan sphere of Lambert-93.
ORIGINE = (-152_000.0, 6_585_000.0)
# Offsets of the départements, in metres; the last one is an archipelago.
DECALAGES = {
    "961": (0, 0),
    "962": (46_000, 1_500),
    "963": (-2_000, -30_000),
    "964": (45_000, -29_000),
    "965": (112_000, -12_000),
}
LARGEUR, HAUTEUR = 7_500, 7_000
DENSITE = 9_000  # inhabitants per km² of a quartier
# Ring with a small crossing, as 34 of the 1,514 published ones have; in two parts; with a hole.
CROISES = ("QP961009", "QP963004")
EN_DEUX_PARTIES = ("QP961011", "QP962009", "QP964006")
TROUES = ("QP962002",)


def _sommet(departement: str, colonne: int, rangee: int) -> Point:
    tirage = random.Random(f"sommet|{departement}|{colonne}|{rangee}")
    x, y = ORIGINE
    dx, dy = DECALAGES[departement]
    return (
        x + dx + colonne * LARGEUR + tirage.uniform(-900, 900),
        y + dy - rangee * HAUTEUR + tirage.uniform(-900, 900),
    )


def cellule(departement: str, rang: int) -> Anneau:
    """Closed ring of the commune of that rank (1 to 24): a cell of an irregular grid, sharing its sides with its neighbours."""
    colonne, rangee = (rang - 1) % 6, (rang - 1) // 6
    coins = (
        (colonne, rangee),
        (colonne + 1, rangee),
        (colonne + 1, rangee + 1),
        (colonne, rangee + 1),
        (colonne, rangee),
    )
    return [_sommet(departement, c, r) for c, r in coins]


def surface_commune(departement: str, rang: int) -> float:
    """Area of a commune, in m²."""
    return float(Polygon(cellule(departement, rang)).area)


def _milieu(points: list[Point]) -> Point:
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


def emplacement(departement: str, rangs: tuple[int, ...], numero: int) -> Point:
    """Where a quartier stands: around the centre of its commune, or on the boundary of the communes it straddles."""
    if len(rangs) > 1:
        anneaux = [set(cellule(departement, rang)) for rang in rangs]
        return _milieu(sorted(set.intersection(*anneaux)))
    x, y = _milieu(cellule(departement, rangs[0])[:-1])
    # The quartiers of 2015 stand on a circle; a later one (numero 9) in the middle, which no other occupies.
    angle, rayon = 0.7 + numero * 2 * math.pi / 8, (0 if numero == 9 else 1_750)
    return x + rayon * math.cos(angle), y + rayon * math.sin(angle)


def _anneau(tirage: random.Random, centre: Point, rayon: float) -> Anneau:
    """Star-shaped ring, clockwise, closed, to the decimetre."""
    sommets = tirage.randint(13, 24)
    points = []
    for i in range(sommets):
        angle = -2 * math.pi * (i + tirage.uniform(-0.3, 0.3)) / sommets
        distance = rayon * tirage.uniform(0.72, 1.22)
        points.append(
            (round(centre[0] + distance * math.cos(angle), 1), round(centre[1] + distance * math.sin(angle), 1))
        )
    return [*points, points[0]]


def contour_2015(tirage: random.Random, centre: Point, population: int, variante: str = "") -> Surface:
    """Irregular contour around `centre`, its area in proportion to the population."""
    rayon = math.sqrt(population / DENSITE * 1e6 / math.pi)
    anneau = _anneau(tirage, centre, rayon)
    if variante in CROISES:
        anneau[5], anneau[6] = anneau[6], anneau[5]
    polygone = [anneau]
    if variante in TROUES:
        polygone.append(_anneau(tirage, centre, rayon / 4)[::-1])
    surface = [polygone]
    if variante in EN_DEUX_PARTIES:
        surface.append([_anneau(tirage, (centre[0] + 1.7 * rayon, centre[1] + 0.4 * rayon), rayon / 3.2)])
    return surface


def appliquer(surface: Surface, fonction: Callable[[Point], Point]) -> Surface:
    """The same surface with every point changed."""
    return [[[fonction(point) for point in anneau] for anneau in polygone] for polygone in surface]


def contour_modifie(tirage: random.Random, surface: Surface) -> Surface:
    """A contour of 2024 close to the one of 2015: enlarged or reduced, shifted by less than 70 m."""
    cx, cy = _milieu(surface[0][0][:-1])
    facteur, dx, dy = tirage.uniform(0.88, 1.22), tirage.uniform(-70, 70), tirage.uniform(-70, 70)
    return appliquer(
        surface, lambda p: (round(cx + dx + (p[0] - cx) * facteur, 1), round(cy + dy + (p[1] - cy) * facteur, 1))
    )


def reunion(surfaces: list[Surface]) -> Surface:
    """One contour that encloses several."""
    enveloppe = MultiPoint([point for surface in surfaces for anneau in surface[0] for point in anneau]).convex_hull
    anneau: Anneau = [(round(x, 1), round(y, 1)) for x, y in enveloppe.exterior.coords]
    return [[anneau if not enveloppe.exterior.is_ccw else anneau[::-1]]]


def densifier(surface: Surface, pas: float) -> Surface:
    """Add vertices so that none is farther than `pas` metres from the next one."""
    return [[_densifier_anneau(anneau, pas) for anneau in polygone] for polygone in surface]


def _densifier_anneau(anneau: Anneau, pas: float) -> Anneau:
    points: Anneau = []
    for (xa, ya), (xb, yb) in pairwise(anneau):
        etapes = max(1, math.ceil(math.hypot(xb - xa, yb - ya) / pas))
        points.extend((xa + (xb - xa) * k / etapes, ya + (yb - ya) * k / etapes) for k in range(etapes))
    return [*points, anneau[-1]]


def simplifier(surface: Surface, tolerance: float) -> Surface:
    """Fewer vertices, within `tolerance` metres."""
    resultat: Surface = []
    for polygone in surface:
        simple = Polygon(polygone[0], polygone[1:]).simplify(tolerance, preserve_topology=True)
        anneaux: Polygone = [list(simple.exterior.coords), *[list(trou.coords) for trou in simple.interiors]]
        resultat.append(anneaux)
    return resultat


@cache
def _vers_wgs84() -> Transformer:
    return Transformer.from_crs(2154, 4326, always_xy=True)


def en_degres(surface: Surface, decimales: int) -> Surface:
    """Longitude and latitude (WGS84) of a surface in metres, rounded as the publisher rounds."""
    conversion = _vers_wgs84()

    def point(p: Point) -> Point:
        longitude, latitude = conversion.transform(*p)
        return round(longitude, decimales), round(latitude, decimales)

    return appliquer(surface, point)


def position(point: Point, decimales: int = 6) -> Point:
    """Longitude and latitude (WGS84) of a point in metres."""
    longitude, latitude = _vers_wgs84().transform(*point)
    return round(longitude, decimales), round(latitude, decimales)


def en_metres(longitude: float, latitude: float) -> Point:
    """The point in metres of a longitude and a latitude (WGS84)."""
    x, y = _vers_wgs84().transform(longitude, latitude, direction="INVERSE")
    return x, y
