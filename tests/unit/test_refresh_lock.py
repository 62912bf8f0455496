"""One refresh at a time (quality.md F4).

Belongs here: the second refresh refused, the lock of a dead process recovered.
Does not belong here: outcomes of a refresh (test_refresh_outcomes.py).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from faux_rafraichissement import Monde

from orchestration.refresh_lock import NOM, RafraichissementEnCours, verrou_de_rafraichissement

RACINE = Path(__file__).resolve().parents[2]
TENIR = """
import sys, time
from pathlib import Path
from orchestration.refresh_lock import verrou_de_rafraichissement
with verrou_de_rafraichissement(Path(sys.argv[1])):
    print("tenu", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def autre_processus(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock of `tmp_path / donnees`."""
    commande = [sys.executable, "-c", TENIR, str(tmp_path / "donnees")]
    processus = subprocess.Popen(commande, stdout=subprocess.PIPE, text=True, cwd=RACINE)
    assert processus.stdout
    assert processus.stdout.readline().strip() == "tenu"
    yield processus
    processus.kill()
    processus.wait()


@pytest.mark.panne("F4", attendu="the second is refused and names the process of the first")
def test_the_second_refuses_and_names_the_first(tmp_path: Path, autre_processus: subprocess.Popen[str]) -> None:
    with pytest.raises(RafraichissementEnCours, match=str(autre_processus.pid)):
        verrou_de_rafraichissement(tmp_path / "donnees").__enter__()


@pytest.mark.panne("F4", attendu="the refused refresh exits with 1 and runs no step")
def test_a_refresh_refused_by_the_lock_exits_with_1(tmp_path: Path, autre_processus: subprocess.Popen[str]) -> None:
    monde = Monde(tmp_path)
    issue = monde.rafraichir()
    assert (issue.code, monde.appels) == (1, [])
    assert str(autre_processus.pid) in monde.journal.alertes[0]


@pytest.mark.panne("F4", attendu="the lock of a killed process is recovered and said")
def test_the_lock_of_a_killed_process_is_recovered(tmp_path: Path, autre_processus: subprocess.Popen[str]) -> None:
    os.kill(autre_processus.pid, signal.SIGKILL)
    autre_processus.wait()
    monde = Monde(tmp_path)
    assert monde.rafraichir().code == 0
    assert str(autre_processus.pid) in monde.journal.phrases[0]


def test_a_lock_given_back_says_nothing(tmp_path: Path) -> None:
    for _ in range(2):
        with verrou_de_rafraichissement(tmp_path) as mort:
            assert mort is None
            assert (tmp_path / NOM).read_text() == str(os.getpid())
    assert (tmp_path / NOM).read_text() == ""


@pytest.mark.panne("F4", attendu="a process number used again blocks nothing")
def test_a_pid_used_again_by_another_process_does_not_block(tmp_path: Path) -> None:
    """The pid in the file is alive (it is ours) but nobody holds the lock: it is free."""
    (tmp_path / NOM).write_text(str(os.getppid()))
    debut = time.monotonic()
    with verrou_de_rafraichissement(tmp_path) as mort:
        assert mort == os.getppid()
    assert time.monotonic() - debut < 5
