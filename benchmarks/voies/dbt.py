"""Run the models of the dbt project on one target.

Belongs here: the command, its variables, the marts it must have built.
Does not belong here: the warehouse of a refresh (orchestration), the tests of the project: DuckDB runs them at each build.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from publication.contract import CLES, TABLES_DE_PUBLICATION

DBT = Path(__file__).resolve().parents[2] / "dbt_project"
SCHEMA = "main"


@dataclass(frozen=True)
class Mart:
    """A mart and the columns that identify its rows."""

    table: str
    cle: tuple[str, ...]


def marts() -> list[Mart]:
    """Every mart of a release, under its name in the warehouse."""
    modeles = {chemin.stem.split("_", 1)[1]: chemin.stem for chemin in (DBT / "models" / "marts").glob("*.sql")}
    return [Mart(modeles[nom], cle) for nom, cle in CLES.items() if nom not in TABLES_DE_PUBLICATION]


def arguments(cible: str, travail: Path) -> list[str]:
    """`dbt run` on a target, its own files under `travail`."""
    options = ["--target", cible, "--project-dir", str(DBT), "--profiles-dir", str(DBT)]
    dossiers = ["--target-path", str(travail / "cible"), "--log-path", str(travail / "journaux")]
    return ["--no-use-colors", "run", *options, *dossiers]


def lancer(cible: str, travail: Path, variables: dict[str, str]) -> float:
    """Build every model in a process of its own.

    Returns:
        seconds of wall time, start of dbt included.
    Raises:
        RuntimeError: a model failed; the message ends with what dbt said.
    """
    debut = time.perf_counter()
    environnement = os.environ | variables | {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    commande = [str(Path(sys.executable).with_name("dbt")), *arguments(cible, travail)]
    fait = subprocess.run(commande, env=environnement, capture_output=True, text=True, check=False)  # noqa: S603
    if fait.returncode:
        raise RuntimeError(
            f"dbt run --target {cible} ended with {fait.returncode}:\n{fait.stdout[-6000:]}{fait.stderr[-2000:]}"
        )
    return time.perf_counter() - debut
