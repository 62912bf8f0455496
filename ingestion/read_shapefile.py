"""One layer of a zipped shapefile to text, geometries as WKT in the published coordinates.

Belongs here: the parts of a layer, the encoding of its attributes, the name of its coordinate system.
Does not belong here: repairs, areas and reprojections (spatial), what an attribute means (normalise).
"""

from __future__ import annotations

import io
import struct

import polars as pl
import shapefile

from ingestion.catalogue import Lecture
from ingestion.containers import extraire, membres
from ingestion.frames import ErreurLecture, tableau
from ingestion.read_json import WGS84, wkt

# Byte 29 of a .dbf names its code page; 0x57 is « Windows ANSI », met in the 2015 contours.
PAGES_DE_CODES = {0x57: "cp1252", 0x03: "cp1252", 0x58: "cp1252"}


def lire_couche(contenu: bytes, nom: str, lecture: Lecture) -> pl.DataFrame:
    """Reads the layer `membre` (name without suffix) of a zip; the row number is the rank of the record.

    Raises:
        ErreurLecture: unknown or incomplete layer, unknown coordinate system, undecodable attribute.
    """
    presents = membres(contenu, nom)
    couches = sorted(n[:-4] for n in presents if n.lower().endswith(".shp"))
    couche = lecture.membre or (couches[0] if len(couches) == 1 else None)
    if couche not in couches:
        raise ErreurLecture(
            f"{nom} : couche « {lecture.membre} » attendue dans l'archive, couches trouvées : {', '.join(couches)}."
        )
    parties = {
        suffixe: extraire(contenu, nom, info)
        for suffixe in ("shp", "shx", "dbf", "prj", "cpg")
        if (info := presents.get(f"{couche}.{suffixe}")) is not None
    }
    manquantes = {"shp", "dbf", "prj"} - parties.keys()
    if manquantes:
        raise ErreurLecture(f"{nom} : la couche {couche} est incomplète, il manque {', '.join(sorted(manquantes))}.")
    return _lire(parties, nom, couche)


def _lire(parties: dict[str, bytes], nom: str, couche: str) -> pl.DataFrame:
    encodage = _encodage(parties)
    flux = {suffixe: io.BytesIO(parties[suffixe]) for suffixe in ("shp", "shx", "dbf") if suffixe in parties}
    try:
        with shapefile.Reader(**flux, encoding=encodage) as lecteur:
            noms = [champ.name for champ in lecteur.fields[1:]]
            enregistrements = [[str(v if v is not None else "").strip() for v in r] for r in lecteur.iterRecords()]
            geometries = [_geometrie(forme) for forme in lecteur.iterShapes()]
    except UnicodeDecodeError as erreur:
        raise ErreurLecture(
            f"{nom} : attributs de la couche {couche} illisibles en {encodage} ({erreur.reason})."
        ) from erreur
    # pyshp answers a damaged table by the error of the line that it reached.
    except (shapefile.ShapefileException, LookupError, ValueError, TypeError, EOFError, struct.error) as erreur:
        raise ErreurLecture(f"{nom} : couche {couche} illisible ({type(erreur).__name__} : {erreur}).") from erreur
    crs = _crs(parties["prj"].decode("ascii", errors="replace"), nom, couche)
    lignes = [[*e, g, crs] for e, g in zip(enregistrements, geometries, strict=True)]
    noms += ["_geometrie", "_crs"]
    donnees = pl.DataFrame(lignes, schema={str(i): pl.String for i in range(len(noms))}, orient="row")
    return tableau(nom, noms, donnees, pl.int_range(1, len(lignes) + 1, eager=True))


def _geometrie(forme: shapefile.Shape) -> str:
    if forme.shapeType == shapefile.NULL:
        return ""
    interface = forme.__geo_interface__
    return wkt(interface["type"], interface["coordinates"])


def _encodage(parties: dict[str, bytes]) -> str:
    """The .cpg when there is one, else the code page byte, else UTF-8 when the bytes allow it."""
    if "cpg" in parties:
        declare = parties["cpg"].decode("ascii", errors="replace").strip().lower()
        return "cp1252" if declare in ("1252", "ansi 1252", "iso-8859-1", "iso 8859-1") else "utf-8"
    return PAGES_DE_CODES.get(parties["dbf"][29], "utf-8")


def _crs(prj: str, nom: str, couche: str) -> str:
    if "Lambert_93" in prj or "Lambert-93" in prj:
        return "EPSG:2154"
    if prj.startswith("GEOGCS") and "WGS_1984" in prj:
        return WGS84
    raise ErreurLecture(f"{nom} : système de coordonnées de la couche {couche} inconnu : {prj[:80]}.")
