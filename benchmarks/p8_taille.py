"""P8: size of the published tables in Parquet, against the same rows in CSV, plain and compressed by gzip -1.

Belongs here: every table of a release, the three sizes, the two ratios.
Does not belong here: the measure of times and memory (mesure), how a release is written (publication).
"""

from __future__ import annotations

import argparse
import json
import zlib
from pathlib import Path

from benchmarks.mesure import ecrire

OBJECTIFS = {"csv": 0.20, "gzip": 0.60}
LIGNES_PAR_LOT = 200_000


def peser(table: Path) -> dict[str, int]:
    """Bytes of a table as it is published, in CSV and in CSV compressed by gzip -1; and its rows."""
    import polars as pl
    import pyarrow.parquet as pq

    presse = zlib.compressobj(level=1, wbits=31)
    lignes = csv_o = gzip_o = 0
    for lot in pq.ParquetFile(table).iter_batches(LIGNES_PAR_LOT):
        cadre = pl.DataFrame(lot)
        octets = cadre.write_csv(include_header=lignes == 0).encode()
        csv_o += len(octets)
        gzip_o += len(presse.compress(octets))
        lignes += cadre.height
    gzip_o += len(presse.flush())
    return {"lignes": lignes, "parquet_o": table.stat().st_size, "csv_o": csv_o, "gzip_o": gzip_o}


def comparer(release: Path) -> dict[str, object]:
    """Every table of a release, and all of them together.

    Raises:
        ValueError: the release holds no table.
    """
    tables = {t.stem: peser(t) for t in sorted((release / "tables").glob("*.parquet"))}
    if not tables:
        raise ValueError(f"{release}: no table to weigh")
    total = {cle: sum(t[cle] for t in tables.values()) for cle in ("lignes", "parquet_o", "csv_o", "gzip_o")}
    return {
        "objectif": "P8",
        "release": release.name,
        "total": total,
        "rapport_csv": round(total["parquet_o"] / total["csv_o"], 3),
        "rapport_gzip": round(total["parquet_o"] / total["gzip_o"], 3),
        "objectifs": OBJECTIFS,
        "tables": tables,
    }


def main() -> None:
    analyse = argparse.ArgumentParser(description=__doc__)
    analyse.add_argument("release", type=Path, help="folder of a release")
    analyse.add_argument("--source", default="deposit", help="word that ends the name of the result file")
    options = analyse.parse_args()
    resultat = comparer(options.release.resolve())
    chemin = ecrire(f"p8_{options.source}", resultat)
    print(json.dumps({cle: resultat[cle] for cle in ("total", "rapport_csv", "rapport_gzip")}), f"({chemin})")


if __name__ == "__main__":
    main()
