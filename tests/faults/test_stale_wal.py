"""The log of a dead writer beside a warehouse: DuckDB would replay it, no build ever opens such a path (F7).

Belongs here: a `.wal` left by a real process killed with SIGKILL.
Does not belong here: the refusal to publish such a warehouse (tests/unit/test_publication_refusals.py).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from orchestration.dbt_build import construire
from orchestration.settings import DEPOT_DU_CODE

ECRIRE_ET_MOURIR = """
import os, signal, sys, duckdb
connexion = duckdb.connect(sys.argv[1])
connexion.execute("create table t (n integer)")
connexion.execute("checkpoint")
connexion.execute("insert into t values (666)")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.panne("F7", attendu="a build refuses a path with a warehouse or only a log, before dbt is called")
def test_le_journal_d_un_ecrivain_mort_n_est_jamais_rejoue(tmp_path: Path) -> None:
    entrepot = tmp_path / "entrepot.duckdb"
    journal = tmp_path / "entrepot.duckdb.wal"
    fini = subprocess.run([sys.executable, "-c", ECRIRE_ET_MOURIR, str(entrepot)], check=False)
    assert fini.returncode == -9
    assert journal.exists()
    essai = tmp_path / "essai" / "entrepot.duckdb"
    essai.parent.mkdir()
    shutil.copy(entrepot, essai)
    shutil.copy(journal, essai.parent)
    with duckdb.connect(str(essai)) as connexion:
        # What the rule is against: opening is enough.
        assert connexion.execute("select n from t").fetchall() == [(666,)]

    for _ in range(2):
        with pytest.raises(FileExistsError, match="a build opens a fresh path"):
            construire(DEPOT_DU_CODE / "dbt_project", tmp_path, entrepot)
        assert journal.exists()
        entrepot.unlink(missing_ok=True)
    assert sorted(chemin.name for chemin in tmp_path.iterdir()) == ["entrepot.duckdb.wal", "essai"]
