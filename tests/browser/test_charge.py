"""Many readers at once, through the shipped nginx, while a release is published: no error, nothing mixed (F5, F26).

Belongs here: readers of files and sessions of the application together, 200 connections at the same instant.
Does not belong here: what one browser sees of a publication (test_publication_pendant_la_lecture.py), the rates of nginx.
`--charge 200,30` asks for another number of readers and sessions, as `make load` does.
"""

from __future__ import annotations

import hashlib
import html
import http.client
import json
import re
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from conftest import PROJET, serveur
from ecran import chiffres_faux
from scenes import copier_donnees
from serveur_nginx import nginx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from test_publication_pendant_la_lecture import CODES, VERSION, autre_entrepot
from websockets.sync.client import connect

from publication.checksums import lire_sommes, verifier

LECTEURS, SESSIONS = 40, 4
A_LA_FOIS = 200
# A reader looks at a page, then at the next one.
PAUSE_S = 1.0
# The current release, whatever it is: each answer must be a file of one release, whole.
FICHIERS = {
    "/donnees/valeurs.parquet": "tables/valeurs.parquet",
    "/donnees/evolutions.parquet": "tables/evolutions.parquet",
    "/donnees/datapackage.json": "datapackage.json",
    "/donnees/dictionnaire.csv": "dictionnaire.csv",
    **{f"/quartiers/{code}": f"quartiers/{code}.html" for code in CODES},
}


@dataclass
class Mesures:
    """What readers were answered: durations in seconds, releases seen, everything that is not as it should be."""

    durees: list[float] = field(default_factory=list)
    versions: Counter[str] = field(default_factory=Counter)
    erreurs: list[str] = field(default_factory=list)
    octets: int = 0
    pages: list[tuple[str, str]] = field(default_factory=list)

    def ligne(self, nom: str, combien: int) -> str:
        """A row of the report."""
        triees = sorted(self.durees)
        p95 = triees[int(0.95 * (len(triees) - 1))]
        return (
            f"| {nom} | {combien} | {len(triees)} | {len(self.erreurs)} | {1000 * statistics.median(triees):.0f} ms | "
            f"{1000 * p95:.0f} ms | {self.octets / 1e6:.0f} MB |"
        )


@dataclass(frozen=True)
class Public:
    """The public door of an observatory: its port, its data folder."""

    port: int
    donnees: Path

    @property
    def releases(self) -> list[Path]:
        dossiers = (self.donnees / "releases").iterdir()
        return [d for d in dossiers if re.fullmatch(r"\d{8}-[0-9a-f]{12}", d.name)]


def adresse(rang: int) -> str:
    """Each reader comes from an address of its own, as on the network: limits are per address."""
    return f"127.{1 + rang // 250}.1.{1 + rang % 250}"


@pytest.fixture(scope="module")
def public(donnees_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Public]:
    dossier = tmp_path_factory.mktemp("charge")
    donnees = copier_donnees(donnees_demo, dossier / "donnees")
    (dossier / "serveur").mkdir()
    (dossier / "nginx").mkdir()
    with ExitStack() as pile:
        site = pile.enter_context(serveur(donnees, dossier / "serveur"))
        yield Public(pile.enter_context(nginx(donnees, dossier / "nginx", int(urlsplit(site).port or 0))), donnees)


def lire_en_boucle(
    public: Public, rang: int, fin: threading.Event, mesures: Mesures, ensemble: threading.Barrier
) -> None:
    """One reader of the files: keeps its connection, checks every byte of every answer."""
    connexion = http.client.HTTPConnection("127.0.0.1", public.port, timeout=60, source_address=(adresse(rang), 0))
    chemins = list(FICHIERS)
    ensemble.wait()
    while not fin.is_set():
        chemin = chemins[(rang + len(mesures.durees)) % len(chemins)]
        debut = time.monotonic()
        try:
            connexion.request("GET", chemin)
            reponse = connexion.getresponse()
            corps = reponse.read()
        except (OSError, http.client.HTTPException) as erreur:
            mesures.erreurs.append(f"{chemin}: {type(erreur).__name__} {erreur}")
            connexion.close()
            continue
        mesures.durees.append(time.monotonic() - debut)
        mesures.octets += len(corps)
        trouvees = versions_de(public, FICHIERS[chemin], corps) if reponse.status == 200 else []
        if not trouvees:
            mesures.erreurs.append(f"{chemin}: {reponse.status}, {len(corps)} bytes of no release")
        mesures.versions.update(trouvees)
        fin.wait(PAUSE_S)
    connexion.close()


def versions_de(public: Public, relatif: str, corps: bytes) -> list[str]:
    """The releases of which these bytes are that file."""
    somme = hashlib.sha256(corps).hexdigest()
    return [release.name for release in public.releases if lire_sommes(release).get(relatif) == somme]


