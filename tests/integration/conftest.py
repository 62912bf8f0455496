"""Fixtures of the integration tests: a local publisher and a client that asks it; the demo release, open.

Belongs here: what several modules of this folder start and stop.
Does not belong here: the publisher itself (editeur), the deposit (tests/conftest.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from editeur import Editeur
from jeu_essai import REGLAGES

from ingestion.http import Client
from publication.sheets.fiche import Registre
from publication.sheets.lecture import chemin_courant, ouvrir


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
