"""Reading the typed layers of the deposit in the tests of this folder.

Belongs here: cells, rows and quarantine of a dataset or of one of its files.
Does not belong here: expected values (the tests), the release (conftest).
"""

from __future__ import annotations

from pathlib import Path

import polars as pl


def couche(donnees: Path, jeu: str, nature: str, fichier: str | None = None) -> pl.DataFrame:
    """The frame `cellules`, `lignes` or `quarantaine` of a dataset, all vintages, or of one file."""
    chemins = sorted((donnees / "normalise" / jeu.replace(".", "/")).glob(f"*/{fichier or '*'}.{nature}.parquet"))
    assert chemins, f"nothing was read for {jeu} {fichier or ''}"
    return pl.concat(pl.read_parquet(chemin) for chemin in chemins)


def cellules(donnees: Path, jeu: str, variable: str, fichier: str | None = None) -> pl.DataFrame:
    """The cells of one variable."""
    return couche(donnees, jeu, "cellules", fichier).filter(pl.col("variable") == variable)


def sorts(donnees: Path, jeu: str, fichier: str | None = None) -> dict[str, int]:
    """Fate → number of rows."""
    return dict(couche(donnees, jeu, "lignes", fichier).group_by("sort").len().iter_rows())
