"""From longitude and latitude to the pixels of a drawn map: frame, outlines, round lengths, shapes of the points.

Belongs here: what the map of a sheet and the map of the explorer compute in the same way.
Does not belong here: the drawings themselves (carte for the sheet, app.plan for the explorer), the words of a legend.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import shapely
from shapely.geometry import Polygon

# 1° of latitude on a sphere of the mean radius of the Earth.
METRES_PAR_DEGRE = 111_195
# A frame is never less than about 220 m wide or high, so that a single point is not magnified without end.
COTE_MIN_DEGRES = 0.002
LONGUEURS = (100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50)

_CARRE = "M-5 -5h10v10h-10z"
# shape → path around the origin, filled or not, dashes
FORMES: dict[str, tuple[str, bool, str]] = {
    "carre_plein": (_CARRE, True, ""),
    "carre_barre": (f"{_CARRE}M-5 5L5 -5", False, ""),
    "carre": (_CARRE, False, ""),
    "carre_tirets": (_CARRE, False, "2 2"),
    "croix": ("M-2 -6h4v4h4v4h-4v4h-4v-4h-4v-4h4z", False, ""),
    "triangle": ("M0 -6L6 5H-6z", False, ""),
    "losange": ("M0 -7L6 0L0 7L-6 0z", False, ""),
}


@dataclass(frozen=True)
class Cadre:
    """From longitude and latitude to the image; longitude shrinks by cos(latitude), which is enough at this scale.

    `echelle`: pixels per degree of latitude. `largeur`, `hauteur`, `marge`: pixels.
    """

    ouest: float
    nord: float
    facteur: float
    echelle: float
    largeur: int
    hauteur: int
    marge: int

    def projeter(self, longitude: float, latitude: float) -> tuple[float, float]:
        return (
            self.marge + (longitude - self.ouest) * self.facteur * self.echelle,
            self.marge + (self.nord - latitude) * self.echelle,
        )

    @property
    def bornes(self) -> tuple[float, float, float, float]:
        """West, south, east and north of the whole image, margins included."""
        par_degre = self.facteur * self.echelle
        return (
            self.ouest - self.marge / par_degre,
            self.nord - (self.hauteur - self.marge) / self.echelle,
            self.ouest + (self.largeur - self.marge) / par_degre,
            self.nord + self.marge / self.echelle,
        )

    def barre(self) -> tuple[int, float]:
        """A round length in metres, at most a quarter of the width, and its pixels."""
        pixels_par_metre = self.echelle / METRES_PAR_DEGRE
        metres = next((m for m in LONGUEURS if m * pixels_par_metre <= self.largeur / 4), LONGUEURS[-1])
        return metres, metres * pixels_par_metre


def cadrer(
    bornes: tuple[float, float, float, float], largeur: int, hauteur_max: int, marge: int, pied: int = 20
) -> Cadre:
    """The frame that holds the bounds (west, south, east, north), as wide as the image unless it would be too high.

    Args:
        pied: pixels kept under the drawing, for the scale bar.
    """
    ouest, sud, est, nord = bornes
    facteur = math.cos(math.radians((sud + nord) / 2))
    large, haut = max((est - ouest) * facteur, COTE_MIN_DEGRES), max(nord - sud, COTE_MIN_DEGRES)
    utile = largeur - 2 * marge
    echelle = min(utile / large, (hauteur_max - 2 * marge) / haut)
    ouest -= (utile / echelle - large) / 2 / facteur
    return Cadre(ouest, nord, facteur, echelle, largeur, round(haut * echelle) + 2 * marge + pied, marge)


def reunir(
    formes: Iterable[shapely.Geometry], points: Iterable[tuple[float, float]]
) -> tuple[float, float, float, float]:
    """Bounds (west, south, east, north) of contours and of points in longitude and latitude."""
    places = list(points)
    ouest, sud, est, nord = (float(v) for v in shapely.total_bounds(list(formes)))
    return (
        min([ouest, *(x for x, _ in places)]), min([sud, *(y for _, y in places)]),
        max([est, *(x for x, _ in places)]), max([nord, *(y for _, y in places)]),
    )  # fmt: skip


def trace(forme: shapely.Geometry, cadre: Cadre, tolerance: float = 0.3) -> str:
    """Path of every ring, simplified to `tolerance` pixels: a start, then steps in tenths of a pixel."""
    simple = forme.simplify(tolerance / cadre.echelle)
    polygones = [p for p in getattr(simple, "geoms", [simple]) if isinstance(p, Polygon) and not p.is_empty]
    return "".join(_anneau(anneau.coords, cadre) for p in polygones for anneau in (p.exterior, *p.interiors))


def _anneau(sommets: Iterable[tuple[float, ...]], cadre: Cadre) -> str:
    """The steps are between rounded positions, so that their roundings do not add up; the last one is the closing."""
    dixiemes = [tuple(round(10 * v) for v in cadre.projeter(x, y)) for x, y, *_ in sommets][:-1]
    (x0, y0), pas = dixiemes[0], []
    for (x1, y1), (x2, y2) in pairwise(dixiemes):
        if (x1, y1) != (x2, y2):
            pas.append(f"{(x2 - x1) / 10:g} {(y2 - y1) / 10:g}")
    suite = f"l{' '.join(pas)}" if pas else ""
    return f"M{x0 / 10:g} {y0 / 10:g}{suite}z".replace(" -", "-")
