"""A PostgreSQL server of our own, for as long as a run lasts.

Belongs here: making a cluster in a temporary folder, starting and ending its server, whoever runs this.
Does not belong here: what is loaded into it (postgres).

The server listens on a socket in that folder and on no port. PostgreSQL refuses to run as root: as root, the server is
the system user `postgres`. It receives SIGINT (fast shutdown) from the kernel when this process dies, however it does.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

UTILISATEUR = "postgres"
PORT = 5432
DELAI_S = 60
# One machine, a cluster that is thrown away: nothing has to survive a power cut, and everything fits beside the data.
REGLAGES = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "shared_buffers": "512MB",
    "work_mem": "128MB",
    "autovacuum": "off",
    "jit": "off",
}


@dataclass(frozen=True)
class Serveur:
    """Where a client connects: folder of the socket and user; the password is not asked for."""

    socket: Path
    utilisateur: str
    pid: int


def programmes() -> Path:
    """Folder of `initdb` and `postgres`: the newest of Debian's, or the one on the PATH.

    Raises:
        FileNotFoundError: PostgreSQL's server is not installed.
    """
    installes = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    trouve = str(installes[-1]) if installes else shutil.which("initdb")
    if trouve is None:
        raise FileNotFoundError(
            "initdb is missing: install PostgreSQL's server (Debian, Ubuntu: apt-get install postgresql)"
        )
    return Path(trouve).parent


@contextmanager
def serveur(parent: Path | None = None) -> Iterator[Serveur]:
    """A server with an empty database `postgres`; it and its files are gone afterwards.

    Args:
        parent: folder in which the cluster is made; the system's temporary folder by default.
    Raises:
        RuntimeError: the cluster could not be made or the server did not answer in time; the message holds its log.
    """
    # In the system's folder rather than the caller's: the path of a socket is at most 107 bytes long.
    dossier = Path(tempfile.mkdtemp(prefix="obs-pg-", dir=parent))
    prefixe = ["setpriv", "--pdeathsig", "INT"]
    if os.geteuid() == 0:
        compte = pwd.getpwnam(UTILISATEUR)
        os.chown(dossier, compte.pw_uid, compte.pw_gid)
        prefixe += [f"--reuid={compte.pw_uid}", f"--regid={compte.pw_gid}", "--clear-groups"]
    processus: subprocess.Popen[bytes] | None = None
    try:
        _initialiser(prefixe, dossier)
        options = [morceau for nom, valeur in REGLAGES.items() for morceau in ("-c", f"{nom}={valeur}")]
        commande = [
            *prefixe,
            str(programmes() / "postgres"),
            "-D",
            str(dossier / "grappe"),
            "-k",
            str(dossier),
            *options,
        ]
        with (dossier / "journal.txt").open("wb") as journal:
            processus = subprocess.Popen(commande, stdout=journal, stderr=subprocess.STDOUT, cwd=dossier)  # noqa: S603
        _attendre(processus, dossier)
        yield Serveur(dossier, UTILISATEUR, processus.pid)
    finally:
        if processus is not None:
            _arreter(processus)
        shutil.rmtree(dossier)


def _initialiser(prefixe: list[str], dossier: Path) -> None:
    """`C.UTF-8`: texts compare by code point, as in DuckDB, and `lower` knows the accents."""
    options = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", f"--username={UTILISATEUR}", "--no-sync"]
    commande = [*prefixe, str(programmes() / "initdb"), "-D", str(dossier / "grappe"), *options]
    fait = subprocess.run(commande, capture_output=True, text=True, check=False, cwd=dossier)  # noqa: S603
    if fait.returncode:
        raise RuntimeError(f"initdb ended with {fait.returncode}: {fait.stderr.strip()}")


def _attendre(processus: subprocess.Popen[bytes], dossier: Path) -> None:
    pret = [str(programmes() / "pg_isready"), "--quiet", "--host", str(dossier), "--username", UTILISATEUR]
    fin = time.monotonic() + DELAI_S
    while subprocess.run(pret, check=False).returncode:  # noqa: S603
        if processus.poll() is not None or time.monotonic() > fin:
            journal = (dossier / "journal.txt").read_text(encoding="utf-8", errors="replace")
            raise RuntimeError(f"PostgreSQL does not answer:\n{journal[-3000:]}")
        time.sleep(0.1)


def _arreter(processus: subprocess.Popen[bytes]) -> None:
    """Immediate shutdown (SIGQUIT): nothing is kept; then SIGKILL, which leaves no file behind either."""
    processus.send_signal(3)
    try:
        processus.wait(20)
    except subprocess.TimeoutExpired:
        processus.kill()
        processus.wait()
