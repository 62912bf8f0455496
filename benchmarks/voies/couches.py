"""The Parquet files that the models read, as the dbt project declares them.

Belongs here: table of each source → its files.
Does not belong here: how an engine reads them (postgres, spark), what they hold (ingestion).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

SOURCES = Path("models") / "staging" / "sources.yml"
_DONNEES = re.compile(r"\{\{ *env_var\('OBSERVATOIRE_DATA'[^}]*\}\}")


@dataclass(frozen=True)
class TableSource:
    """A table that a model calls `source('<schema>', '<nom>')`; `motif` is the glob of its Parquet files."""

    schema: str
    nom: str
    motif: str


def tables_sources(dbt: Path, donnees: Path) -> list[TableSource]:
    """Every table that the dbt project declares as a source, read in a data folder.

    Raises:
        FileNotFoundError: a table has no file: the data folder was not refreshed.
    """
    declarees = yaml.safe_load((dbt / SOURCES).read_text(encoding="utf-8"))["sources"]
    tables = []
    for source in declarees:
        lieu = _DONNEES.sub(lambda _: str(donnees), source["config"]["meta"]["external_location"])
        tables += [
            TableSource(source["schema"], t["name"], lieu.replace("{name}", t["name"])) for t in source["tables"]
        ]
    for table in tables:
        if not fichiers(table):
            raise FileNotFoundError(f"{table.motif}: no such file; refresh {donnees} first (observatoire refresh)")
    return tables


def fichiers(table: TableSource) -> list[Path]:
    """The Parquet files of a table, in a fixed order."""
    racine = Path(table.motif).anchor
    return sorted(Path(racine).glob(table.motif.removeprefix(racine)))
