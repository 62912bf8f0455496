"""The files of a release over HTTP: immutable, verifiable, and nothing else.

Belongs here: the downloads page and the routes that serve the release.
Does not belong here: the content of the files (publication).
"""

from __future__ import annotations

import hashlib
import http.client
from pathlib import Path

import duckdb
import httpx
import pytest
from visiteur import Visite


@pytest.fixture(scope="module")
def client(site: str) -> httpx.Client:
    return httpx.Client(base_url=site, trust_env=False)


def demander(site: str, chemin: str) -> tuple[int, bytes]:
    """The answer to a path sent as it is written: an ordinary client would tidy it up first."""
    connexion = http.client.HTTPConnection(site.removeprefix("http://"), timeout=20)
    try:
        connexion.request("GET", chemin)
        reponse = connexion.getresponse()
        return reponse.status, reponse.read()
    finally:
        connexion.close()


def sommes(release: Path) -> dict[str, str]:
    lignes = (release / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return {nom.strip(): somme for somme, _, nom in (ligne.partition(" ") for ligne in lignes)}


def test_chaque_table_de_la_page_est_le_fichier_publie(
    visite: Visite, client: httpx.Client, release_demo: Path
) -> None:
    page = visite.ouvrir("/donnees")
    liens = [lien.get_attribute("href") or "" for lien in page.locator("a[href^='/releases/']").all()]
    tables = [f"tables/{fichier.name}" for fichier in sorted((release_demo / "tables").glob("*.parquet"))]
    servis = {lien.removeprefix(f"/releases/{release_demo.name}/"): lien for lien in liens}
    assert set(tables) <= set(servis)
    for autre in ("datapackage.json", "dictionnaire.csv", "citation.txt", "citation.bib", "SHA256SUMS"):
        assert autre in servis
    for nom, lien in servis.items():
        reponse = client.get(lien)
        assert reponse.status_code == 200, lien
        attendue = sommes(release_demo).get(nom, hashlib.sha256((release_demo / nom).read_bytes()).hexdigest())
        assert hashlib.sha256(reponse.content).hexdigest() == attendue, lien
    for exemple in ("SELECT * FROM 'valeurs.parquet'", "pl.scan_parquet", "arrow::open_dataset"):
        assert exemple in page.locator("body").inner_text()


def test_la_ligne_duckdb_de_la_page_marche(visite: Visite, release_demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texte = visite.ouvrir("/donnees").locator("pre", has_text="SELECT").first.inner_text()
    monkeypatch.chdir(release_demo / "tables")
    assert len(duckdb.sql(texte).fetchall()) >= 1


def test_un_fichier_publie_ne_change_pas_et_se_reprend(client: httpx.Client, release_demo: Path) -> None:
    adresse = f"/releases/{release_demo.name}/tables/valeurs.parquet"
    entier = client.get(adresse)
    assert entier.headers["etag"] == f'"{sommes(release_demo)["tables/valeurs.parquet"]}"'
    assert "immutable" in entier.headers["cache-control"]
    assert client.get(adresse, headers={"If-None-Match": entier.headers["etag"]}).status_code == 304
    debut = client.get(adresse, headers={"Range": "bytes=0-3"})
    assert (debut.status_code, debut.content) == (206, b"PAR1")


def test_l_adresse_courante_mene_a_la_version(client: httpx.Client, release_demo: Path) -> None:
    reponse = client.get("/releases/current/citation.txt")
    assert reponse.status_code == 307
    assert reponse.headers["location"] == f"/releases/{release_demo.name}/citation.txt"


@pytest.mark.panne("F25", attendu="no other file leaves the application")
@pytest.mark.parametrize(
    "chemin",
    [
        "/releases/{id}/../../verrou.yml",
        "/releases/{id}/%2e%2e/%2e%2e/verrou.yml",
        "/releases/{id}/..%2f..%2fverrou.yml",
        "/releases/{id}//etc/passwd",
        "/releases/{id}/tables/inconnue.parquet",
        "/releases/..%2f..%2f/verrou.yml",
        "/releases/.verrou/x",
        "/releases/20990101-000000000000/citation.txt",
        "/releases/{id}/",
    ],
)
def test_rien_d_autre_ne_sort(site: str, release_demo: Path, chemin: str) -> None:
    statut, corps = demander(site, chemin.replace("{id}", release_demo.name))
    assert statut in (400, 404)
    assert b"root:" not in corps
    assert b"sha256" not in corps  # the lock of the run, two folders above


@pytest.mark.panne("F25", attendu="a parameter of 1 MB is refused, the site answers")
def test_un_parametre_d_un_megaoctet_est_refuse_sans_casser_le_site(site: str) -> None:
    statut, corps = demander(site, f"/quartier?qpv={'x' * 1_000_000}")
    assert 400 <= statut < 500
    assert b"Traceback" not in corps
    assert demander(site, "/_stcore/health")[0] == 200


def test_la_page_se_declare_en_francais_sans_script(client: httpx.Client) -> None:
    for chemin in ("/", "/quartier?qpv=QP961001", "/donnees"):
        page = client.get(chemin)
        assert '<html lang="fr">' in page.text
        assert "a besoin de JavaScript" in page.text
