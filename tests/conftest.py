"""What every test may ask for: the deposit of published files.

Belongs here: the marker `depot`, its fixture, and the sentence that counts what was left out; one refresh of the demo
territory and one of the deposit, which several folders of tests read, made once for all the workers of a parallel run.
Does not belong here: fixtures of one room, which live beside its tests.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings

pytest_plugins = ["pannes"]
# A generated case on a busy machine is not a failure: no test is timed.
settings.register_profile("projet", deadline=None)
settings.load_profile("projet")
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


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--sans-saut", action="store_true", help="a skipped test is a failed one: continuous integration")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that a machine cannot run is left out there, and said to be; where everything is installed, it must run."""
    rapport = yield
    if rapport.skipped and item.config.getoption("--sans-saut"):
        rapport.outcome = "failed"
    return rapport


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if nombre := config.stash.get(LAISSES, 0):
        terminalreporter.write_sep(
            "!", f"{nombre} tests of the published files NOT RUN: no deposit at {DEPOT}", yellow=True
        )


def _une_fois(fabrique: pytest.TempPathFactory, nom: str, faire: Callable[[Path], None]) -> Path:
    """A folder that the first worker of the run makes, and that the others wait for."""
    commun = fabrique.getbasetemp().parent if os.environ.get("PYTEST_XDIST_WORKER") else fabrique.getbasetemp()
    dossier = commun / nom
    fait = commun / f"{nom}.fait"
    with FileLock(commun / f"{nom}.verrou"):
        if not fait.exists():
            assert not dossier.exists(), f"{nom} could not be made: the first worker that tried says why"
            dossier.mkdir()
            faire(dossier)
            fait.touch()
    return dossier


@pytest.fixture(autouse=True)
def _programme_principal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page that Streamlit's AppTest ran stays `__main__`: a process that a later test starts would run it again."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture(scope="session")
def territoire_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The embedded fictitious territory, laid out as a deposit; read-only."""
    from ingestion.demo import ecrire_territoire

    return _une_fois(tmp_path_factory, "territoire", ecrire_territoire)


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

    def faire(dossier: Path) -> None:
        journal = Journal()
        issue = rafraichir(Reglages(data=dossier, source="demo", depot=territoire_demo), journal=journal)
        assert issue.code == 0, journal.alertes

    return _une_fois(tmp_path_factory, "donnees-demo", faire)


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

    def faire(dossier: Path) -> None:
        journal = Journal()
        issue = rafraichir(Reglages(data=dossier, source="deposit", depot=depot, sans_fiches=True), journal=journal)
        assert issue.code == 0, journal.alertes

    return _une_fois(tmp_path_factory, "donnees-depot", faire)
