"""What every test may ask for: the deposit of published files.

Belongs here: the marker `depot`, its fixture, and the sentence that counts what was left out; one refresh of the demo
territory and one of the deposit, which several folders of tests read.
Does not belong here: fixtures of one room, which live beside its tests.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PROJET = Path(__file__).resolve().parent.parent
DEPOT = Path(os.environ.get("OBSERVATOIRE_DEPOT") or PROJET.parent / "shared" / "data")


def depot_present() -> bool:
    return (DEPOT / "index.csv").is_file()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests of the deposit where it is absent; fail where continuous integration runs without it."""
    if depot_present():
        return
    if os.environ.get("CI"):
        raise pytest.UsageError(f"continuous integration needs the deposit of published files, absent from {DEPOT}")
    laisses = [item for item in items if item.get_closest_marker("depot")]
    config.stash[LAISSES] = len(laisses)
    items[:] = [item for item in items if not item.get_closest_marker("depot")]
    config.hook.pytest_deselected(items=laisses)


LAISSES = pytest.StashKey[int]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if nombre := config.stash.get(LAISSES, 0):
        terminalreporter.write_sep(
            "!", f"{nombre} tests of the published files NOT RUN: no deposit at {DEPOT}", yellow=True
        )


@pytest.fixture(scope="session")
def territoire_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The embedded fictitious territory, laid out as a deposit; read-only."""
    from ingestion.demo import ecrire_territoire

    dossier = tmp_path_factory.mktemp("territoire")
    ecrire_territoire(dossier)
    return dossier


@pytest.fixture(scope="session")
def donnees_demo(territoire_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder after one refresh of the demo territory; read it, copy it, never write in it.

    `OBSERVATOIRE_DONNEES_DEMO` names one already made by the same code.
    """
    if deja := os.environ.get("OBSERVATOIRE_DONNEES_DEMO"):
        return Path(deja)
    from orchestration.journal import Journal
    from orchestration.refresh import rafraichir
    from orchestration.settings import Reglages

    donnees, journal = tmp_path_factory.mktemp("demo") / "donnees", Journal()
    issue = rafraichir(Reglages(data=donnees, source="demo", depot=territoire_demo), journal=journal)
    assert issue.code == 0, journal.alertes
    return donnees


@pytest.fixture(scope="session")
def depot() -> Path:
    """The folder of published files, laid out `<producteur>/<jeu>/<fichier>`, read-only."""
    return DEPOT


@pytest.fixture(scope="session")
def donnees_depot(depot: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder after one refresh of the deposit; read it, copy it, never write in it.

    `OBSERVATOIRE_DONNEES_DEPOT` names one already made from the same deposit by the same code.
    """
    from orchestration.journal import Journal
    from orchestration.refresh import rafraichir
    from orchestration.settings import Reglages

    if deja := os.environ.get("OBSERVATOIRE_DONNEES_DEPOT"):
        return Path(deja)
    donnees = tmp_path_factory.mktemp("depot") / "donnees"
    journal = Journal()
    issue = rafraichir(Reglages(data=donnees, source="deposit", depot=depot, sans_fiches=True), journal=journal)
    assert issue.code == 0, journal.alertes
    return donnees
