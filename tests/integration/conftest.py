"""Fixtures of the integration tests: a local publisher, and a client that asks it.

Belongs here: what several modules of this folder start and stop.
Does not belong here: the publisher itself (editeur), the deposit (tests/conftest.py).
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from editeur import Editeur
from jeu_essai import REGLAGES

from ingestion.http import Client


@pytest.fixture
def editeur() -> Iterator[Editeur]:
    with Editeur() as editeur:
        yield editeur


@pytest.fixture
def client(editeur: Editeur) -> Iterator[Client]:
    with Client(REGLAGES, editeur_local=editeur.base) as client:
        yield client
