"""A refresh killed half-way, again and again: readers keep what they had, the next run reaches the same release (F1, F24).

Belongs here: `kill -9` while files are read, while models are built, while the release is written.
Does not belong here: a second refresh beside a live one (tests/unit/test_refresh_lock.py).
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from orchestration.journal import Journal
from orchestration.refresh import rafraichir
from orchestration.settings import DEPOT_DU_CODE, Reglages
from publication.checksums import verifier

# The step after whose end the process is killed, and how long after, in seconds.
MOMENTS = [("inventaire", 0.8), ("fiches", 3.0), ("entrepot", 0.2)]


def tuer_apres(etape: str, delai_s: float, donnees: Path, territoire: Path) -> None:
    """Start a refresh and kill it `delai_s` after the end of a step."""
    commande = [sys.executable, "-m", "orchestration.cli", "refresh", "--json", "--source", "demo"]
    commande += ["--data", str(donnees), "--deposit", str(territoire)]
    with subprocess.Popen(commande, cwd=DEPOT_DU_CODE, stdout=subprocess.PIPE, text=True) as processus:
        assert processus.stdout is not None
        for ligne in processus.stdout:
            if json.loads(ligne)["etape"] == etape:
                break
        time.sleep(delai_s)
        processus.kill()
    assert processus.returncode == -9, f"the refresh ended before it was killed after {etape}"


def test_killed_refreshes_leave_nothing_behind(donnees_demo: Path, territoire_demo: Path, tmp_path: Path) -> None:
    donnees = tmp_path / "donnees"
    for etape, delai_s in MOMENTS:
        tuer_apres(etape, delai_s, donnees, territoire_demo)
        assert not (donnees / "releases" / "current").exists()
    # A kill in the middle of one write is too short to aim at: leave what it would leave.
    (donnees / "normalise" / "insee" / ".revenus.parquet.partiel").write_bytes(b"PAR1")
    journal = Journal()
    issue = rafraichir(Reglages(data=donnees, source="demo", depot=territoire_demo), journal=journal)
    assert (issue.code, journal.alertes) == (0, [])
    assert "s'est arrêté sans finir" in journal.phrases[0]
    assert issue.release == (donnees_demo / "releases" / "current").resolve().name
    assert verifier(donnees / "releases" / issue.release) == []
    visibles = {chemin.name for chemin in (donnees / "releases").iterdir() if not chemin.name.startswith(".verrou")}
    assert visibles == {issue.release, "current", "journal.atom"}
    assert len(list((donnees / "entrepot").iterdir())) == 1
    assert not list(donnees.rglob("*.partiel"))
