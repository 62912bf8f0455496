"""The shipped nginx configuration, read by a real nginx in front of a small server that stands for Streamlit.

Belongs here: what leaves through the public door, with which headers, and what does not.
Does not belong here: the routes of the application (test_routes_publiques), how nginx is installed (Makefile).
"""

from __future__ import annotations

import gzip
import http.client
import shutil
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from serveur_nginx import nginx

SECURITE = (
    *("content-security-policy", "x-content-type-options", "x-frame-options"),
    *("referrer-policy", "permissions-policy"),
)
Reponse = tuple[int, dict[str, str], bytes]


class FauxStreamlit(BaseHTTPRequestHandler):
    """Says which path reached it; accepts an upgrade."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.headers.get("Upgrade") == "websocket" and self.headers.get("Connection") == "upgrade":
            self.send_response(101)
            self.send_header("Upgrade", "websocket")
            self.send_header("Connection", "Upgrade")
            self.end_headers()
            self.wfile.write(self.rfile.read(4)[::-1])
            self.close_connection = True
            return
        corps = f"application {self.path}".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(corps)))
        self.end_headers()
        self.wfile.write(corps)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def donnees(donnees_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo release, with what must not leave: hidden folders, a file being written, a link, a lock."""
    dossier = tmp_path_factory.mktemp("public")
    releases = dossier / "releases"
    release = (donnees_demo / "releases" / "current").resolve()
    shutil.copytree(release, releases / release.name)
    (releases / "current").symlink_to(release.name)
    (releases / "journal.atom").write_text("<feed/>")
    (releases / ".construction-1-aa").mkdir()
    (dossier / "verrou.yml").write_text("secret")
    for nom in (".construction-1-aa/x.csv", f"{release.name}/SHA256SUMS.tmp", f"{release.name}/.cache"):
        (releases / nom).write_text("secret")
    (releases / release.name / "lien.csv").symlink_to(dossier / "verrou.yml")
    fiches = releases / release.name / "quartiers"
    fiches.mkdir(exist_ok=True)
    for nom in ("QP961001.html", "QP961001.pdf", "QN96101M.html", "QN96101M.pdf", "definitions.html", "style.css"):
        (fiches / nom).write_text(f"fiche {nom}")
    return dossier


@pytest.fixture(scope="module")
def app() -> Iterator[int]:
    serveur = ThreadingHTTPServer(("127.0.0.1", 0), FauxStreamlit)
    threading.Thread(target=serveur.serve_forever, daemon=True).start()
    yield serveur.server_port
    serveur.shutdown()
    serveur.server_close()


