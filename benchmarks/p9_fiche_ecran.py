"""P9: what the server spends on the sheet of a new session, against an empty Streamlit page and a static file.

Belongs here: a real server per side, sessions opened over its websocket, its processor time read from the system.
Does not belong here: the browser's own work, the content of the page, a threshold that fails a test.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from benchmarks.mesure import ecrire

PROJET = Path(__file__).resolve().parents[1]
OBJECTIFS = {"cpu_ms": 250, "p95_ms": 400, "sessions_par_s": 5, "rapport_statique": 100}
# Pages opened before anything is counted: imports, opening of the release, shared references.
AMORCE = 5
TELECHARGEMENTS = 1000
CLIENTS = 4


@dataclass(frozen=True)
class Serveur:
    """A server that answers: its process and its port."""

    pid: int
    port: int


def cpu_s(pid: int) -> float:
    """User and system time that a process has spent, in seconds, from `/proc/<pid>/stat`."""
    champs = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(champs[11]) + int(champs[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serveur(commande: Sequence[str], port: int, sonde: str, dossier: Path, env: dict[str, str]) -> Iterator[Serveur]:
    """A server on `port`, ready when `sonde` answers 200, ended by its own process id.

    Raises:
        RuntimeError: it stopped, or did not answer within two minutes; the message ends with its journal.
    """
    journal = dossier / f"serveur{port}.txt"
    with journal.open("wb") as sortie:
        processus = subprocess.Popen(  # noqa: S603 (our own command)
            commande, cwd=dossier, env=os.environ | env, stdout=sortie, stderr=subprocess.STDOUT
        )
    try:
        limite = time.monotonic() + 120
        while not _repond(port, sonde):
            if processus.poll() is not None or time.monotonic() > limite:
                raise RuntimeError(f"no answer from {commande[0]}: {journal.read_text(encoding='utf-8')[-2000:]}")
            time.sleep(0.2)
        yield Serveur(processus.pid, port)
    finally:
        processus.terminate()
        processus.wait(timeout=30)


def _repond(port: int, chemin: str) -> bool:
    connexion = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connexion.request("GET", chemin)
        return connexion.getresponse().status == 200
    except OSError:
        return False
    finally:
        connexion.close()


def _port_libre() -> int:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return int(prise.getsockname()[1])


@contextmanager
def streamlit(script: Path, dossier: Path, donnees: Path) -> Iterator[Serveur]:
    """`streamlit run script` with the data folder `donnees`."""
    port = _port_libre()
    commande = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    commande += ["--server.headless", "true", "--browser.gatherUsageStats", "false", "--server.fileWatcherType", "none"]
    with serveur(commande, port, "/_stcore/health", dossier, {"OBSERVATOIRE_DATA": str(donnees)}) as pret:
        yield pret


@contextmanager
def fichiers(racine: Path, dossier: Path) -> Iterator[Serveur]:
    """An nginx of one process that serves the files of `racine`, as the shipped configuration does for the sheets.

    Raises:
        RuntimeError: nginx is not installed, or does not answer.
    """
    nginx = shutil.which("nginx", path=f"/usr/sbin:/usr/local/sbin:{os.environ.get('PATH', '')}")
    if nginx is None:
        raise RuntimeError("nginx is needed to serve the static side: make nginx")
    port = _port_libre()
    dossiers = "".join(f"{n}_temp_path {dossier}/{n};" for n in ("client_body", "proxy", "fastcgi", "scgi", "uwsgi"))
    configuration = dossier / "nginx.conf"
    configuration.write_text(
        f"daemon off; master_process off; pid {dossier}/pid; error_log {dossier}/erreurs.log; events {{}}"
        f" http {{ access_log off; {dossiers} keepalive_requests 100000;"
        f" server {{ listen 127.0.0.1:{port}; root {racine}; }} }}",
        encoding="utf-8",
    )
    commande = [nginx, "-e", str(dossier / "erreurs.log"), "-p", str(dossier), "-c", str(configuration)]
    with serveur(commande, port, "/style.css", dossier, {}) as pret:
        yield pret


def ouvrir_session(port: int, page: str, parametres: str) -> tuple[float, int]:
    """Open a session on a page as a browser does, up to the end of its run.

    Returns:
        Seconds from the connection to the last message, and the bytes received.
    Raises:
        RuntimeError: the run ended otherwise than by a success, or a message says that the page is unknown.
    """
    demande = BackMsg()
    demande.rerun_script.query_string = parametres
    demande.rerun_script.page_name = page
    debut, octets = time.perf_counter(), 0
    with connect(f"ws://127.0.0.1:{port}/_stcore/stream", subprotocols=["streamlit"], max_size=None) as prise:  # type: ignore[list-item]
        prise.send(demande.SerializeToString())
        for brut in prise:
            recu = ForwardMsg.FromString(brut if isinstance(brut, bytes) else brut.encode())
            octets += len(brut)
            genre = recu.WhichOneof("type")
            if genre == "page_not_found" or (genre == "delta" and recu.delta.new_element.HasField("exception")):
                raise RuntimeError(f"/{page}?{parametres} cannot be shown: {genre}")
            if genre == "script_finished":
                if recu.script_finished != ForwardMsg.ScriptFinishedStatus.FINISHED_SUCCESSFULLY:
                    raise RuntimeError(f"/{page}?{parametres} ended with the status {recu.script_finished}")
                return time.perf_counter() - debut, octets
    raise RuntimeError(f"/{page}?{parametres}: the server closed the session before the end of its run")


def suite(cible: Serveur, page: str, parametres: Sequence[str]) -> dict[str, float]:
    """New sessions one after the other: processor time of the server and delay of each, in ms."""
    avant = cpu_s(cible.pid)
    recus = [ouvrir_session(cible.port, page, texte) for texte in parametres]
    cpu = cpu_s(cible.pid) - avant
    delais = sorted(1000 * duree for duree, _ in recus)
    return {
        "sessions": len(recus),
        "cpu_ms": round(1000 * cpu / len(recus), 1),
        "mediane_ms": round(statistics.median(delais), 1),
        "p95_ms": round(delais[min(len(delais) - 1, int(0.95 * len(delais)))], 1),
        "octets": round(statistics.mean(octets for _, octets in recus)),
    }


def debit(cible: Serveur, page: str, parametres: Sequence[str]) -> float:
    """New sessions per second, opened by CLIENTS clients at the same time on the same machine."""
    debut = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(lambda texte: ouvrir_session(cible.port, page, texte), parametres))
    return round(len(parametres) / (time.perf_counter() - debut), 2)


def telecharger(cible: Serveur, noms: Sequence[str], fois: int) -> float:
    """Processor time of the server per file, in ms, over `fois` downloads of the files in turn."""
    connexion = http.client.HTTPConnection("127.0.0.1", cible.port, timeout=30)
    avant = cpu_s(cible.pid)
    for rang in range(fois):
        connexion.request("GET", f"/{noms[rang % len(noms)]}")
        reponse = connexion.getresponse()
        if not reponse.read() or reponse.status != 200:
            raise RuntimeError(f"{noms[rang % len(noms)]} is not served: {reponse.status}")
    connexion.close()
    return round(1000 * (cpu_s(cible.pid) - avant) / fois, 4)


def codes_des_quartiers(release: Path, combien: int) -> list[str]:
    """`combien` QPV codes spread over the whole list of the release.

    Raises:
        ValueError: the release holds fewer.
    """
    fichier = release / "tables" / "territoires.parquet"
    requete = "select code_territoire from read_parquet(?) where niveau = 'qpv' order by all"
    codes = [ligne[0] for ligne in duckdb.execute(requete, [str(fichier)]).fetchall()]
    if len(codes) < combien:
        raise ValueError(f"{fichier} holds {len(codes)} quartiers, {combien} are needed: lower --sessions")
    return [codes[rang * len(codes) // combien] for rang in range(combien)]


def un_tour(donnees: Path, fiches: Path, sessions: int, dossier: Path) -> dict[str, float]:
    """The three sides: the sheet on screen (first and later sessions, then several at once), an empty page, a static sheet.

    Every round starts its own servers.

    Returns:
        The figures of each side by name, `<side>.<figure>`.
    """
    release = (donnees / "releases" / "current").resolve()
    tous = [f"qpv={code}" for code in codes_des_quartiers(release, AMORCE + 2 * sessions)]
    amorce, voulues, autres = tous[:AMORCE], tous[AMORCE::2][:sessions], tous[AMORCE + 1 :: 2][:sessions]
    vide = dossier / "vide.py"
    vide.write_text("import streamlit as st\nst.html('<p>rien</p>')\n", encoding="utf-8")
    with (
        streamlit(PROJET / "app" / "observatoire.py", dossier, donnees) as site,
        streamlit(vide, dossier, donnees) as page_vide,
    ):
        suite(site, "quartier", amorce)
        suite(page_vide, "", [""] * AMORCE)
        neuves = suite(site, "quartier", voulues)
        vides = suite(page_vide, "", [""] * sessions)
        revues = suite(site, "quartier", voulues)
        simultanees = debit(site, "quartier", autres)
    noms = sorted(fichier.name for fichier in fiches.glob("Q*.html"))
    with fichiers(fiches, dossier) as nginx:
        statique = telecharger(nginx, noms, TELECHARGEMENTS)
    cotes = {"jamais_vues": neuves, "deja_vues": revues, "page_vide": vides}
    return {
        **{f"{cote}.{chiffre}": valeur for cote, figures in cotes.items() for chiffre, valeur in figures.items()},
        "sessions_par_s": simultanees,
        "statique_cpu_ms": statique,
    }


def comparer(donnees: Path, fiches: Path, sessions: int, tours: int) -> dict[str, object]:
    """`tours` rounds: every round, the median of each figure, the ratio to the static sheet, and the goals."""
    lus = []
    for _ in range(tours):
        with tempfile.TemporaryDirectory() as dossier:
            lus.append(un_tour(donnees, fiches, sessions, Path(dossier)))
    medianes = {chiffre: round(statistics.median(tour[chiffre] for tour in lus), 4) for chiffre in lus[0]}
    statique = medianes["statique_cpu_ms"]
    return {
        "objectif": "P9",
        "release": (donnees / "releases" / "current").resolve().name,
        "medianes": medianes,
        "rapport_statique": round(medianes["jamais_vues.cpu_ms"] / statique) if statique else None,
        "objectifs": OBJECTIFS,
        "tours": lus,
    }


def main() -> None:
    analyse = argparse.ArgumentParser(description=__doc__)
    analyse.add_argument("donnees", type=Path, help="data folder whose current release is shown")
    analyse.add_argument("fiches", type=Path, help="folder of static sheets with their style.css")
    analyse.add_argument("--sessions", type=int, default=50)
    analyse.add_argument("--source", default="deposit", help="word that ends the name of the result file")
    analyse.add_argument("--tours", type=int, default=5)
    options = analyse.parse_args()
    resultat = comparer(options.donnees.resolve(), options.fiches.resolve(), options.sessions, options.tours)
    chemin = ecrire(f"p9_{options.source}", resultat)
    print(json.dumps({cle: resultat[cle] for cle in ("medianes", "rapport_statique")}, indent=1), f"({chemin})")


if __name__ == "__main__":
    main()
