"""Parquet files to text, one row per record.

Belongs here: numbers written as text without a loss, points in well-known binary as longitude and latitude.
Does not belong here: the checks of the bytes (verify), names of columns (frames), what a cell means (normalise).
"""

from __future__ import annotations

import io

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from ingestion.catalogue import Lecture
from ingestion.frames import ErreurLecture, aucune_ligne, exiger_filtre, tableau


def lire_parquet(contenu: bytes, nom: str, lecture: Lecture) -> pl.DataFrame:
    """Reads every column as text: a whole number has no `.0`, null is an empty cell.

    A binary column is taken for geometries (WKB, degrees): it becomes `_geometrie` (WKT) and, for points,
    `_longitude` and `_latitude`. The row number is the rank of the record in the file, whatever the rows left out by
    `Lecture.seulement`: those never leave their batch, so that a file of millions of rows is never held whole as text.

    Raises:
        ErreurLecture: not Parquet, or a binary column that holds no geometry.
    """
    try:
        table, rangs = _lire(contenu, nom, lecture)
    except (pa.ArrowException, OSError) as erreur:
        raise ErreurLecture(f"{nom} : fichier Parquet illisible ({erreur}) ; le télécharger de nouveau.") from erreur
    colonnes: dict[str, pl.Series] = {}
    for champ, valeurs in zip(table.schema, table.columns, strict=True):
        if _est_binaire(champ.type):
            colonnes |= _geometries(nom, champ.name, valeurs)
        else:
            colonnes[champ.name] = _texte(pl.Series(champ.name, _sans_extension(valeurs)))
    donnees = pl.DataFrame([serie.alias(str(i)) for i, serie in enumerate(colonnes.values())])
    return tableau(nom, list(colonnes), donnees, rangs)


def _lire(contenu: bytes, nom: str, lecture: Lecture) -> tuple[pa.Table, pl.Series]:
    """The records that are read and their 1-based ranks."""
    if not lecture.seulement:
        table = pq.read_table(io.BytesIO(contenu))
        return table, pl.int_range(1, table.num_rows + 1, eager=True)
    fichier = pq.ParquetFile(io.BytesIO(contenu))
    exiger_filtre(nom, fichier.schema_arrow.names, lecture)
    lots, rangs, premier = [], [], 1
    for lot in fichier.iter_batches():
        cadre = pl.DataFrame(
            {c: _texte(pl.Series(_sans_extension(pa.chunked_array([lot[c]])))) for c in lecture.seulement}
        )
        masque = cadre.select(
            pl.any_horizontal(pl.col(c).str.contains(motif) for c, motif in lecture.seulement.items())
        ).to_series()
        lots.append(lot.filter(masque.to_arrow()))
        rangs.append(masque.arg_true() + premier)
        premier += lot.num_rows
    if not any(len(lot) for lot in rangs):
        raise aucune_ligne(nom, lecture)
    return pa.Table.from_batches(lots, fichier.schema_arrow), pl.concat(rangs)


def _sans_extension(valeurs: pa.ChunkedArray) -> pa.ChunkedArray:
    if isinstance(valeurs.type, pa.BaseExtensionType):
        return pa.chunked_array([morceau.storage for morceau in valeurs.chunks], type=valeurs.type.storage_type)
    return valeurs


def _est_binaire(type_: pa.DataType) -> bool:
    stockage = type_.storage_type if isinstance(type_, pa.BaseExtensionType) else type_
    return bool(pa.types.is_binary(stockage) or pa.types.is_large_binary(stockage))


def _texte(valeurs: pl.Series) -> pl.Series:
    if valeurs.dtype.is_float():
        entieres = valeurs.is_finite() & (valeurs == valeurs.round()) & (valeurs.abs() < 1e15)
        textes = valeurs.cast(pl.String)
        return pl.select(
            pl.when(entieres).then(textes.str.strip_suffix(".0")).otherwise(textes).fill_null("")
        ).to_series()
    if valeurs.dtype == pl.Boolean:
        return valeurs.cast(pl.String).str.to_lowercase().fill_null("")
    if valeurs.dtype == pl.List:
        return valeurs.list.eval(pl.element().cast(pl.String)).list.join(",").fill_null("")
    return valeurs.cast(pl.String).fill_null("")


def _geometries(nom: str, colonne: str, valeurs: pa.ChunkedArray) -> dict[str, pl.Series]:
    octets = _sans_extension(valeurs).to_pylist()
    try:
        formes = shapely.from_wkb(octets)
    except (shapely.errors.GEOSException, TypeError) as erreur:
        raise ErreurLecture(
            f"{nom} : la colonne binaire « {colonne} » ne contient pas des géométries WKB ({erreur})."
        ) from erreur
    textes = [forme.wkt if forme is not None else "" for forme in formes]
    points = [forme if forme is not None and forme.geom_type == "Point" else None for forme in formes]
    coordonnees = {
        nom_axe: pl.Series([str(getattr(p, axe)) if p is not None and not p.is_empty else "" for p in points])
        for nom_axe, axe in (("_longitude", "x"), ("_latitude", "y"))
    }
    return {"_geometrie": pl.Series(textes), "_crs": pl.Series(["EPSG:4326"] * len(textes)), **coordonnees}