@pytest.fixture(scope="module")
def port(donnees: Path, app: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with nginx(donnees, tmp_path_factory.mktemp("nginx"), app) as port:
        yield port


@pytest.fixture(scope="module")
def release(donnees: Path) -> Path:
    return (donnees / "releases" / "current").resolve()


def demander(port: int, chemin: str, methode: str = "GET", **entetes: str) -> Reponse:
    """One request, its path sent as it is written."""
    connexion = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connexion.request(methode, chemin, headers={n.replace("_", "-"): v for n, v in entetes.items()})
        reponse = connexion.getresponse()
        return reponse.status, {n.lower(): v for n, v in reponse.getheaders()}, reponse.read()
    finally:
        connexion.close()


def test_a_release_is_immutable_and_resumable(port: int, release: Path) -> None:
    chemin, attendu = f"/releases/{release.name}/tables/valeurs.parquet", release / "tables" / "valeurs.parquet"
    statut, entetes, corps = demander(port, chemin)
    assert (statut, corps) == (200, attendu.read_bytes())
    assert entetes["cache-control"] == "public, max-age=31536000, immutable"
    assert entetes["content-type"] == "application/vnd.apache.parquet"
    assert demander(port, chemin, If_None_Match=entetes["etag"])[0] == 304
    statut, partie, corps = demander(port, chemin, Range="bytes=100-299")
    assert (statut, corps) == (206, attendu.read_bytes()[100:300])
    assert partie["content-range"] == f"bytes 100-299/{attendu.stat().st_size}"


@pytest.mark.parametrize(
    ("chemin", "nom", "genre"),
    [
        ("/donnees/valeurs.parquet", "tables/valeurs.parquet", "application/vnd.apache.parquet"),
        ("/donnees/tables/valeurs.parquet", "tables/valeurs.parquet", "application/vnd.apache.parquet"),
        ("/donnees/datapackage.json", "datapackage.json", "application/json"),
        ("/donnees/dictionnaire.csv", "dictionnaire.csv", "text/csv; charset=utf-8"),
        ("/donnees/geo/contours_2024.geojson", "geo/contours_2024.geojson", "application/geo+json"),
        ("/donnees/SHA256SUMS", "SHA256SUMS", "text/plain; charset=utf-8"),
        ("/quartiers/QP961001", "quartiers/QP961001.html", "text/html; charset=utf-8"),
        ("/quartiers/QP961001.html", "quartiers/QP961001.html", "text/html; charset=utf-8"),
        ("/quartiers/QP961001.pdf", "quartiers/QP961001.pdf", "application/pdf"),
        ("/quartiers/QN96101M", "quartiers/QN96101M.html", "text/html; charset=utf-8"),
        ("/quartiers/QN96101M.pdf", "quartiers/QN96101M.pdf", "application/pdf"),
        ("/quartiers/definitions.html", "quartiers/definitions.html", "text/html; charset=utf-8"),
        ("/quartiers/style.css", "quartiers/style.css", "text/css; charset=utf-8"),
        ("/journal.atom", "../journal.atom", "application/atom+xml; charset=utf-8"),
    ],
)
def test_files_of_the_current_release(port: int, release: Path, chemin: str, nom: str, genre: str) -> None:
    statut, entetes, corps = demander(port, chemin)
    assert (statut, corps) == (200, (release / nom).read_bytes())
    assert (entetes["content-type"], entetes["cache-control"]) == (genre, "no-cache")
    assert demander(port, chemin, If_None_Match=entetes["etag"])[0] == 304


@pytest.mark.parametrize("chemin", ["/", "/donnees", "/quartiers/QP961001?reference=epci", "/quartiers/QP999999"])
def test_everything_else_is_the_application(port: int, chemin: str) -> None:
    statut, entetes, corps = demander(port, chemin)
    assert (statut, corps.decode()) == (200, f"application {chemin}")
    assert "'unsafe-eval'" in entetes["content-security-policy"]


def test_text_is_compressed(port: int, release: Path) -> None:
    for nom in ("datapackage.json", "dictionnaire.csv", "geo/contours_2024.geojson"):
        _, entetes, corps = demander(port, f"/donnees/{nom}", Accept_Encoding="gzip")
        assert entetes["content-encoding"] == "gzip"
        assert gzip.decompress(corps) == (release / nom).read_bytes()
    assert "content-encoding" not in demander(port, "/donnees/valeurs.parquet", Accept_Encoding="gzip")[1]


@pytest.mark.panne("F25", attendu="no other file leaves nginx")
@pytest.mark.parametrize(
    "chemin",
    [
        "/releases/../verrou.yml",
        "/releases/%2e%2e/verrou.yml",
        "/releases/{id}/../../verrou.yml",
        "/releases/{id}/..%2f..%2fverrou.yml",
        "/donnees/..%2f..%2f..%2fverrou.yml",
        "/donnees/%2e%2e/%2e%2e/verrou.yml",
        "/releases/.construction-1-aa/x.csv",
        "/releases/{id}/SHA256SUMS.tmp",
        "/releases/{id}/.cache",
        "/releases/{id}/lien.csv",
        "/donnees/lien.csv",
        "/donnees/SHA256SUMS.tmp",
        "/donnees/.cache",
    ],
)
def test_nothing_else_leaves_the_disk(port: int, release: Path, chemin: str) -> None:
    assert b"secret" not in demander(port, chemin.replace("{id}", release.name))[2]


@pytest.mark.parametrize(
    ("methode", "chemin", "attendu"),
    [
        ("GET", "/_stcore/metrics", 404),
        ("GET", "//_stcore/metrics", 404),
        ("GET", "/%5fstcore/metrics", 404),
        ("GET", "/releases/", 404),
        ("GET", "/releases/20990101-000000000000/citation.txt", 404),
        ("GET", "/donnees/valeurs.csv", 404),
        ("POST", "/", 405),
        ("PUT", "/_stcore/upload_file/a/b", 405),
        ("GET", "/donnees/dictionnaire.csv", 200),
        ("GET", "/", 200),
    ],
)
def test_every_answer_carries_the_security_headers(port: int, methode: str, chemin: str, attendu: int) -> None:
    statut, entetes, _ = demander(port, chemin, methode)
    assert statut == attendu
    assert [nom for nom in SECURITE if nom not in entetes] == []
    assert "frame-ancestors 'none'" in entetes["content-security-policy"]
    assert entetes["server"] == "nginx"
    assert "immutable" not in entetes.get("cache-control", "")


def test_a_websocket_passes(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as prise:
        prise.sendall(
            b"GET /_stcore/stream HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
        )
        recu = b""
        while b"\r\n\r\n" not in recu:
            recu += prise.recv(4096)
        assert recu.startswith(b"HTTP/1.1 101")
        prise.sendall(b"abcd")
        corps = recu.split(b"\r\n\r\n", 1)[1]
        while len(corps) < 4 and (morceau := prise.recv(4096)):
            corps += morceau
        assert corps == b"dcba"


@pytest.mark.panne("F26", attendu="one address that floods is told to wait")
def test_a_flood_is_told_to_wait(donnees: Path, app: int, tmp_path: Path) -> None:
    with nginx(donnees, tmp_path, app) as port:
        connexion = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        statuts = []
        for _ in range(900):
            connexion.request("GET", "/journal.atom")
            reponse = connexion.getresponse()
            reponse.read()
            statuts.append(reponse.status)
            if reponse.status == 429:
                assert [nom for nom in SECURITE if not reponse.getheader(nom)] == []
                break
        connexion.close()
    assert statuts[-1] == 429
    assert set(statuts[:300]) == {200}, "a page and its pieces must pass"
