"""Files of a comparison: CSV, XLSX and Parquet with the rows and the order of the screen.

Belongs here: columns of the files, neutral text cells, the three writers.
Does not belong here: choosing the rows (comparaison), the download buttons (vues.comparer).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import datetime

import polars as pl
import xlsxwriter

from app.comparaison import Ligne

# First characters that a spreadsheet may read as a formula.
FORMULES = ("=", "+", "-", "@", "\t", "\r")
# The same rows give the same workbook.
DATE_CONSTANTE = datetime(2000, 1, 1)


def trame(lignes: Sequence[Ligne], indicateurs: Sequence[str], mention: Callable[[str, str], str]) -> pl.DataFrame:
    """The rows of the screen; `mention` gives the source of a dataset and vintage."""
    colonnes: dict[str, pl.Series] = {
        "code": pl.Series([li.quartier.code_territoire for li in lignes], dtype=pl.String),
        "libelle": pl.Series([li.quartier.libelle for li in lignes], dtype=pl.String),
        "communes": pl.Series([li.communes for li in lignes], dtype=pl.String),
    }
    for i in indicateurs:
        cellules = [li.cellules[i] for li in lignes]
        colonnes |= {
            f"{i}_valeur": pl.Series([c.valeur for c in cellules], dtype=pl.Float64),
            f"{i}_statut": pl.Series([c.statut for c in cellules], dtype=pl.String),
            f"{i}_periode": pl.Series([c.periode for c in cellules], dtype=pl.String),
            f"{i}_cinquieme": pl.Series([c.cinquieme for c in cellules], dtype=pl.Int64),
            f"{i}_reference": pl.Series([c.code_reference or None for c in cellules], dtype=pl.String),
            f"{i}_ecart": pl.Series([c.ecart for c in cellules], dtype=pl.Float64),
            f"{i}_source": pl.Series([mention(c.jeu, c.millesime) for c in cellules], dtype=pl.String),
        }
    return pl.DataFrame(colonnes)


def neutraliser(texte: str) -> str:
    """A text that no spreadsheet reads as a formula."""
    return f"'{texte}" if texte.startswith(FORMULES) else texte


def csv(table: pl.DataFrame) -> bytes:
    """UTF-8, comma between cells, dot in numbers."""
    textes = pl.col(pl.String).map_elements(neutraliser, return_dtype=pl.String)
    return table.with_columns(textes).write_csv().encode("utf-8")


def parquet(table: pl.DataFrame) -> bytes:
    """Typed columns."""
    flux = io.BytesIO()
    table.write_parquet(flux)
    return flux.getvalue()


def xlsx(table: pl.DataFrame) -> bytes:
    """Numbers as numbers, texts as texts, an empty cell for a missing number."""
    flux = io.BytesIO()
    classeur = xlsxwriter.Workbook(flux, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    classeur.set_properties({"created": DATE_CONSTANTE})
    feuille = classeur.add_worksheet("Comparaison")
    for colonne, nom in enumerate(table.columns):
        feuille.write_string(0, colonne, nom)
    for rang, ligne in enumerate(table.iter_rows(), 1):
        for colonne, cellule in enumerate(ligne):
            if isinstance(cellule, str):
                feuille.write_string(rang, colonne, neutraliser(cellule))
            elif cellule is not None:
                feuille.write_number(rang, colonne, cellule)
    classeur.close()
    return flux.getvalue()
