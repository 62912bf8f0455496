"""Interactive charts of the pages: the Vega-Lite frame they share.

Belongs here: fonts, French numbers, axis colours, one layer with its rows, the specification of a chart.
Does not belong here: the charts of a sheet (publication.sheets.graphiques), choosing what a page draws (vues).

Specifications are written directly: building the same chart with Altair's objects took 170 ms of CPU, against less than 1 ms.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from publication.sheets.couleurs import GRIS, GRIS_FONCE
from publication.sheets.format_fr import FINE, INSECABLE, MOINS

Specification = dict[str, Any]
POLICE = "Source Sans, Source Sans 3, sans-serif"
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


def couche(lignes: Sequence[Specification], marque: Specification, encodage: Specification) -> Specification:
    """One layer with its rows written in it: no file, no frame, no address; empty without rows."""
    return {"data": {"values": list(lignes)}, "mark": marque, "encoding": encodage} if lignes else {}


def infobulle(champ: str, titre: str) -> Specification:
    """One line of a tooltip: a text field of the rows and its name."""
    return {"field": champ, "type": "nominal", "title": titre}


def specification(couches: Sequence[Specification], hauteur: int) -> Specification:
    """A chart as wide as its container; empty layers are left out."""
    return {"width": "container", "height": hauteur, "layer": [c for c in couches if c], "config": CONFIGURATION}
