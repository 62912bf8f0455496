"""An optional background under the map of the explorer: square tiles of the Web Mercator grid, none by default.

Belongs here: the setting OBSERVATOIRE_FOND_PLAN, which tiles an image needs and where each one goes, whom to credit.
Does not belong here: the map itself (plan), the header that lets a browser ask another host (deploy/README.md).

The tiles are asked by the reader's browser; one that does not come leaves the white of the page under the contours.
"""

from __future__ import annotations

import math
import os
import re
from urllib.parse import urlsplit

from publication.sheets import balises as b
from publication.sheets.balises import Html
from publication.sheets.projection import Cadre

COTE = 256
ZOOM_MAX = 19
CREDITS = {"data.geopf.fr": "© IGN – Plan IGN"}
_CHAMPS = ("{z}", "{x}", "{y}")
_MODELE = re.compile(r"^(https://[^/\s\"'<>]+)?/(?!/)[^\s\"'<>]*$")


def modele() -> str:
    """The address of a tile with `{z}`, `{x}` and `{y}`; empty without background or when the setting is not one."""
    lu = _regle()
    return lu if _MODELE.match(lu) and all(champ in lu for champ in _CHAMPS) else ""


def mention() -> str:
    """What the page says of its background: who made it and who is asked for it, or that the setting cannot be read."""
    if not _regle():
        return "La carte est dessinée ici : aucun service extérieur n’est appelé."
    if not modele():
        return (
            "Fond de plan absent : OBSERVATOIRE_FOND_PLAN doit être une adresse https:// qui contient {z}, {x} et {y}."
        )
    hote = urlsplit(modele()).hostname
    demande = f" Votre navigateur le demande à {hote}." if hote else ""
    return f"Fond de plan : {CREDITS.get(hote or '', f'tuiles de {hote}' if hote else 'tuiles de ce site')}.{demande} Sans lui, les contours et les lieux restent dessinés."


def _regle() -> str:
    return os.environ.get("OBSERVATOIRE_FOND_PLAN", "").strip()


def tuiles(cadre: Cadre) -> list[tuple[int, int, int]]:
    """(zoom, column, row) of the tiles that cover an image, at the zoom where a tile is nearest to its own size."""
    largeur_du_monde = 360 * cadre.facteur * cadre.echelle
    zoom = min(ZOOM_MAX, max(0, round(math.log2(largeur_du_monde / COTE))))
    ouest, sud, est, nord = cadre.bornes
    colonnes = range(int(_colonne(ouest, zoom)), int(_colonne(est, zoom)) + 1)
    rangees = range(int(_rangee(nord, zoom)), int(_rangee(sud, zoom)) + 1)
    return [(zoom, x, y) for y in rangees for x in colonnes]


def coin(zoom: int, x: int, y: int) -> tuple[float, float]:
    """Longitude and latitude of the north-west corner of a tile."""
    cote = 2**zoom
    return x / cote * 360 - 180, math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / cote))))


def fond(cadre: Cadre) -> Html:
    """The tiles under a map, each one at the place of its own corners; empty without background."""
    adresse = modele()
    if not adresse:
        return Html("")
    return b.balise("span", b.joindre(_image(adresse, tuile, cadre) for tuile in tuiles(cadre)), class_="fond", aria_hidden="true")  # fmt: skip


def _image(adresse: str, tuile: tuple[int, int, int], cadre: Cadre) -> Html:
    zoom, x, y = tuile
    gauche, haut = cadre.projeter(*coin(zoom, x, y))
    droite, bas = cadre.projeter(*coin(zoom, x + 1, y + 1))
    place = (
        f"left:{gauche / cadre.largeur:.3%};top:{haut / cadre.hauteur:.3%};"
        f"width:{(droite - gauche) / cadre.largeur:.3%};height:{(bas - haut) / cadre.hauteur:.3%}"
    )
    for champ, valeur in zip(_CHAMPS, tuile, strict=True):
        adresse = adresse.replace(champ, str(valeur))
    return Html(f'<img src="{b.e(Html(adresse.replace("&", "&amp;")))}" alt="" style="{place}">')


def _colonne(longitude: float, zoom: int) -> float:
    return float((longitude + 180) / 360 * 2**zoom)


def _rangee(latitude: float, zoom: int) -> float:
    return float((1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2 * 2**zoom)
