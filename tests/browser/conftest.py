"""A real observatory and a real Chromium for the browser tests.

Belongs here: the releases of the demo territory and of the deposit, a server on a free local port, pages that watch their console and network.
Does not belong here: assertions (test_*.py), building the demo territory (tests/conftest).
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from visiteur import Visite, visiter

PROJET = Path(__file__).resolve().parents[2]
ARGUMENTS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
LARGEURS = {"bureau": 1280, "telephone": 390}
# Two Chromium draw in software while a refresh runs beside: what must appear may take its time.
expect.set_options(timeout=30_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    dossier = Path(__file__).parent
    for item in items:
        if dossier in item.path.parents:
            item.add_marker(pytest.mark.navigateur)


@pytest.fixture(scope="session")
def release_demo(donnees_demo: Path) -> Path:
    """The current release of the demo territory."""
    return (donnees_demo / "releases" / "current").resolve()


@contextmanager
def serveur(donnees: Path, dossier: Path) -> Iterator[str]:
    """Address of an observatory started on a data folder, ended by its own process id; a trace in its log is a failure."""
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        port = prise.getsockname()[1]
    journal = dossier / "journal.txt"
    commande = [sys.executable, "-m", "streamlit", "run", str(PROJET / "app" / "observatoire.py")]
    with journal.open("wb") as sortie:
        processus = subprocess.Popen(
            [*commande, "--server.port", str(port)],
            cwd=dossier,  # not the checkout: settings and imports must not depend on the current folder
            env=os.environ | {"OBSERVATOIRE_DATA": str(donnees)},
            stdout=sortie,
            stderr=subprocess.STDOUT,
        )
    adresse = f"http://127.0.0.1:{port}"
    try:
        _attendre(f"{adresse}/_stcore/health", processus, journal)
        yield adresse
    finally:
        processus.terminate()
        processus.wait(timeout=20)
    traces = [ligne for ligne in journal.read_text(encoding="utf-8").splitlines() if "Traceback" in ligne]
    assert traces == [], f"the server logged an error: {journal.read_text(encoding='utf-8')[-3000:]}"


@pytest.fixture(scope="session")
def site(donnees_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The observatory on the demo territory."""
    with serveur(donnees_demo, tmp_path_factory.mktemp("serveur")) as adresse:
        yield adresse


@pytest.fixture(scope="session")
def release_depot(donnees_depot: Path) -> Path:
    """The current release of the published files."""
    return (donnees_depot / "releases" / "current").resolve()


@pytest.fixture(scope="session")
def site_depot(donnees_depot: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The observatory on the published files; its release has no static sheet."""
    with serveur(donnees_depot, tmp_path_factory.mktemp("serveur-depot")) as adresse:
        yield adresse


def _attendre(adresse: str, serveur: subprocess.Popen[bytes], journal: Path) -> None:
    limite = time.monotonic() + 60
    while time.monotonic() < limite:
        assert serveur.poll() is None, f"the server stopped: {journal.read_text(encoding='utf-8')}"
        try:
            with urllib.request.urlopen(adresse, timeout=2) as reponse:
                if reponse.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise AssertionError(f"no answer from {adresse}: {journal.read_text(encoding='utf-8')}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    chemin = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
    with sync_playwright() as playwright:
        navigateur = playwright.chromium.launch(executable_path=chemin, args=ARGUMENTS)
        yield navigateur
        navigateur.close()


@pytest.fixture(params=list(LARGEURS))
def largeur(request: pytest.FixtureRequest) -> str:
    """Both screens: a test that asks for it runs twice."""
    return str(request.param)


@pytest.fixture
def visite(chromium: Browser, site: str, request: pytest.FixtureRequest) -> Iterator[Visite]:
    """A new session, at the width of `largeur` if the test asks for it; it fails on any incident, whatever the test."""
    nom = request.getfixturevalue("largeur") if "largeur" in request.fixturenames else "bureau"
    with visiter(chromium, site, LARGEURS[nom]) as resultat:
        yield resultat


@pytest.fixture
def visite_depot(chromium: Browser, site_depot: str, request: pytest.FixtureRequest) -> Iterator[Visite]:
    """The same on the published files."""
    nom = request.getfixturevalue("largeur") if "largeur" in request.fixturenames else "bureau"
    with visiter(chromium, site_depot, LARGEURS[nom]) as resultat:
        yield resultat
