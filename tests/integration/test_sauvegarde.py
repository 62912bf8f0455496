"""Backing up and restoring with the commands of docs/operations.md, as written there.

Belongs here: running the shell blocks of the guide on a copy of the demo territory, what comes back, what is refused.
Does not belong here: the other sections of the guide (coherence/test_operations).
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from scenes import copier_donnees

from orchestration.refresh_lock import RafraichissementEnCours, verrou_de_rafraichissement
from orchestration.settings import DEPOT_DU_CODE

GUIDE = (DEPOT_DU_CODE / "docs" / "operations.md").read_text(encoding="utf-8")


def bloc(section: str) -> str:
    """The shell block of a section."""
    texte = GUIDE.split(f"## {section}\n", 1)[1].split("\n## ", 1)[0]
    (trouve,) = re.findall(r"```sh\n(.+?)```", texte, flags=re.S)
    return str(trouve)


def executer(section: str, donnees: Path, sauvegarde: Path) -> subprocess.CompletedProcess[str]:
    """Run it with the interpreter of the tests as `observatoire`."""
    outils = sauvegarde / "bin"
    outils.mkdir(exist_ok=True)
    commande = outils / "observatoire"
    commande.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m orchestration.cli "$@"\n', encoding="utf-8")
    commande.chmod(0o755)
    environnement = os.environ | {
        "PATH": f"{outils}:{os.environ['PATH']}",
        "DATA": str(donnees),
        "BACKUP": str(sauvegarde),
        "PYTHONPATH": str(DEPOT_DU_CODE),
    }
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", bloc(section)],
        capture_output=True,
        text=True,
        env=environnement,
        check=False,
    )


def empreintes(dossier: Path) -> dict[str, str]:
    """Path → digest, or target of the link; what can be made again is left out."""
    lus = {}
    for chemin in sorted(dossier.rglob("*")):
        relatif = chemin.relative_to(dossier)
        if relatif.parts[0] in ("entrepot", "dbt"):
            continue
        if chemin.is_symlink():
            lus[str(relatif)] = f"→ {chemin.readlink()}"
        elif chemin.is_file():
            lus[str(relatif)] = hashlib.sha256(chemin.read_bytes()).hexdigest()
    return lus


@pytest.fixture(scope="module")
def donnees(donnees_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copier_donnees(donnees_demo, tmp_path_factory.mktemp("origine") / "donnees")


@pytest.fixture(scope="module")
def sauvegarde(donnees: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    dossier = tmp_path_factory.mktemp("sauvegarde")
    fait = executer("Back up", donnees, dossier)
    assert (fait.returncode, fait.stderr) == (0, "")
    return dossier


def test_what_is_restored_is_what_was_there_and_verifies(donnees: Path, sauvegarde: Path, tmp_path: Path) -> None:
    restaure = tmp_path / "ailleurs" / "donnees"
    fait = executer("Restore", restaure, sauvegarde)
    assert (fait.returncode, fait.stderr) == (0, "")
    release = (donnees / "releases" / "current").readlink().name
    assert f"{release} : intacte." in fait.stdout
    assert f"* {release}" in fait.stdout
    assert empreintes(restaure) == empreintes(donnees)
    assert not (restaure / "entrepot").exists()


def test_a_damaged_copy_is_refused_before_anything_is_written(sauvegarde: Path, tmp_path: Path) -> None:
    archive = sauvegarde / "observatoire.tar"
    octets = archive.read_bytes()
    abime = bytearray(octets)
    abime[len(abime) // 2] ^= 1
    try:
        archive.write_bytes(abime)
        fait = executer("Restore", tmp_path / "donnees", sauvegarde)
    finally:
        archive.write_bytes(octets)
    assert fait.returncode != 0
    assert not (tmp_path / "donnees").exists()


def test_a_refresh_waits_while_the_copy_is_made(donnees: Path) -> None:
    """`flock` of the guide and the lock of a refresh are the same lock."""
    assert 'flock --wait 21600 "$DATA/rafraichissement.verrou"' in bloc("Back up")
    copie = subprocess.Popen(
        ["flock", str(donnees / "rafraichissement.verrou"), "sh", "-c", "echo tenu; read fin"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert copie.stdout
    assert copie.stdout.readline() == "tenu\n"
    with pytest.raises(RafraichissementEnCours), verrou_de_rafraichissement(donnees):
        pass
    copie.communicate("fin\n")
    with verrou_de_rafraichissement(donnees):
        pass
