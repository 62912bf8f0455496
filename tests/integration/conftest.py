"""Fixtures of the integration tests: a local publisher and a client that asks it; the demo release, open.

Belongs here: what several modules of this folder start and stop.
Does not belong here: the publisher itself (editeur), the deposit (tests/conftest.py).
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from editeur import Editeur
from jeu_essai import REGLAGES

from ingestion.http import Client
from publication.sheets import statique
from publication.sheets.fiche import Registre
from publication.sheets.lecture import chemin_courant, empreintes, ouvrir


@pytest.fixture
def editeur() -> Iterator[Editeur]:
    with Editeur() as editeur:
        yield editeur


@pytest.fixture
def client(editeur: Editeur) -> Iterator[Client]:
    with Client(REGLAGES, editeur_local=editeur.base) as client:
        yield client


@pytest.fixture(scope="session")
def registre(donnees_demo: Path) -> Registre:
    """The current release of the demo territory, as the observatory reads it."""
    return Registre(ouvrir(chemin_courant(donnees_demo / "releases")))


@pytest.fixture(scope="session")
def donnees_fiches(donnees_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the demo release with its sheets written by this code, whatever the release had."""
    origine = (donnees_demo / "releases" / "current").resolve()
    copie = tmp_path_factory.mktemp("fiches")
    release = copie / "releases" / origine.name
    shutil.copytree(origine, release)
    shutil.rmtree(release / "quartiers", ignore_errors=True)
    descripteur = json.loads((release / "datapackage.json").read_text(encoding="utf-8"))
    statique.ecrire(release, empreintes(release), descripteur, date(2026, 11, 26))
    fichiers = [f for f in sorted(release.rglob("*")) if f.is_file() and f.name != "SHA256SUMS"]
    lignes = [f"{hashlib.sha256(f.read_bytes()).hexdigest()}  {f.relative_to(release).as_posix()}\n" for f in fichiers]
    (release / "SHA256SUMS").write_text("".join(lignes), encoding="utf-8")
    (copie / "releases" / "current").symlink_to(origine.name)
    return copie
