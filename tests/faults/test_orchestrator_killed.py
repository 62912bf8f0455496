"""A run of Dagster killed while dbt builds: no process lives on, the run is ended, the next run recovers (F24).

Belongs here: the real process of a run, on the demo territory, with the shipped instance.
Does not belong here: kills of the command line (test_kill_refresh.py), what the sensor decides (integration/test_nouveautes.py).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import dagster as dg
import pytest
from campagne_arrets import DELAI_ORPHELINS_S, Banc, conforme, constater, reprendre

from orchestration import automation
from orchestration.definitions import build_defs
from orchestration.settings import DEPOT_DU_CODE, Reglages

COMMANDE = [sys.executable, "-m", "dagster", "job", "execute", "-m", "orchestration.definitions", "-j", "refresh"]
SECONDES = 900


def enfants(pid: int) -> list[int]:
    """Every process below another one, now."""
    trouves = []
    for liste in Path(f"/proc/{pid}/task").glob("*/children"):
        for fils in map(int, liste.read_text().split()):
            trouves += [fils, *enfants(fils)]
    return trouves


@pytest.mark.timeout(2 * SECONDES)
@pytest.mark.panne(
    "F24", attendu="a Dagster run killed while dbt builds: no orphan, marked failed, the next run recovers"
)
def test_un_run_tue_pendant_la_construction(
    donnees_demo: Path, territoire_demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    banc = Banc.monter("demo", territoire_demo, donnees_demo, tmp_path / "depart")
    donnees, instance = banc.neuf(tmp_path / "donnees"), tmp_path / "dagster"
    instance.mkdir()
    shutil.copy(DEPOT_DU_CODE / "deploy" / "dagster.yaml", instance)
    reglages = {"DATA": str(donnees), "SOURCE": "demo", "DEPOT": str(territoire_demo), "SANS_FICHES": "true"}
    env = os.environ | {f"OBSERVATOIRE_{nom}": valeur for nom, valeur in reglages.items()}
    env["DAGSTER_HOME"] = str(instance)
    with (tmp_path / "run.txt").open("wb") as sortie:
        run = subprocess.Popen(COMMANDE, cwd=DEPOT_DU_CODE, env=env, stdout=sortie, stderr=sortie)
    limite = time.monotonic() + SECONDES
    while not list((donnees / "entrepot").glob("*/entrepot.duckdb")):
        assert run.poll() is None, (tmp_path / "run.txt").read_text(encoding="utf-8")[-3000:]
        assert time.monotonic() < limite, "the run never began to build"
        time.sleep(0.2)
    descendants = enfants(run.pid)
    run.kill()
    assert run.wait() == -9
    constater(banc, donnees)
    limite = time.monotonic() + DELAI_ORPHELINS_S
    while (vivants := [pid for pid in descendants if Path(f"/proc/{pid}").exists()]) and time.monotonic() < limite:
        time.sleep(0.2)
    assert vivants == []

    with dg.DagsterInstance.from_config(str(instance)) as dagster:
        (mort,) = dagster.get_runs()
        assert mort.status == dg.DagsterRunStatus.STARTED, "nobody could say that it died"
        monkeypatch.setattr(automation, "SURSIS_S", -1.0)
        definitions = build_defs(Reglages(data=donnees, source="demo", depot=territoire_demo, sans_fiches=True))
        capteur = definitions.resolve_sensor_def("runs_morts")
        soupcon = capteur.evaluate_tick(dg.build_sensor_context(instance=dagster))
        capteur.evaluate_tick(dg.build_sensor_context(instance=dagster, cursor=soupcon.cursor))
        assert [run.status for run in dagster.get_runs()] == [dg.DagsterRunStatus.FAILURE]
    reprendre(banc, donnees)
    conforme(banc, donnees)
