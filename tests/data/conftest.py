"""The release and the warehouse built from the deposit, once per session.

Belongs here: one refresh of the deposit, the folder it leaves, its warehouse opened read-only.
Does not belong here: expected figures (the tests).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from orchestration.journal import Journal
from orchestration.refresh import rafraichir
from orchestration.settings import Reglages
from orchestration.state import Etat


@pytest.fixture(scope="session")
def donnees_depot(depot: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder after one refresh of the deposit; read it, copy it, never write in it.

    `OBSERVATOIRE_DONNEES_DEPOT` names one already made from the same deposit by the same code.
    """
    if deja := os.environ.get("OBSERVATOIRE_DONNEES_DEPOT"):
        return Path(deja)
    donnees = tmp_path_factory.mktemp("depot") / "donnees"
    journal = Journal()
    issue = rafraichir(Reglages(data=donnees, source="deposit", depot=depot), journal=journal)
    assert issue.code == 0, journal.alertes
    return donnees


@pytest.fixture(scope="session")
def release_depot(donnees_depot: Path) -> Path:
    """The folder of the release made from the deposit."""
    return (donnees_depot / "releases" / "current").resolve()


@pytest.fixture(scope="session")
def chemin_entrepot_depot(donnees_depot: Path) -> Path:
    """Path of the warehouse behind that release."""
    etat = Etat.lire(donnees_depot)
    assert etat is not None
    return donnees_depot / "entrepot" / str(etat.entrepot) / "entrepot.duckdb"


@pytest.fixture
def entrepot_depot(chemin_entrepot_depot: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to the warehouse built from the deposit."""
    with duckdb.connect(str(chemin_entrepot_depot), read_only=True) as connexion:
        yield connexion
