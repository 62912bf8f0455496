"""The colours of the charts and maps, the same on every output.

Belongs here: tokens whose contrast on white was computed (product rules); lines and symbols always differ too.
Does not belong here: the style of the pages (style.css), the charts (graphiques).
"""

from __future__ import annotations

TEXTE = "#1F1F1F"
VIOLET = "#5B2A86"
GRIS_FONCE = "#595959"
GRIS = "#767676"
RAIL = "#F1EEF5"
BANDE = "#D5D2DA"
MOINS_FAVORABLE = "#8A3B00"
PLUS_FAVORABLE = "#00508C"
