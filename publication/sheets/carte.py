"""The static map of a sheet: contours of 2024 and of 2015, without any tile or network.

Belongs here: projection to the image, outlines, scale bar.
Does not belong here: choosing the contours and describing the image (sections/geographies).
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable

from shapely import from_wkb
from shapely.geometry import MultiPolygon, Polygon

from publication.sheets.couleurs import TEXTE, VIOLET


def carte(contour_2015: Iterable[bytes], contour_2024: Iterable[bytes], largeur: int = 560) -> str:
    """Data URI of a static map: 2024 contours solid and filled, 2015 contours dashed; empty without any contour.

    Contours are WKB in longitude and latitude; the longitude is shrunk by cos(latitude), which is enough at this scale.
    """
    anciens = [g for wkb in contour_2015 for g in _polygones(wkb)]
    nouveaux = [g for wkb in contour_2024 for g in _polygones(wkb)]
    if not anciens and not nouveaux:
        return ""
    ouest, sud, est, nord = MultiPolygon([*anciens, *nouveaux]).bounds
    facteur = math.cos(math.radians((sud + nord) / 2))
    marge = 0.06 * max((est - ouest) * facteur, nord - sud)
    echelle = (largeur - 2 * 12) / max((est - ouest) * facteur + 2 * marge, 1e-9)
    hauteur = min(round((nord - sud + 2 * marge) * echelle) + 24, round(1.1 * largeur))
    echelle = min(echelle, (hauteur - 24) / max(nord - sud + 2 * marge, 1e-9))

    def trace(polygone: Polygon) -> str:
        anneaux = [polygone.exterior, *polygone.interiors]
        return "".join(
            "M"
            + "L".join(
                f"{12 + ((x - ouest) * facteur + marge) * echelle:.1f} {12 + (nord - y + marge) * echelle:.1f}"
                for x, y in anneau.coords
            )
            + "Z"
            for anneau in anneaux
        )

    pleins = "".join(
        f'<path d="{trace(p)}" fill="#EFE8F5" fill-rule="evenodd" stroke="{VIOLET}" stroke-width="3"/>'
        for p in nouveaux
    )
    tirets = "".join(
        f'<path d="{trace(p)}" fill="none" stroke="{TEXTE}" stroke-width="2.2" stroke-dasharray="7 5"/>'
        for p in anciens
    )
    metres = _barre_echelle(echelle, largeur, hauteur)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {largeur} {hauteur}" width="{largeur}" height="{hauteur}">'
        f'<rect width="100%" height="100%" fill="#FFFFFF"/>{pleins}{tirets}{metres}</svg>'
    )
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode("utf-8")).decode("ascii")


def _barre_echelle(echelle: float, largeur: int, hauteur: int) -> str:
    """A round length of 100 m to 2 km, about a quarter of the width (1° of latitude = 111,195 m)."""
    pixels_par_metre = echelle / 111_195
    metres = next((m for m in (2000, 1000, 500, 200, 100) if m * pixels_par_metre <= largeur / 3), 100)
    longueur = metres * pixels_par_metre
    texte = f"{metres // 1000} km" if metres >= 1000 else f"{metres} m"
    x, y = largeur - 16 - longueur, hauteur - 14
    return (
        f'<path d="M{x:.1f} {y - 5}v5h{longueur:.1f}v-5" fill="none" stroke="{TEXTE}" stroke-width="1.5"/>'
        f'<text x="{x + longueur / 2:.1f}" y="{y - 8}" font-family="sans-serif" font-size="13" fill="{TEXTE}" '
        f'text-anchor="middle">{texte}</text>'
    )


def _polygones(wkb: bytes) -> list[Polygon]:
    forme = from_wkb(wkb)
    return [p for p in getattr(forme, "geoms", [forme]) if isinstance(p, Polygon) and not p.is_empty]
