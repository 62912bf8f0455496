"""The command `observatoire` on the release of the demo territory: what each sub-command prints and its exit code.

Belongs here: the commands of contract.md, called as a person calls them.
Does not belong here: a whole refresh (test_refresh_demo.py), the content of the figures.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import duckdb
import pytest
from editeur import Editeur, Panne
from scenes import copier_donnees

from ingestion.catalogue import Catalogue
from orchestration.settings import DEPOT_DU_CODE


def observatoire(*arguments: str) -> subprocess.CompletedProcess[str]:
    commande = [sys.executable, "-m", "orchestration.cli", *arguments]
    return subprocess.run(commande, capture_output=True, text=True, cwd=DEPOT_DU_CODE, check=False)


@pytest.fixture(scope="module")
def donnees(donnees_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copier_donnees(donnees_demo, tmp_path_factory.mktemp("cli") / "donnees")


@pytest.fixture(scope="module")
def release(donnees: Path) -> Path:
    return (donnees / "releases" / "current").resolve()


def test_refresh_json_gives_one_object_per_line(donnees: Path, release: Path, territoire_demo: Path) -> None:
    sortie = observatoire("refresh", "--json", "--data", str(donnees), "--deposit", str(territoire_demo))
    etapes = [json.loads(ligne) for ligne in sortie.stdout.splitlines()]
    assert sortie.returncode == 0
    assert [etape["etape"] for etape in etapes] == ["inventaire", "fin"]
    assert (etapes[-1]["release"], etapes[-1]["change"]) == (release.name, False)


def test_releases_lists_marks_and_verifies(donnees: Path, release: Path) -> None:
    for arguments in (["releases"], ["releases", "list"]):
        sortie = observatoire(*arguments, "--data", str(donnees))
        assert sortie.returncode == 0
        assert f"* {release.name}" in sortie.stdout
    assert observatoire("releases", "verify", release.name, "--data", str(donnees)).returncode == 0
    montre = observatoire("releases", "show", "--data", str(donnees))
    assert "fictives" in montre.stdout
    meme = observatoire("releases", "diff", release.name, release.name, "--data", str(donnees))
    assert "0\u00a0ajouté, 0\u00a0supprimé, 0\u00a0modifié" in meme.stdout
    retour = observatoire("releases", "rollback", release.name, "--data", str(donnees))
    assert (retour.returncode, release.name in retour.stdout) == (0, True)


@pytest.mark.panne("F6", attendu="found by `observatoire releases verify`")
def test_a_flipped_bit_is_found_by_verify(donnees_demo: Path, tmp_path: Path) -> None:
    donnees = copier_donnees(donnees_demo, tmp_path / "donnees")
    release = (donnees / "releases" / "current").resolve()
    cible = release / "tables" / "valeurs.parquet"
    octets = bytearray(cible.read_bytes())
    octets[len(octets) // 2] ^= 1
    cible.unlink()
    cible.write_bytes(octets)
    sortie = observatoire("releases", "verify", release.name, "--data", str(donnees))
    assert sortie.returncode == 1
    assert "tables/valeurs.parquet" in sortie.stderr


def test_unknown_release_is_a_sentence(donnees: Path) -> None:
    sortie = observatoire("releases", "rollback", "20200101-000000000000", "--data", str(donnees))
    assert sortie.returncode == 1
    assert "20200101-000000000000" in sortie.stderr
    assert "Traceback" not in sortie.stderr


def test_status_names_the_release_and_every_dataset(donnees: Path, release: Path) -> None:
    sortie = observatoire("status", "--data", str(donnees))
    jeux = duckdb.sql(f"select distinct jeu from '{release}/tables/sources.parquet'").fetchall()
    assert sortie.returncode == 0
    assert release.name in sortie.stdout
    assert all(f"  {jeu}\u00a0: " in sortie.stdout for (jeu,) in jeux)


def test_status_without_a_release_says_what_to_do(tmp_path: Path) -> None:
    sortie = observatoire("status", "--data", str(tmp_path))
    assert sortie.returncode == 1
    assert "observatoire refresh" in sortie.stdout


def test_provenance_leads_to_the_archived_bytes(donnees: Path, release: Path) -> None:
    requete = (
        f"select code_territoire, indicateur, periode, empreinte_sha256 from '{release}/tables/valeurs.parquet' "
        "where niveau = 'qpv' and jeu = 'insee.qpv_revenus' and statut = 'observe' order by all limit 1"
    )
    ligne = duckdb.sql(requete).fetchone()
    assert ligne is not None
    code, indicateur, periode, empreinte = ligne
    sortie = observatoire("provenance", code, indicateur, periode, "--data", str(donnees))
    assert sortie.returncode == 0
    assert empreinte in sortie.stdout
    assert "stg_insee__qpv_revenus" in sortie.stdout
    assert (donnees / "archive" / empreinte[:2] / empreinte).is_file()


def test_provenance_of_an_unknown_figure_names_the_nearest(donnees: Path) -> None:
    sortie = observatoire("provenance", "QP961001", "taux_emploi", "2018", "--data", str(donnees))
    assert sortie.returncode == 1
    assert "taux_emploi_15_64" in sortie.stderr


def test_serve_without_a_release_says_what_to_do(tmp_path: Path) -> None:
    sortie = observatoire("serve", "--data", str(tmp_path))
    assert sortie.returncode == 1
    assert "observatoire refresh" in sortie.stderr


def test_serve_listens_on_the_loopback(donnees: Path) -> None:
    port = "18731"
    commande = [sys.executable, "-m", "orchestration.cli", "serve", "--port", port, "--data", str(donnees)]
    with subprocess.Popen(commande, cwd=DEPOT_DU_CODE, stdout=subprocess.PIPE, text=True) as serveur:
        try:
            assert _repond(f"http://127.0.0.1:{port}/_stcore/health") == 200
        finally:
            serveur.terminate()


def _repond(url: str, delai_s: float = 60.0) -> int:
    """Status of the first answer, asked until the server listens."""
    limite = time.monotonic() + delai_s
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as reponse:
                return int(reponse.status)
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > limite:
                raise
            time.sleep(0.3)


def test_probe_refuses_an_unknown_dataset(tmp_path: Path) -> None:
    sortie = observatoire("probe", "insee.inconnu", "--data", str(tmp_path))
    assert sortie.returncode == 2
    assert "insee.inconnu" in sortie.stderr
    assert not (tmp_path / "probe.json").exists()


def test_probe_asks_the_declared_address_and_writes_its_report(
    editeur: Editeur, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (url,) = [f.url for j, _, f in Catalogue().fichiers() if j.jeu == "insee.qpv2024_filosofi"]
    assert url is not None
    editeur.publier(url, b"PK\x03\x04" + bytes(96), type="application/zip")
    monkeypatch.setenv("OBSERVATOIRE_EDITEUR_LOCAL", editeur.base)
    sortie = observatoire("probe", "insee.qpv2024_filosofi", "--data", str(tmp_path))
    assert sortie.returncode == 0
    (ligne,) = json.loads((tmp_path / "probe.json").read_text(encoding="utf-8"))
    assert (ligne["url"], ligne["statut"], ligne["taille"]) == (url, 200, 100)
    assert "insee.qpv2024_filosofi" in sortie.stdout
    editeur.panne(url, Panne(statut=404))
    machine = observatoire("probe", "insee.qpv2024_filosofi", "--data", str(tmp_path), "--json")
    assert machine.returncode == 1
    assert "n'existe plus" in json.loads(machine.stdout)[0]["message"]


def test_help_is_quick_and_names_every_command() -> None:
    debut = time.process_time()
    sortie = observatoire("--help")
    assert time.process_time() - debut < 5
    assert sortie.returncode == 0
    for commande in ("refresh", "probe", "serve", "releases", "status", "provenance", "alerte", "nettoyer"):
        assert commande in sortie.stdout
