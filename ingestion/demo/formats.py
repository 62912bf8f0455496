"""Writers of the containers that the publishers use: csv dialects, zip, gzip, Excel 97, shapefile.

Belongs here: bytes that are a function of their arguments only (fixed dates, no user name, no clock), and the ways a number is written.
Does not belong here: any figure, name or column of the fictitious territory.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import struct
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import shapefile
import xlsxwriter
import xlwt

# Separators of thousands: Insee thematic bases, then Filosofi 2018 and 2019.
FINE_INSECABLE = "\u202f"
INSECABLE = "\u00a0"

Point = tuple[float, float]
Anneau = list[Point]
Polygone = list[Anneau]
Surface = list[Polygone]


def nombre(valeur: float | None, decimales: int = 0, milliers: str = "", zero_final: bool = True) -> str:
    """Write a number with a decimal comma.

    Args:
        valeur: None gives an empty cell.
        milliers: separator put every three digits of the whole part.
        zero_final: False drops the trailing zeros of the decimal part (`23,0` → `23`), as some bases do.
    """
    if valeur is None:
        return ""
    texte = f"{valeur:.{decimales}f}"
    if re.fullmatch(r"-0(\.0*)?", texte):
        texte = texte[1:]
    entier, _, decimale = texte.partition(".")
    if not zero_final:
        decimale = decimale.rstrip("0")
    if milliers:
        entier = f"{int(entier):,}".replace(",", milliers) if entier != "-0" else entier
    return f"{entier},{decimale}" if decimale else entier


def dixiemes(valeur: int | None, zero_final: bool = True) -> str:
    """Write a rate kept as a whole number of tenths (exact sums): 235 → `23,5`."""
    return "" if valeur is None else nombre(valeur / 10, 1, zero_final=zero_final)


def _cellule(texte: str, separateur: str) -> str:
    if separateur in texte or '"' in texte:
        return '"' + texte.replace('"', '""') + '"'
    return texte


def csv(
    lignes: Iterable[Sequence[str]],
    *,
    separateur: str = ";",
    bom: bool = False,
    fin: str = "\r\n",
    colonnes_vides: int = 0,
    fin_derniere: bool = True,
) -> bytes:
    """Bytes of a csv file.

    Args:
        lignes: header first; every row has the same length.
        colonnes_vides: nameless columns added at the right of every row.
        fin_derniere: whether the last row ends with a line break.
    """
    suite = separateur * colonnes_vides
    texte = fin.join(separateur.join(_cellule(c, separateur) for c in ligne) + suite for ligne in lignes)
    contenu = (texte + (fin if fin_derniere else "")).encode("utf-8")
    return b"\xef\xbb\xbf" + contenu if bom else contenu


def archive(membres: Mapping[str, bytes], date: tuple[int, int, int]) -> bytes:
    """Zip archive whose members all carry `date` (year, month, day), in the order given."""
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED) as zip_:
        for nom, contenu in membres.items():
            info = zipfile.ZipInfo(nom, (*date, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            zip_.writestr(info, contenu)
    return tampon.getvalue()


def base_decrite(
    nom: str, lignes: Iterable[Sequence[str]], libelles: Mapping[str, str], *, prefixe: str = "data_"
) -> dict[str, bytes]:
    """Two members of an archive of Insee: the base (`data_<nom>.csv`), and the labels of its columns (`meta_<nom>.csv`)."""
    meta = [["COD_VAR", "LIB_VAR", "COD_MOD", "LIB_MOD"], *[[code, texte, "", ""] for code, texte in libelles.items()]]
    return {f"{prefixe}{nom}.csv": csv(lignes, bom=True), f"meta_{nom}.csv": csv(meta, bom=True)}


def gzippe(contenu: bytes) -> bytes:
    """Gzip stream without a date."""
    return gzip.compress(contenu, mtime=0)


def classeur(feuilles: Mapping[str, Sequence[Sequence[str | float | None]]]) -> bytes:
    """Excel 97 workbook: text cells for str, numeric cells for numbers, no cell for None."""
    livre = xlwt.Workbook(encoding="utf-8")
    for nom, lignes in feuilles.items():
        feuille = livre.add_sheet(nom)
        for i, ligne in enumerate(lignes):
            for j, valeur in enumerate(ligne):
                if valeur is not None:
                    feuille.write(i, j, valeur)
    tampon = io.BytesIO()
    livre.save(tampon)
    return tampon.getvalue()


def classeur_xlsx(feuilles: Mapping[str, Sequence[Sequence[str | float | None]]]) -> bytes:
    """Workbook of today (.xlsx): text cells for str, numeric cells for numbers, no cell for None; the same bytes each time."""
    tampon = io.BytesIO()
    livre = xlsxwriter.Workbook(tampon, {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False})
    livre.set_properties({"created": datetime(2024, 1, 1, tzinfo=UTC)})
    for nom, lignes in feuilles.items():
        feuille = livre.add_worksheet(nom)
        for i, ligne in enumerate(lignes):
            for j, valeur in enumerate(ligne):
                if valeur is not None:
                    feuille.write(i, j, valeur)
    livre.close()
    return tampon.getvalue()


def parquet(colonnes: Mapping[str, Sequence[object]], types: Mapping[str, pa.DataType] | None = None) -> bytes:
    """Parquet file, snappy as Opendatasoft and data scientists write it; `types` for columns that are not text."""
    declares = types or {}
    table = pa.table({nom: pa.array(valeurs, declares.get(nom, pa.string())) for nom, valeurs in colonnes.items()})
    tampon = io.BytesIO()
    pq.write_table(table, tampon, compression="snappy")
    return tampon.getvalue()


def geojson(entites: Iterable[tuple[Mapping[str, object], Mapping[str, object] | None]], nom: str) -> bytes:
    """GeoJSON collection in CRS84: properties and geometry of each feature."""
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    features = [{"type": "Feature", "properties": dict(p), "geometry": g} for p, g in entites]
    document = {"type": "FeatureCollection", "name": nom, "crs": crs, "features": features}
    return json.dumps(document, ensure_ascii=False).encode()


def couche(
    nom: str,
    champs: Mapping[str, int],
    enregistrements: Iterable[tuple[Surface, Sequence[str]]],
    prj: str,
    date: tuple[int, int, int],
    *,
    utf8: bool = False,
) -> dict[str, bytes]:
    """Members `.dbf .prj .shp .shx` of a polygon layer, attributes in cp1252 and no `.cpg`, or in UTF-8 as a `.cpg` says.

    Args:
        champs: attribute name → width in characters.
        enregistrements: surface (outer rings clockwise, in the units of `prj`) and its attributes.
        date: written in the header of the table.
    """
    shp, shx, dbf = io.BytesIO(), io.BytesIO(), io.BytesIO()
    encodage = "utf-8" if utf8 else "cp1252"
    with shapefile.Writer(shp=shp, shx=shx, dbf=dbf, shapeType=shapefile.POLYGON, encoding=encodage) as ecrivain:
        for champ, largeur in champs.items():
            ecrivain.field(champ, "C", size=largeur)
        for surface, attributs in enregistrements:
            ecrivain.poly([[list(point) for point in anneau] for polygone in surface for anneau in polygone])
            ecrivain.record(*attributs)
    table = bytearray(dbf.getvalue())
    # The library writes today's date; byte 29 is the language of the table (0x57: Windows, ANSI).
    table[1:4] = struct.pack("3B", date[0] - 1900, date[1], date[2])
    table[29] = 0x00 if utf8 else 0x57
    declare = {f"{nom}.cpg": b"UTF-8"} if utf8 else {}
    return declare | {
        f"{nom}.dbf": bytes(table),
        f"{nom}.prj": prj.encode(),
        f"{nom}.shp": shp.getvalue(),
        f"{nom}.shx": shx.getvalue(),
    }
