"""JSON and GeoJSON documents to text, one row per record.

Belongs here: lists and objects of records, values written as text, GeoJSON geometries as WKT.
Does not belong here: shapefiles (read_shapefile), repairs and projections (spatial), what a cell means (normalise).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import polars as pl

from ingestion.catalogue import Lecture
from ingestion.frames import ErreurLecture, tableau

# Order of the published list of coordinates, and opening word of the text form.
FORMES = {"Point": "POINT", "LineString": "LINESTRING", "Polygon": "POLYGON", "MultiPoint": "MULTIPOINT"}
FORMES |= {"MultiLineString": "MULTILINESTRING", "MultiPolygon": "MULTIPOLYGON"}
WGS84 = "EPSG:4326"


def lire_json(contenu: bytes, nom: str, lecture: Lecture) -> pl.DataFrame:
    """Reads records as text; numbers keep the digits of the file, lists are joined by `,`, null is an empty cell.

    A value that is a list of polygons becomes `_geometrie` (WKT) with `_crs`; the row number is the rank of the record.

    Raises:
        ErreurLecture: not JSON, or no list of records where the card says.
    """
    document = _charger(contenu, nom)
    if lecture.format == "geojson":
        return _cadre(nom, _entites(document, nom))
    enregistrements = document
    if lecture.enregistrements is not None:
        if not isinstance(document, dict) or lecture.enregistrements not in document:
            cles = ", ".join(document) if isinstance(document, dict) else "une liste"
            raise ErreurLecture(
                f"{nom} : clé « {lecture.enregistrements} » attendue, trouvé {cles} ; corriger `enregistrements`."
            )
        enregistrements = document[lecture.enregistrements]
    if lecture.cle_objet is not None and isinstance(enregistrements, dict):
        simples = [cle for cle, objet in enregistrements.items() if not isinstance(objet, dict)]
        if simples:
            raise ErreurLecture(
                f"{nom} : un objet est attendu sous chaque clé, trouvé une valeur simple ou une liste sous « {simples[0]} » ; "
                "vérifier que c'est le bon document."
            )
        enregistrements = [{lecture.cle_objet: cle, **_plat(objet)} for cle, objet in enregistrements.items()]
    if not isinstance(enregistrements, list) or not all(isinstance(e, dict) for e in enregistrements):
        raise ErreurLecture(
            f"{nom} : une liste d'objets est attendue ; donner `enregistrements` (clé de la liste) ou `cle_objet` "
            "(objet dont chaque clé est un enregistrement)."
        )
    if lecture.champs is not None:
        enregistrements = [_champs(e, lecture.champs, nom, rang) for rang, e in enumerate(enregistrements, start=1)]
    return _cadre(nom, [_bien_forme(_en_texte, e, nom, rang) for rang, e in enumerate(enregistrements, start=1)])


def _plat(objet: dict[str, Any]) -> dict[str, Any]:
    """An object of figures, those of an inner object under `groupe.cle`."""
    plat: dict[str, Any] = {}
    for cle, valeur in objet.items():
        if isinstance(valeur, dict):
            plat |= {f"{cle}.{interne}": v for interne, v in valeur.items()}
        else:
            plat[cle] = valeur
    return plat


def _champs(enregistrement: dict[str, Any], chemin: str, nom: str, rang: int) -> dict[str, Any]:
    """The object of fields inside a record of an API."""
    objet: Any = enregistrement
    for cle in chemin.split("."):
        objet = objet.get(cle) if isinstance(objet, dict) else None
    if not isinstance(objet, dict):
        raise ErreurLecture(f"{nom}, enregistrement {rang} : pas de champs sous « {chemin} » ; corriger `champs`.")
    return objet


def wkt(forme: str, coordonnees: Any) -> str:
    """WKT of published coordinates (text or numbers), digits unchanged, third dimension dropped."""
    return f"{FORMES[forme]} {_parentheses([coordonnees] if forme == 'Point' else coordonnees)}"


def _charger(contenu: bytes, nom: str) -> Any:
    try:
        return json.loads(contenu.decode("utf-8-sig"), parse_float=str, parse_int=str, parse_constant=str)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as erreur:
        raise ErreurLecture(
            f"{nom} : document JSON illisible ({erreur}) ; il est tronqué ou ce n'est pas du JSON."
        ) from erreur


def _entites(document: Any, nom: str) -> list[dict[str, str]]:
    """Features of a collection, or the only feature of the document."""
    if not isinstance(document, dict) or document.get("type") not in ("FeatureCollection", "Feature"):
        raise ErreurLecture(f"{nom} : un document GeoJSON (FeatureCollection ou Feature) est attendu.")
    crs = _crs(str(document.get("crs") or ""), nom)
    entites = document.get("features") if document["type"] == "FeatureCollection" else [document]
    if not isinstance(entites, list):
        raise ErreurLecture(f"{nom} : une liste d'entités est attendue sous « features ».")
    return [_bien_forme(_entite, entite, nom, rang) | {"_crs": crs} for rang, entite in enumerate(entites, start=1)]


def _bien_forme(lire: Callable[[Any], dict[str, str]], objet: Any, nom: str, rang: int) -> dict[str, str]:
    """What `lire` makes of an object; one that is not shaped like a record or a geometry is an error with its rank."""
    try:
        return lire(objet)
    except (AttributeError, LookupError, TypeError, RecursionError) as erreur:
        raise ErreurLecture(
            f"{nom}, enregistrement {rang} : objet ou géométrie mal formé ({type(erreur).__name__} : {erreur}) ; "
            "le fichier est abîmé, le télécharger de nouveau."
        ) from erreur


def _entite(entite: dict[str, Any]) -> dict[str, str]:
    ligne = _en_texte(entite.get("properties") or {})
    geometrie = entite.get("geometry")
    if geometrie is not None and geometrie.get("type") not in FORMES:
        raise LookupError(f"géométrie {geometrie.get('type')} inconnue")
    ligne["_geometrie"] = wkt(geometrie["type"], geometrie["coordinates"]) if geometrie else ""
    if geometrie and geometrie["type"] == "Point":
        ligne |= {"_longitude": str(geometrie["coordinates"][0]), "_latitude": str(geometrie["coordinates"][1])}
    return ligne


def _crs(declare: str, nom: str) -> str:
    """`EPSG:4326` unless an old `crs` member names another system."""
    if not declare or "CRS84" in declare or "4326" in declare:
        return WGS84
    if "2154" in declare:
        return "EPSG:2154"
    raise ErreurLecture(f"{nom} : système de coordonnées {declare} inconnu ; attendu CRS84, EPSG:4326 ou EPSG:2154.")


def _en_texte(objet: dict[str, Any]) -> dict[str, str]:
    ligne: dict[str, str] = {}
    for cle, valeur in objet.items():
        if _est_un_multipolygone(valeur):
            ligne |= {"_geometrie": wkt("MultiPolygon", valeur), "_crs": WGS84}
        else:
            ligne[cle] = _texte(valeur)
    return ligne


def _texte(valeur: Any) -> str:
    if valeur is None:
        return ""
    if isinstance(valeur, bool):
        return "true" if valeur else "false"
    if isinstance(valeur, list) and not any(isinstance(v, list | dict) for v in valeur):
        return ",".join(_texte(v) for v in valeur)
    return json.dumps(valeur, ensure_ascii=False) if isinstance(valeur, list | dict) else str(valeur)


def _est_un_multipolygone(valeur: Any) -> bool:
    profondeur = 0
    while isinstance(valeur, list) and valeur:
        profondeur, valeur = profondeur + 1, valeur[0]
    return profondeur == 4


def _parentheses(coordonnees: Any) -> str:
    """The nested lists of a geometry in parentheses; a list of points, the only long one, is written in one go."""
    if not coordonnees:
        return "EMPTY"
    if not isinstance(coordonnees[0][0], list | tuple):
        return "(" + ", ".join([f"{point[0]} {point[1]}" for point in coordonnees]) + ")"
    return "(" + ", ".join(_parentheses(partie) for partie in coordonnees) + ")"


def _cadre(nom: str, lignes: list[dict[str, str]]) -> pl.DataFrame:
    """One column per key met, in the order of first appearance."""
    cles = list(dict.fromkeys(cle for ligne in lignes for cle in ligne))
    donnees = pl.DataFrame(
        [pl.Series(str(i), [ligne.get(cle, "") for ligne in lignes], pl.String) for i, cle in enumerate(cles)]
    )
    return tableau(nom, cles, donnees, pl.int_range(1, len(lignes) + 1, eager=True))
