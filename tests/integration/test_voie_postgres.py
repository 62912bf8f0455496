"""The models give the same marts on PostgreSQL as on DuckDB, row for row, and the server does not outlive the run.

Belongs here: the demo territory on a real server.
Does not belong here: what counts as a difference (tests/unit/test_voies_comparaison.py), Spark (make spark).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pyarrow.parquet as pq
import pytest

from benchmarks.voies.__main__ import eprouver
from benchmarks.voies.dbt import marts
from benchmarks.voies.serveur_postgres import PORT, serveur


def test_every_mart_is_the_same_on_both_engines(donnees_demo: Path, tmp_path: Path) -> None:
    constats = eprouver("postgres", donnees_demo, tmp_path).constats
    assert [phrase for constat in constats for phrase in constat.differences] == []
    release = (donnees_demo / "releases" / "current" / "tables").resolve()
    publiees = {c.stem: pq.read_metadata(c).num_rows for c in release.glob("*.parquet") if c.stem != "qualite"}
    assert {c.table.split("_", 1)[1]: c.lignes for c in constats} == publiees
    assert len(constats) == len(marts())


@pytest.mark.parametrize(
    ("jour", "attendu"),
    [
        ("2024-02-29", "2024-02-29"),
        ("2026-02-29", None),
        ("2026-04-31", None),
        ("2026-13-01", None),
        ("0000-01-01", None),
        ("2026-02", None),
        ("2026", None),
        ("31/12/2026", None),
    ],
)
def test_a_day_that_the_calendar_does_not_have_is_absent(
    jour: str, attendu: str | None, postgres_ouvert: object
) -> None:
    from jinja2 import Environment

    source = (Path(__file__).resolve().parents[2] / "dbt_project" / "macros" / "portable" / "types.sql").read_text(
        encoding="utf-8"
    )
    sql = Environment(extensions=["jinja2.ext.do"]).from_string(source).module.postgres__jour("j")  # noqa: S701
    with postgres_ouvert.cursor() as curseur:  # type: ignore[attr-defined]
        curseur.execute(f"select {sql} from (select cast(%s as text) as j) as t", (jour,))
        lu = curseur.fetchone()[0]
    assert (lu.isoformat() if lu else None) == attendu


@pytest.fixture(scope="module")
def postgres_ouvert() -> Iterator[object]:
    with serveur() as hote:
        connexion = psycopg2.connect(host=str(hote.socket), port=PORT, user=hote.utilisateur, dbname="postgres")
        yield connexion
        connexion.close()


def test_the_server_ends_with_the_program_that_started_it_even_when_it_is_killed() -> None:
    code = (
        "import time\nfrom benchmarks.voies.serveur_postgres import serveur\n"
        "with serveur() as hote:\n    print(hote.pid, hote.socket, flush=True)\n    time.sleep(600)\n"
    )
    processus = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert processus.stdout is not None
    pid, dossier = processus.stdout.readline().split()
    assert est_vivant(int(pid))
    processus.send_signal(signal.SIGKILL)
    processus.wait()
    fin = time.monotonic() + 30
    while est_vivant(int(pid)) and time.monotonic() < fin:
        time.sleep(0.1)
    assert not est_vivant(int(pid))
    assert Path(dossier).name.startswith("obs-pg-")
    subprocess.run(["rm", "-rf", dossier], check=True)


def test_neither_server_nor_files_remain_after_an_error() -> None:
    ouverts = []

    def echouer() -> None:
        with serveur() as hote:
            assert est_vivant(hote.pid)
            ouverts.append(hote)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        echouer()
    (hote,) = ouverts
    assert not est_vivant(hote.pid)
    assert not hote.socket.exists()


def est_vivant(pid: int) -> bool:
    try:
        etat = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0]
    except FileNotFoundError:
        return False
    return etat != "Z" and os.getpgid(pid) > 0
