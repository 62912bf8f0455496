"""Acceptance of the whole line on the published files: unchanged, drifted, and with a vintage more or less.

Belongs here: a refresh of the deposit from end to end, its exit code, its sentences, the rows it changes.
Does not belong here: figures (the other tests of this folder), the same on the demo territory (tests/integration).
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from scenes import compter, copier_donnees, lignes_en_plus, renommer_colonne, retirer_millesime

from orchestration.journal import Journal
from orchestration.refresh import Issue, rafraichir
from orchestration.settings import DEPOT_DU_CODE, Reglages

pytestmark = pytest.mark.depot

# The file whose header drifts, and the vintage that leaves and comes back: no other vintage carries its cells.
DERIVE = ("insee.qpv_revenus", "insee/qpv_revenus/REVN_2022.csv", "TP60", "TP60_BIS")
RETIRE = ("insee.qpv_filosofi", "2021")


@dataclass
class Essai:
    """One refresh: its outcome, what it said, the release readers get."""

    issue: Issue
    alertes: list[str]
    release: Path


def rafraichir_depot(donnees: Path, depot: Path, catalogue: Path = DEPOT_DU_CODE / "catalogue") -> Essai:
    journal = Journal()
    issue = rafraichir(
        Reglages(data=donnees, source="deposit", depot=depot, catalogue=catalogue, sans_fiches=True), journal=journal
    )
    return Essai(issue, journal.alertes, (donnees / "releases" / "current").resolve())


@pytest.fixture(scope="module")
def depot_derive(depot: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the deposit in which one column of one file has another name."""
    copie = tmp_path_factory.mktemp("derive") / "depot"
    shutil.copytree(depot, copie)
    renommer_colonne(copie / DERIVE[1], DERIVE[2], DERIVE[3])
    return copie


@pytest.fixture(scope="module")
def essais(
    donnees_depot: Path, depot: Path, depot_derive: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Essai]:
    """From the release of the deposit: a column drifts while a vintage is taken out, then both come back."""
    dossier = tmp_path_factory.mktemp("essais")
    donnees = copier_donnees(donnees_depot, dossier / "donnees")
    catalogue = retirer_millesime(DEPOT_DU_CODE / "catalogue", dossier / "catalogue", *RETIRE)
    return {
        "derive": rafraichir_depot(donnees, depot_derive, catalogue),
        "retour": rafraichir_depot(donnees, depot),
    }


def test_nothing_changed_costs_little_and_rewrites_nothing(donnees_depot: Path, depot: Path) -> None:
    """P1: 3 s of CPU at most; it measures about 0.5 s."""
    release = (donnees_depot / "releases" / "current").resolve()
    avant = {chemin: chemin.stat().st_mtime_ns for chemin in release.rglob("*")}
    debut = resource.getrusage(resource.RUSAGE_CHILDREN)
    commande = [sys.executable, "-m", "orchestration.cli", "refresh", "--source", "deposit"]
    commande += ["--deposit", str(depot), "--data", str(donnees_depot), "--sans-fiches"]
    sortie = subprocess.run(commande, capture_output=True, text=True, cwd=DEPOT_DU_CODE, check=False, env=os.environ)
    fin = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert sortie.returncode == 0, sortie.stderr
    assert release.name in sortie.stdout
    assert (donnees_depot / "releases" / "current").resolve() == release
    assert {chemin: chemin.stat().st_mtime_ns for chemin in release.rglob("*")} == avant
    assert fin.ru_utime + fin.ru_stime - debut.ru_utime - debut.ru_stime <= 3.0


def test_a_renamed_column_keeps_the_earlier_snapshot_and_exits_with_3(
    essais: dict[str, Essai], donnees_depot: Path
) -> None:
    essai = essais["derive"]
    assert essai.issue.code == 3
    phrase = next(phrase for phrase in essai.alertes if "REVN_2022.csv" in phrase)
    assert DERIVE[0] in phrase
    assert DERIVE[2] in phrase
    assert DERIVE[3] in phrase
    avant = (donnees_depot / "releases" / "current").resolve()
    condition = f"jeu = '{DERIVE[0]}'"
    assert compter(essai.release, "valeurs", condition) == compter(avant, "valeurs", condition) > 0
    en_echec = "statut = 'en_echec'"
    assert compter(essai.release, "sources", en_echec) == 1
    assert compter(essai.release, "sources", f"{en_echec} and jeu = '{DERIVE[0]}' and millesime = '2022'") == 1


def test_a_vintage_taken_out_takes_exactly_its_rows(essais: dict[str, Essai], donnees_depot: Path) -> None:
    avant, sans = (donnees_depot / "releases" / "current").resolve(), essais["derive"].release
    jeu, millesime = RETIRE
    attendues = compter(avant, "valeurs", f"jeu = '{jeu}' and millesime = '{millesime}'")
    retirees = lignes_en_plus(avant, sans, "valeurs")
    assert len(retirees) == attendues > 0
    assert all(jeu in ligne and millesime in ligne for ligne in retirees)
    assert lignes_en_plus(sans, avant, "valeurs") == []
    assert compter(sans, "sources", f"jeu = '{jeu}' and millesime = '{millesime}'") == 0


def test_putting_both_back_gives_the_same_release(essais: dict[str, Essai], donnees_depot: Path) -> None:
    """Same content, same identifier: exactly the vintage's rows were added, and nothing else changed."""
    retour = essais["retour"]
    assert (retour.issue.code, retour.alertes) == (0, [])
    assert retour.release.name == (donnees_depot / "releases" / "current").resolve().name


def test_a_renamed_column_without_a_snapshot_releases_nothing(depot_derive: Path, tmp_path: Path) -> None:
    essai = rafraichir_depot(tmp_path / "donnees", depot_derive)
    assert (essai.issue.code, essai.issue.release) == (1, None)
    phrase = next(phrase for phrase in essai.alertes if "REVN_2022.csv" in phrase)
    assert DERIVE[2] in phrase
    assert DERIVE[3] in phrase
    assert not (tmp_path / "donnees" / "releases").exists()
