"""Published bytes to one frame of text, whatever the format.

Belongs here: the choice of the reader from the card.
Does not belong here: the readers themselves (read_*), archives (containers), typing and renaming (normalise).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl

from ingestion.catalogue import Lecture
from ingestion.containers import blocs, ouvrir
from ingestion.frames import ErreurLecture, aucune_ligne, seulement
from ingestion.read_csv import lots_csv
from ingestion.read_json import lire_json
from ingestion.read_parquet import lire_parquet
from ingestion.read_sdmx import lire_sdmx
from ingestion.read_shapefile import lire_couche
from ingestion.read_workbook import lire_classeur

__all__ = ["ErreurLecture", "lire", "lots"]

LECTEURS: dict[str, Callable[[bytes, str, Lecture], pl.DataFrame]] = {
    "xls": lire_classeur,
    "json": lire_json,
    "geojson": lire_json,
}
LECTEURS |= {"parquet": lire_parquet, "sdmx": lire_sdmx}


def lire(contenu: bytes | Path, nom: str, lecture: Lecture) -> pl.DataFrame:
    """The whole of a published file (`lots`) in one frame."""
    cadres = list(lots(contenu, nom, lecture))
    return cadres[0] if len(cadres) == 1 else pl.concat(cadres)


def lots(contenu: bytes | Path, nom: str, lecture: Lecture) -> Iterator[pl.DataFrame]:
    """Reads a published file: every column as text under its published name, and `_ligne`.

    A CSV comes in batches of some 8 MB, in its order, and is never held whole; another format in one batch.

    Args:
        contenu: verified bytes of the file, or the file that holds them; an archive is opened by its magic bytes.
        nom: name of the file, for the errors.
        lecture: reading options of the card.
    Returns:
        Columns String in the order of the file, an empty cell being `""`; `_geometrie` (WKT) and `_crs` (`EPSG:…`) for
        contours, `_longitude` and `_latitude` too for points; `_ligne` Int32, the 1-based physical row (CSV: line where the record starts; JSON: rank).
    Raises:
        ErreurLecture: the file is not what the card says.
    """
    if lecture.format == "shapefile":
        yield lire_couche(contenu.read_bytes() if isinstance(contenu, Path) else contenu, nom, lecture)
        return
    cadres = (
        lots_csv(blocs(contenu, nom, lecture.membre), nom, lecture)
        if lecture.format == "csv"
        else iter([LECTEURS[lecture.format](ouvrir(contenu, nom, lecture.membre), nom, lecture)])
    )
    vide = True
    for cadre in cadres:
        gardees = seulement(cadre, nom, lecture)
        if gardees.height:
            vide = False
            yield gardees
    if vide:
        raise aucune_ligne(nom, lecture)
