"""Contours of the quartiers → `geo/contours_<zonage>.geojson` and `.parquet`.

Belongs here: rounding, orientation and labels of the published contours, in GeoJSON (RFC 7946) and GeoParquet.
Does not belong here: reading and repairing the published shapes (ingestion.spatial), drawing maps (app).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from publication.contract import MENTION_DEMO, ErreurPublication
from publication.extracts import TableExtraite
from publication.parquet import ecrire_parquet

ZONAGES = ("2015", "2024")
# 5 decimals: 1.1 m in latitude, finer than the 10 m at which distances are shown.
DECIMALES = 5
CLE = ("code_territoire",)
SCHEMA = pa.schema(
    [
        pa.field("code_territoire", pa.string()),
        pa.field("zonage", pa.string()),
        pa.field("libelle", pa.string()),
        pa.field("wkb", pa.binary()),
    ]
)
# column → (unit, definition, published name), for the dictionary
DEFINITIONS = {
    "code_territoire": ("", "Code officiel du quartier prioritaire.", ""),
    "zonage": ("", "Zonage du quartier : 2015 ou 2024.", ""),
    "libelle": ("", "Nom du quartier ; vide quand aucun fichier ne le donne pour ce code.", ""),
    "wkb": ("degrés (WGS 84)", "Contour en WKB, longitude puis latitude, arrondi à 5 décimales.", ""),
}


def ecrire_contours(donnees: Path, dossier: Path, *, est_demo: bool) -> dict[str, TableExtraite]:
    """Write both zonings to `dossier/geo/`, labelled from `dossier/tables/territoires.parquet`.

    Args:
        donnees: the data folder, which holds `spatial/contours_<zonage>.parquet` (code_territoire, wkb in WGS 84, jeu).
    Returns:
        `contours_2015` and `contours_2024` → the Parquet file written.
    Raises:
        ErreurPublication: a file is absent, a code appears twice, or a contour vanishes when rounded.
    """
    (dossier / "geo").mkdir(parents=True, exist_ok=True)
    resultat = {}
    for zonage in ZONAGES:
        source = donnees / "spatial" / f"contours_{zonage}.parquet"
        if not source.is_file():
            raise ErreurPublication(
                f"Contours du zonage {zonage} absents : {source} ; relancez l'ingestion des contours."
            )
        contours = pq.read_table(source, columns=["code_territoire", "wkb", "jeu"]).sort_by("code_territoire")
        libelles = _libelles(dossier, zonage)
        codes = contours["code_territoire"].to_pylist()
        formes = _arrondir(shapely.from_wkb(contours["wkb"].to_numpy(zero_copy_only=False)), codes, source)
        nom = f"contours_{zonage}"
        table = pa.table(
            {
                "code_territoire": codes,
                "zonage": [zonage] * len(codes),
                "libelle": [libelles.get(code) for code in codes],
                "wkb": list(shapely.to_wkb(formes, byte_order=1)),
            },
            schema=SCHEMA,
        )
        chemin = f"geo/{nom}.parquet"
        geo = {"geo": json.dumps(_geoparquet(formes), sort_keys=True)}
        ecrire_parquet(dossier / chemin, table.to_batches(), SCHEMA, CLE, est_demo=est_demo, metadonnees=geo)
        mentions = _mentions(dossier, sorted(set(contours["jeu"].to_pylist())))
        _ecrire_geojson(dossier / "geo" / f"{nom}.geojson", table, formes, mentions, est_demo)
        resultat[nom] = TableExtraite(nom, chemin, SCHEMA, CLE, len(codes))
    return resultat


def _arrondir(formes: Any, codes: list[str], source: Path) -> Any:
    """Snap to the grid without making a ring cross itself, then outer rings counter-clockwise (RFC 7946 §3.1.6)."""
    grille = shapely.set_precision(formes, 10.0**-DECIMALES)
    vides = [
        code for code, vide in zip(codes, shapely.is_empty(grille) | shapely.is_missing(grille), strict=True) if vide
    ]
    if vides:
        raise ErreurPublication(
            f"{source} : contour vide ou plus petit qu'un mètre pour {', '.join(vides[:5])} ({len(vides)} au total) ; "
            "vérifiez la projection du fichier publié."
        )
    exacte = shapely.transform(grille, lambda points: np.round(points, DECIMALES) + 0.0)
    return shapely.orient_polygons(exacte, exterior_cw=False)


def _libelles(dossier: Path, zonage: str) -> dict[str, str]:
    filtre = [("niveau", "=", "qpv"), ("zonage", "=", zonage)]
    lignes = pq.read_table(
        dossier / "tables" / "territoires.parquet", columns=["code_territoire", "libelle"], filters=filtre
    )
    return dict(zip(lignes["code_territoire"].to_pylist(), lignes["libelle"].to_pylist(), strict=True))


def _mentions(dossier: Path, jeux: list[str]) -> list[str]:
    lignes = pq.read_table(
        dossier / "tables" / "sources.parquet", columns=["mention"], filters=[("jeu", "in", jeux or [""])]
    )
    return sorted({mention for mention in lignes["mention"].to_pylist() if mention})


def _geoparquet(formes: Any) -> dict[str, Any]:
    """Metadata by which GIS software finds the geometry (GeoParquet 1.1; CRS left out means longitude/latitude WGS 84)."""
    types = sorted(set(shapely.get_type_id(formes).tolist()))
    noms = {3: "Polygon", 6: "MultiPolygon"}
    colonne = {
        "encoding": "WKB",
        "geometry_types": [noms[t] for t in types if t in noms],
        "orientation": "counterclockwise",
    }
    return {"version": "1.1.0", "primary_column": "wkb", "columns": {"wkb": colonne}}


def _ecrire_geojson(chemin: Path, table: pa.Table, formes: Any, mentions: list[str], est_demo: bool) -> None:
    """One feature per line, so that two releases compare line by line."""
    entete: dict[str, Any] = {"type": "FeatureCollection", "name": chemin.stem, "mentions": mentions}
    if est_demo:
        entete["avertissement"] = MENTION_DEMO
    debut = json.dumps(entete, ensure_ascii=False, separators=(",", ":"))
    with chemin.open("w", encoding="utf-8", newline="\n") as fichier:
        fichier.write(debut[:-1] + ',"features":[')
        for rang, (ligne, forme) in enumerate(zip(table.drop_columns(["wkb"]).to_pylist(), formes, strict=True)):
            objet = {
                "type": "Feature",
                "id": ligne["code_territoire"],
                "properties": ligne,
                "geometry": shapely.geometry.mapping(forme),
            }
            fichier.write(("," if rang else "") + "\n" + json.dumps(objet, ensure_ascii=False, separators=(",", ":")))
        fichier.write("\n]}\n")
