"""Every recipe of docs/donnees.md is run against the routes of the application, and gives what the release holds.

Belongs here: the code blocks of that page, as a reader would paste them.
Does not belong here: the routes themselves (test_routes_publiques).
"""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import uvicorn
from starlette.applications import Starlette

from app.routes import ROUTES

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "donnees.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.M | re.S)
R = re.findall(r"^```r\n(.*?)^```", PAGE, flags=re.M | re.S)


@pytest.fixture
def site(donnees_demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("OBSERVATOIRE_DATA", str(donnees_demo))
    monkeypatch.chdir(tmp_path)
    serveur = uvicorn.Server(uvicorn.Config(Starlette(routes=ROUTES), port=0, log_level="error"))
    fil = threading.Thread(target=serveur.run, daemon=True)
    fil.start()
    while not serveur.started:
        assert fil.is_alive()
        time.sleep(0.02)
    yield f"http://127.0.0.1:{serveur.servers[0].sockets[0].getsockname()[1]}"
    serveur.should_exit = True
    fil.join(10)


def test_the_page_has_its_recipes() -> None:
    assert (len(PYTHON), len(R)) == (3, 1)


@pytest.mark.parametrize("recette", PYTHON, ids=["polars", "pandas", "duckdb"])
def test_a_python_recipe(site: str, recette: str, donnees_demo: Path) -> None:
    if "import pandas" in recette:
        pytest.importorskip("pandas")
    variables: dict[str, Any] = {}
    exec(recette.replace("http://127.0.0.1:8501", site), variables)  # noqa: S102 our own page
    table = donnees_demo / "releases" / "current" / "tables" / "valeurs.parquet"
    attendu = duckdb.execute(
        "select periode, valeur, statut from read_parquet(?) where code_territoire = 'QP961001' "
        "and indicateur = 'taux_emploi_15_64' order by periode",
        [str(table)],
    ).fetchall()
    assert len(attendu) > 1
    assert variables["resultat"] == attendu


def test_the_r_recipe(site: str, donnees_demo: Path) -> None:
    assert shutil.which("Rscript"), "R runs its recipe: `make r` installs it on Debian and Ubuntu"
    code = R[0].replace("http://127.0.0.1:8501", site)
    sortie = subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, check=True)
    with (donnees_demo / "releases" / "current" / "dictionnaire.csv").open(encoding="utf-8-sig", newline="") as fichier:
        assert int(sortie.stdout) == len(list(csv.reader(fichier))) - 1
