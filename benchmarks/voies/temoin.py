"""The marts as DuckDB builds them: what the other engines are compared with.

Belongs here: a fresh warehouse from the files, its marts as Parquet.
Does not belong here: the comparison (comparaison).
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from benchmarks.voies.dbt import SCHEMA, lancer, marts


def construire(donnees: Path, travail: Path) -> tuple[Path, float]:
    """Build the models on DuckDB.

    Returns:
        the folder of the marts, one `<table>.parquet` each; seconds that dbt took.
    """
    entrepot = travail / "entrepot.duckdb"
    secondes = lancer("duckdb", travail, {"OBSERVATOIRE_DATA": str(donnees), "OBSERVATOIRE_ENTREPOT": str(entrepot)})
    sortie = travail / "marts"
    sortie.mkdir()
    with duckdb.connect(str(entrepot), read_only=True) as connexion:
        for mart in marts():
            connexion.execute(f"copy {SCHEMA}.{mart.table} to '{sortie / mart.table}.parquet' (format parquet)")
    return sortie, secondes
