"""Synthetic files with the shapes of the published ones, at any scale: places, and values of many quartiers.

Belongs here: what a row looks like, the seed of each batch, the writing batch by batch.
Does not belong here: what is measured on these files (p*), the demo territory (ingestion.demo), real rows.

A batch depends on its number and on the seed only, so a file is the beginning of any larger one.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np
import polars as pl

GRAINE = 2026
LIGNES_PAR_LOT = 100_000
# One time the published places (schools, France services, post offices, care): 250,000 rows; a hundred times: 25 million.
POINTS_X1 = 250_000
# Metropolitan France, in degrees.
EMPRISE = (-4.7, 42.4, 8.1, 50.9)
NATURES = ("ecole", "college", "pharmacie", "medecin", "poste", "creche", "bibliotheque")
INDICATEURS_PAR_LIGNE = 30
FORMES = ("points", "valeurs")
QPV_X1 = 1_514
VINTAGES = 10


def lots_de_points(lignes: int, graine: int = GRAINE, centres: np.ndarray | None = None) -> Iterator[pl.DataFrame]:
    """Places, `LIGNES_PAR_LOT` at a time, every column as text but the coordinates.

    Args:
        centres: (n, 2) longitudes and latitudes around which half of the places gather; without them, all are spread
            evenly over metropolitan France.
    """
    for premier in range(0, lignes, LIGNES_PAR_LOT):
        yield _points(premier, graine, centres).head(lignes - premier)


def _points(premier: int, graine: int, centres: np.ndarray | None) -> pl.DataFrame:
    hasard = np.random.default_rng([graine, premier // LIGNES_PAR_LOT])
    n = LIGNES_PAR_LOT
    x = hasard.uniform(EMPRISE[0], EMPRISE[2], n)
    y = hasard.uniform(EMPRISE[1], EMPRISE[3], n)
    ici = hasard.integers(0, 1 if centres is None else len(centres), n)
    ecarts = hasard.normal(0.0, 0.02, (n, 2))
    if centres is not None:
        x[::2], y[::2] = (centres[ici] + ecarts)[::2].T
    rangs = np.arange(premier, premier + n)
    communes = hasard.integers(1001, 95999, n)
    return pl.DataFrame(
        {"rang": rangs, "x": x, "y": y, "c": communes, "nature": hasard.integers(0, len(NATURES), n)}
    ).select(
        identifiant=pl.format("E{}", pl.col("rang").cast(pl.String).str.zfill(9)),
        libelle=pl.format("Équipement n° {}, rue des Écoles", "rang"),
        nature=pl.lit(pl.Series(NATURES)).gather("nature"),
        code_commune=pl.col("c").cast(pl.String).str.zfill(5),
        longitude=pl.col("x").round(6),
        latitude=pl.col("y").round(6),
        date_maj=pl.lit("2025-01-01"),
        effectif=(pl.col("rang") * 7919 % 900).cast(pl.String),
    )


def lots_de_valeurs(facteur: int, graine: int = GRAINE) -> Iterator[pl.DataFrame]:
    """Quartiers × vintages × indicators, one vintage of all the quartiers at a time, as the producers write them.

    `facteur` multiplies the vintages. One cell in ten is masked (`s`), one in twenty is empty; decimals have a comma.
    """
    for rang in range(VINTAGES * facteur):
        hasard = np.random.default_rng([graine, 1, rang])
        taille = (QPV_X1, INDICATEURS_PAR_LIGNE)
        nombres, sorts = hasard.uniform(0, 100, taille), hasard.uniform(0, 1, taille)
        colonnes = {
            f"indicateur_{i:02d}": pl.select(
                pl.when(pl.Series(sorts[:, i]) < 0.10)
                .then(pl.lit("s"))
                .when(pl.Series(sorts[:, i]) < 0.15)
                .then(pl.lit(""))
                .otherwise(pl.Series(nombres[:, i]).round(1).cast(pl.String).str.replace(".", ",", literal=True))
            ).to_series()
            for i in range(INDICATEURS_PAR_LIGNE)
        }
        codes = [f"QP{1 + q // 30:03d}{q % 30 + 1:03d}" for q in range(QPV_X1)]
        yield pl.DataFrame({"codgeo": codes, "millesime": [f"{1900 + rang}"] * QPV_X1} | colonnes)


def ecrire(lots: Iterator[pl.DataFrame], chemin: Path) -> int:
    """Write the batches one after the other in a CSV with `;`; returns the number of rows."""
    lignes = 0
    with chemin.open("wb") as flux:
        for lot in lots:
            _ecrire_lot(lot, flux, entete=lignes == 0)
            lignes += lot.height
    return lignes


def _ecrire_lot(lot: pl.DataFrame, flux: IO[bytes], *, entete: bool) -> None:
    lot.write_csv(flux, separator=";", include_header=entete)


def ecrire_points(chemin: Path, lignes: int, donnees: Path | None = None) -> int:
    """Write places in a CSV, half of them around the quartiers of a data folder if there is one; returns the number of rows."""
    centres = centres_des_quartiers(donnees) if donnees else None
    return ecrire(lots_de_points(lignes, centres=centres), chemin)


def ecrire_forme(forme: str, chemin: Path, facteur: int) -> int:
    """Write a CSV of one of `FORMES` at `facteur` times its published size; returns the number of rows."""
    if forme == "valeurs":
        return ecrire(lots_de_valeurs(facteur), chemin)
    return ecrire_points(chemin, POINTS_X1 * facteur)


def centres_des_quartiers(donnees: Path) -> np.ndarray:
    """Longitude and latitude of a point in each quartier of a data folder (`spatial/surfaces.parquet`)."""
    return pl.read_parquet(donnees / "spatial" / "surfaces.parquet", columns=["longitude", "latitude"]).to_numpy()


def main() -> None:
    analyse = argparse.ArgumentParser(description=__doc__)
    analyse.add_argument("forme", choices=FORMES)
    analyse.add_argument("chemin", type=Path)
    analyse.add_argument("--facteur", type=int, default=1, help="1, 10, 100 times the published shapes")
    analyse.add_argument("--lignes", type=int, help="rows of places, instead of a factor")
    analyse.add_argument("--donnees", type=Path, help="data folder whose quartiers attract half of the places")
    options = analyse.parse_args()
    if options.forme == "points" and (options.lignes or options.donnees):
        lignes = ecrire_points(options.chemin, options.lignes or POINTS_X1 * options.facteur, options.donnees)
    else:
        lignes = ecrire_forme(options.forme, options.chemin, options.facteur)
    print(f"{lignes} rows, {options.chemin.stat().st_size} bytes ({options.chemin})")


if __name__ == "__main__":
    main()
