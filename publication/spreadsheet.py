"""CSV files that a spreadsheet opens without running anything.

Belongs here: neutralising text cells that a spreadsheet would take for a formula, writing a table as CSV.
Does not belong here: which tables are written as CSV (dictionary).
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pyarrow as pa

# OWASP, "CSV Injection": these first characters make Excel and LibreOffice evaluate the cell.
DEBUTS_DE_FORMULE = ("=", "+", "-", "@", "\t", "\r")


def neutraliser(texte: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would evaluate; any other text is returned as is."""
    return f"'{texte}" if texte.startswith(DEBUTS_DE_FORMULE) else texte


def ecrire_csv(chemin: Path, table: pa.Table) -> None:
    """Write `table` as UTF-8 CSV: comma, dot, `\\n`, empty cell for null; text columns are neutralised, numbers are not."""
    textes = [pa.types.is_string(champ.type) or pa.types.is_large_string(champ.type) for champ in table.schema]
    with chemin.open("w", encoding="utf-8", newline="") as fichier:
        sortie = csv.writer(fichier, lineterminator="\n")
        sortie.writerow(table.column_names)
        for lot in table.to_batches():
            colonnes = [colonne.to_pylist() for colonne in lot.columns]
            for ligne in zip(*colonnes, strict=True):
                sortie.writerow([_cellule(valeur, texte) for valeur, texte in zip(ligne, textes, strict=True)])


def _cellule(valeur: Any, est_texte: bool) -> Any:
    if valeur is None:
        return ""
    return neutraliser(valeur) if est_texte else valeur