def ouvrir_une_session(port: int, code: str, depuis: str) -> str:
    """Text of the sheet of a quartier as a session of the application receives it, through nginx.

    Raises:
        AssertionError: the run ended otherwise than by a success.
    """
    demande = BackMsg()
    demande.rerun_script.query_string = f"qpv={code}&reference=commune"
    demande.rerun_script.page_name = "quartier"
    morceaux: list[str] = []
    with connect(
        f"ws://127.0.0.1:{port}/_stcore/stream",
        subprotocols=["streamlit"],  # type: ignore[list-item]
        max_size=None,
        open_timeout=120,
        source_address=(depuis, 0),
    ) as prise:
        prise.send(demande.SerializeToString())
        while True:
            brut = prise.recv(timeout=120)
            recu = ForwardMsg.FromString(brut if isinstance(brut, bytes) else brut.encode())
            genre = recu.WhichOneof("type")
            assert genre != "page_not_found"
            if genre == "delta":
                assert not recu.delta.new_element.HasField("exception"), recu.delta.new_element.exception.message
                morceaux += [recu.delta.new_element.html.body, recu.delta.new_element.markdown.body]
            if genre == "script_finished":
                assert recu.script_finished == ForwardMsg.ScriptFinishedStatus.FINISHED_SUCCESSFULLY
                return "\n".join(morceaux)


def session_en_boucle(
    public: Public, rang: int, fin: threading.Event, mesures: Mesures, ensemble: threading.Barrier
) -> None:
    """One visitor of the application: a new session, then another one; what it was shown is kept for `relire`."""
    ensemble.wait()
    while not fin.is_set() or not mesures.durees:
        code = CODES[(rang + len(mesures.durees)) % len(CODES)]
        debut = time.monotonic()
        try:
            texte = ouvrir_une_session(public.port, code, adresse(1000 + rang))
            mesures.durees.append(time.monotonic() - debut)
            mesures.octets += len(texte)
            mesures.pages.append((code, texte))
        except Exception as erreur:  # noqa: BLE001 whatever goes wrong for a visitor is counted
            mesures.erreurs.append(f"{code}: {type(erreur).__name__} {erreur}")
        fin.wait(PAUSE_S)


def relire(public: Public, mesures: Mesures) -> None:
    """Compare each page of a session with the release that it names; once readers are gone, in one thread."""
    for code, texte in mesures.pages:
        versions = set(VERSION.findall(re.sub("<[^>]+>", "", texte)))
        if len(versions) != 1:
            mesures.erreurs.append(f"{code}: names {len(versions)} releases")
            continue
        (version,) = versions
        nombre, faux = chiffres_faux(cartes_de(texte), public.donnees / "releases" / version, code)
        mesures.erreurs += [f"{code}, {version}: {texte_faux}" for texte_faux in faux]
        if nombre < 8:
            mesures.erreurs.append(f"{code}, {version}: {nombre} figures")
        mesures.versions[version] += 1


def cartes_de(texte: str) -> dict[str, str]:
    """Headline figures of a sheet: indicator → text of its card."""
    return {
        nom: html.unescape(re.sub("<[^>]+>", "", re.sub("</(p|h3|span)>", "\n", carte)))
        for nom, carte in re.findall(r'<li class="chiffre" data-indicateur="(\w+)">(.*?)</li>', texte, re.DOTALL)
    }


def sante(port: int) -> int:
    """Status of the health of the application, from an address of its own."""
    connexion = http.client.HTTPConnection("127.0.0.1", port, timeout=60, source_address=("127.9.9.9", 0))
    try:
        connexion.request("GET", "/_stcore/health")
        return connexion.getresponse().status
    finally:
        connexion.close()


