"""Published bytes to one frame of text, whatever the format.

Belongs here: the choice of the reader from the card.
Does not belong here: the readers themselves (read_*), archives (containers), typing and renaming (normalise).
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from ingestion.catalogue import Lecture
from ingestion.containers import ouvrir
from ingestion.frames import ErreurLecture, seulement
from ingestion.read_csv import lire_csv
from ingestion.read_json import lire_json
from ingestion.read_parquet import lire_parquet
from ingestion.read_sdmx import lire_sdmx
from ingestion.read_shapefile import lire_couche
from ingestion.read_workbook import lire_classeur

__all__ = ["ErreurLecture", "lire"]

LECTEURS: dict[str, Callable[[bytes, str, Lecture], pl.DataFrame]] = {
    "csv": lire_csv,
    "xls": lire_classeur,
    "json": lire_json,
    "geojson": lire_json,
}
LECTEURS |= {"parquet": lire_parquet, "sdmx": lire_sdmx}


def lire(contenu: bytes, nom: str, lecture: Lecture) -> pl.DataFrame:
    """Reads a published file: every column as text under its published name, and `_ligne`.

    Args:
        contenu: verified bytes of the file, archive included (opened by its magic bytes).
        nom: name of the file, for the errors.
        lecture: reading options of the card.
    Returns:
        Columns String in the order of the file, an empty cell being `""`; `_geometrie` (WKT) and `_crs` (`EPSG:…`) for
        contours, `_longitude` and `_latitude` too for points; `_ligne` Int32, the 1-based physical row (CSV: line where the record starts; JSON: rank).
    Raises:
        ErreurLecture: the file is not what the card says.
    """
    if lecture.format == "shapefile":
        return lire_couche(contenu, nom, lecture)
    lues = LECTEURS[lecture.format](ouvrir(contenu, nom, lecture.membre), nom, lecture)
    return seulement(lues, nom, lecture)
