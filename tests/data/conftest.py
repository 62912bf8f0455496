"""The release and the warehouse built from the deposit.

Belongs here: the release of the refresh made once (tests/conftest), its warehouse opened read-only.
Does not belong here: expected figures (the tests).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from orchestration.state import Etat


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
