"""Tests of the addresses of the current release, `/donnees/…` and `/journal.atom`, without a server.

Belongs here: what these two routes answer.
Does not belong here: immutable addresses (tests/browser/test_telechargements), the proxy in front (test_nginx).
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app.routes import ROUTES

RELEASE = "20260102-bbbbbbbbbbbb"


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    dossier = tmp_path / "releases" / RELEASE
    sommes = []
    for nom in ("tables/valeurs.parquet", "geo/contours_2024.geojson", "datapackage.json"):
        (dossier / nom).parent.mkdir(parents=True, exist_ok=True)
        (dossier / nom).write_bytes(nom.encode())
        sommes.append(f"{hashlib.sha256(nom.encode()).hexdigest()}  {nom}\n")
    (dossier / "SHA256SUMS").write_text("".join(sommes))
    (dossier / "cache.txt").write_text("not listed")
    (tmp_path / "releases" / "current").symlink_to(RELEASE)
    (tmp_path / "releases" / "journal.atom").write_text("<feed/>")
    monkeypatch.setenv("OBSERVATOIRE_DATA", str(tmp_path))
    return TestClient(Starlette(routes=ROUTES))


@pytest.mark.parametrize(
    ("chemin", "nom", "genre"),
    [
        ("valeurs.parquet", "tables/valeurs.parquet", "application/vnd.apache.parquet"),
        ("tables/valeurs.parquet", "tables/valeurs.parquet", "application/vnd.apache.parquet"),
        ("geo/contours_2024.geojson", "geo/contours_2024.geojson", "application/geo+json"),
        ("datapackage.json", "datapackage.json", "application/json"),
    ],
)
def test_a_file_of_the_current_release(client: TestClient, chemin: str, nom: str, genre: str) -> None:
    reponse = client.get(f"/donnees/{chemin}")
    assert (reponse.status_code, reponse.content) == (200, nom.encode())
    assert reponse.headers["content-type"] == genre
    assert reponse.headers["cache-control"] == "no-cache"
    assert reponse.headers["etag"] == f'"{hashlib.sha256(nom.encode()).hexdigest()}"'
    assert client.get(f"/donnees/{chemin}", headers={"If-None-Match": reponse.headers["etag"]}).status_code == 304
    partie = client.get(f"/donnees/{chemin}", headers={"Range": "bytes=1-3"})
    assert (partie.status_code, partie.content) == (206, nom.encode()[1:4])


@pytest.mark.panne("F25", attendu="no other file leaves the routes")
@pytest.mark.parametrize("chemin", ["cache.txt", "valeurs.csv", "%2e%2e/journal.atom", "..%2fjournal.atom", ""])
def test_nothing_else_leaves(client: TestClient, chemin: str) -> None:
    assert client.get(f"/donnees/{chemin}", follow_redirects=False).status_code in (307, 404)


def test_the_feed(client: TestClient) -> None:
    reponse = client.get("/journal.atom")
    assert (reponse.text, reponse.headers["content-type"]) == ("<feed/>", "application/atom+xml")
    assert reponse.headers["cache-control"] == "no-cache"
