"""A real nginx that reads the shipped configuration, for the tests that come through the public door.

Belongs here: starting it on a free local port and ending it.
Does not belong here: what it serves (test_*.py).
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CONF = Path(__file__).resolve().parents[1] / "deploy" / "nginx" / "observatoire.conf"
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")


def port_libre() -> int:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return int(prise.getsockname()[1])


@contextmanager
def nginx(donnees: Path, dossier: Path, app: int) -> Iterator[int]:
    """Port of an nginx that reads the shipped file, ended by its own process id."""
    assert NGINX, "nginx is needed by this test: make nginx"
    port, texte = port_libre(), CONF.read_text(encoding="utf-8")
    valeurs = {"ECOUTE": f"127.0.0.1:{port}", "NOM": "localhost", "DONNEES": donnees, "APP": f"127.0.0.1:{app}"}
    for nom, valeur in valeurs.items():
        texte = texte.replace(f"@{nom}@", str(valeur))
    (dossier / "site.conf").write_text(texte)
    temporaires = "".join(f"{n}_temp_path {dossier}/{n};" for n in ("client_body", "proxy", "fastcgi", "scgi", "uwsgi"))
    (dossier / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {dossier}/pid; error_log {dossier}/erreurs.log;"
        f"events {{}} http {{ access_log off; {temporaires} include {dossier}/site.conf; }}"
    )
    with (dossier / "sortie.txt").open("wb") as sortie:
        serveur = subprocess.Popen(
            [NGINX, "-e", str(dossier / "erreurs.log"), "-p", str(dossier), "-c", str(dossier / "nginx.conf")],
            stdout=sortie,
            stderr=subprocess.STDOUT,
        )
    try:
        for _ in range(100):
            assert serveur.poll() is None, (dossier / "sortie.txt").read_text()
            with socket.socket() as prise:
                if prise.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        serveur.terminate()
        serveur.wait(10)