@pytest.mark.timeout(1500)
@pytest.mark.panne(
    "F5",
    attendu="readers of files and sessions through nginx during a publication: no error, every answer of one release",
)
def test_une_publication_sous_la_charge(
    public: Public,
    donnees_demo: Path,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    record_property: Callable[[str, object], None],
) -> None:
    lecteurs, sessions = request.config.getoption("--charge") or (LECTEURS, SESSIONS)
    ancienne = (public.donnees / "releases" / "current").resolve()
    entrepot = autre_entrepot(donnees_demo, tmp_path / "autre.duckdb")
    commande = [sys.executable, "-m", "publication", "--entrepot", str(entrepot), "--data", str(public.donnees)]
    commande += ["--cible-dbt", str(donnees_demo / "dbt" / "cible")]
    fin, ensemble = threading.Event(), threading.Barrier(lecteurs + sessions + 1)
    lus = [Mesures() for _ in range(lecteurs)]
    vus = [Mesures() for _ in range(sessions)]
    fils = [threading.Thread(target=lire_en_boucle, args=(public, r, fin, m, ensemble)) for r, m in enumerate(lus)]
    fils += [threading.Thread(target=session_en_boucle, args=(public, r, fin, m, ensemble)) for r, m in enumerate(vus)]
    for fil in fils:
        fil.start()
    ensemble.wait()
    debut = time.monotonic()
    santes = Counter[int]()
    try:
        with (tmp_path / "publication.txt").open("wb") as sortie:
            publieur = subprocess.Popen(commande, cwd=PROJET, stdout=sortie, stderr=subprocess.STDOUT)
            try:
                while publieur.poll() is None:
                    santes[sante(public.port)] += 1
                    time.sleep(0.5)
            finally:
                publieur.kill()
                publieur.wait()
        duree = time.monotonic() - debut
        time.sleep(5 * PAUSE_S)  # readers see the new release too
    finally:
        fin.set()
        for fil in fils:
            fil.join()
    assert publieur.returncode == 0, (tmp_path / "publication.txt").read_text(encoding="utf-8")
    nouvelle = (public.donnees / "releases" / "current").resolve()
    fichiers, pages = reunir(lus), reunir(vus)
    relire(public, pages)
    assert fichiers.erreurs == []
    assert pages.erreurs == []
    assert set(santes) == {200}
    assert set(fichiers.versions) == {ancienne.name, nouvelle.name}
    assert set(pages.versions) <= {ancienne.name, nouvelle.name}
    assert pages.versions[ancienne.name] > 0
    assert len(fichiers.durees) >= lecteurs
    assert len(pages.durees) >= sessions
    assert verifier(ancienne) == verifier(nouvelle) == []
    derniere = ouvrir_une_session(public.port, CODES[0], adresse(0))
    assert set(VERSION.findall(re.sub("<[^>]+>", "", derniere))) == {nouvelle.name}
    record_property("essais", len(fichiers.durees) + len(pages.durees))
    record_property(
        "charge",
        json.dumps(
            {
                "lignes": [fichiers.ligne("files", lecteurs), pages.ligne("sheet of a session", sessions)],
                "publication_s": round(duree),
                "sante": sum(santes.values()),
            }
        ),
    )


def reunir(mesures: list[Mesures]) -> Mesures:
    """The measures of several readers."""
    tout = Mesures()
    for une in mesures:
        tout.durees += une.durees
        tout.erreurs += une.erreurs
        tout.versions += une.versions
        tout.octets += une.octets
        tout.pages += une.pages
    return tout


@pytest.mark.panne(
    "F26", attendu="200 addresses at the same instant: each is answered, files and application; health 200"
)
@pytest.mark.parametrize("chemin", ["/donnees/dictionnaire.csv", "/"])
def test_deux_cents_connexions_a_la_fois(
    public: Public, chemin: str, record_property: Callable[[str, object], None]
) -> None:
    statuts = frapper(public, chemin, lambda rang: adresse(rang))
    assert statuts == Counter({200: A_LA_FOIS})
    assert sante(public.port) == 200
    record_property("essais", A_LA_FOIS)


@pytest.mark.panne(
    "F26",
    attendu="200 connections of one address at the same instant: served or told to wait, health 200 for the others",
)
def test_deux_cents_connexions_d_une_seule_adresse(
    public: Public, record_property: Callable[[str, object], None]
) -> None:
    statuts = frapper(public, "/donnees/valeurs.parquet", lambda _: "127.8.8.8")
    assert sum(statuts.values()) == A_LA_FOIS
    assert set(statuts) <= {200, 429}
    assert statuts[200] >= 60, "as many as one address may open must be served"
    assert sante(public.port) == 200
    record_property("essais", A_LA_FOIS)


def frapper(public: Public, chemin: str, depuis: Callable[[int], str]) -> Counter[int]:
    """Statuses of A_LA_FOIS requests whose connections are all open before the first one is sent."""
    prises = [
        socket.create_connection(("127.0.0.1", public.port), timeout=120, source_address=(depuis(rang), 0))
        for rang in range(A_LA_FOIS)
    ]
    statuts: Counter[int] = Counter()
    verrou, ensemble = threading.Lock(), threading.Barrier(A_LA_FOIS)

    def demander(prise: socket.socket) -> None:
        ensemble.wait()
        prise.sendall(f"GET {chemin} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        reponse = http.client.HTTPResponse(prise)
        reponse.begin()
        corps = reponse.read()
        complet = len(corps) == int(reponse.getheader("Content-Length") or len(corps))
        with verrou:
            statuts[reponse.status if complet else -1] += 1

    fils = [threading.Thread(target=demander, args=(prise,)) for prise in prises]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    for prise in prises:
        prise.close()
    return statuts
