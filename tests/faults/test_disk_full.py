"""A real small file system that fills up: nothing is published, one sentence, room made, and the next run goes on (F3).

Belongs here: a refresh whose disk is full when it takes its lock, while it reads, builds, publishes.
Does not belong here: the log alone on a full disk (tests/unit/test_run_log.py), the words of DuckDB (test_refresh_outcomes.py).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from campagne_arrets import Banc, conforme, reprendre

from orchestration.settings import DEPOT_DU_CODE
from publication.checksums import empreintes
from publication.shelf import courante

# What a refresh starts from besides the last good release, so that it reaches the warehouse soon.
LUS = ("archive", "raw", "normalise", "spatial", "catalogue", "qualite", "verrou.yml")
MO = 1_000_000


class Disque:
    """A file system of its own, in memory, whose free room is chosen."""

    def __init__(self, racine: Path) -> None:
        self.racine = racine

    def laisser(self, libre: int) -> None:
        """Leave so many bytes free."""
        etat = os.statvfs(self.racine)
        taille = (etat.f_blocks - etat.f_bfree) * etat.f_frsize + libre
        subprocess.run(["mount", "-o", f"remount,size={taille}", str(self.racine)], check=True)

    @property
    def libre(self) -> int:
        etat = os.statvfs(self.racine)
        return etat.f_bavail * etat.f_frsize


@pytest.fixture
def disque(tmp_path: Path) -> Iterator[Disque]:
    racine = tmp_path / "disque"
    racine.mkdir()
    monte = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300m", "tmpfs", str(racine)], capture_output=True, text=True, check=False
    )
    if monte.returncode:
        pytest.skip(f"A FULL DISK WAS NOT TRIED: this account cannot mount a file system ({monte.stderr.strip()})")
    try:
        yield Disque(racine)
    finally:
        subprocess.run(["umount", "--lazy", str(racine)], check=True)


@pytest.mark.panne(
    "F3",
    attendu="tmpfs full at the lock, the reading, the building, the publication: a sentence, last good, room freed, the next run releases",
)
def test_a_disk_that_fills_up_anywhere_in_a_refresh(
    donnees_demo: Path,
    territoire_demo: Path,
    tmp_path: Path,
    disque: Disque,
    record_property: Callable[[str, object], None],
) -> None:
    banc = Banc.monter("demo", territoire_demo, donnees_demo, tmp_path / "depart")
    donnees = disque.racine / "donnees"
    shutil.copytree(banc.depart, donnees, symlinks=True)
    for nom in LUS:
        (shutil.copytree if (donnees_demo / nom).is_dir() else shutil.copy)(donnees_demo / nom, donnees / nom)
    bonne = courante(banc.depart / "releases")
    assert bonne is not None
    (entrepot,) = (donnees_demo / "entrepot").rglob("*.duckdb")
    # The lock cannot be written; then the layers or dbt; then the warehouse; then the release beside the whole warehouse.
    cible = sum(chemin.stat().st_size for chemin in (donnees_demo / "dbt" / "cible").rglob("*") if chemin.is_file())
    libres = [0, 1 * MO, cible // 2 + 8 * MO, cible + entrepot.stat().st_size + 4 * MO]
    for libre in libres:
        disque.laisser(libre)
        fini = subprocess.run(banc.commande(donnees), cwd=DEPOT_DU_CODE, capture_output=True, text=True, check=False)
        assert fini.returncode == 1, fini.stdout[-2000:]
        lignes = [json.loads(ligne) for ligne in fini.stdout.splitlines()]
        assert lignes[-1]["etape"] == "fin", libre
        (phrase,) = lignes[-1]["erreurs"]
        assert phrase.startswith("Disque plein"), (libre, phrase)
        assert "libérez de la place et relancez" in phrase
        assert courante(donnees / "releases") == donnees / "releases" / bonne.name
        assert empreintes(donnees / "releases" / bonne.name) == empreintes(bonne)
        assert not list((donnees / "releases").glob(".construction-*"))
        assert not list((donnees / "entrepot").glob("*/*"))
    disque.laisser(200 * MO)
    reprendre(banc, donnees)
    conforme(banc, donnees)
    record_property("essais", len(libres))
