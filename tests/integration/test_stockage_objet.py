"""A release on object storage: what readers see while it is sent, cut off, sent twice or damaged.

Belongs here: a real S3 server on this machine (moto), a folder through the same code.
Does not belong here: the local shelf (tests/unit/test_publication_release.py).
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow.dataset as ds
import pytest
from moto.server import ThreadedMotoServer
from typer.testing import CliRunner

from orchestration.cli import app
from publication.checksums import LONGUEUR, ecrire_sommes, empreinte_contenu, empreintes, verifier
from publication.contract import ErreurPublication
from publication.object_store import POINTEUR, Etagere
from publication.sheets.fiche import Registre
from publication.sheets.lecture import ouvrir
from publication.shelf import courante

SEAU = "s3://observatoire/releases"


@pytest.fixture(scope="module")
def serveur_s3() -> Iterator[str]:
    serveur = ThreadedMotoServer("127.0.0.1", port=0)
    serveur.start()
    hote, port = serveur.get_host_and_port()
    yield f"http://{hote}:{port}"
    serveur.stop()


@pytest.fixture(params=["s3", "dossier"])
def adresse(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty shelf: on the S3 server, or in a folder."""
    if request.param == "dossier":
        return f"file://{tmp_path / 'etagere'}"
    return str(request.getfixturevalue("seau"))


@pytest.fixture
def seau(serveur_s3: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for nom, valeur in {
        "AWS_ENDPOINT_URL": serveur_s3,
        "AWS_ACCESS_KEY_ID": "essai",
        "AWS_SECRET_ACCESS_KEY": "essai",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(nom, valeur)
    fs = Etagere(SEAU).fs
    fs.mkdir("observatoire")
    yield SEAU
    fs.rm("observatoire", recursive=True)


def release(dossier: Path, valeur: int, *, note: str = "") -> Path:
    """A release of two tables that hold the same number, so that two halves of different ones would be seen."""
    chantier = dossier / f"chantier-{valeur}{note}"
    (chantier / "tables").mkdir(parents=True)
    for nom in ("a", "b"):
        pl.DataFrame({"valeur": [valeur]}).write_parquet(chantier / "tables" / f"{nom}.parquet")
    (chantier / "datapackage.json").write_text('{"created": "2026-11-26T00:00:00Z", "origine": "demo"}')
    (chantier / "notes.md").write_text(f"{valeur}{note}")
    sommes = empreintes(chantier)
    ecrire_sommes(chantier, sommes)
    parent = dossier / (note or "v")
    parent.mkdir(parents=True, exist_ok=True)
    fini = chantier.rename(parent / f"20261126-{empreinte_contenu(sommes)[:LONGUEUR]}")
    assert verifier(fini) == []
    return fini


def lu(adresse: str) -> int:
    lecture = Etagere(adresse).ouvrir()
    a, b = (pl.read_parquet(io.BytesIO(lecture.lire(f"tables/{nom}.parquet"))).item() for nom in ("a", "b"))
    assert a == b
    return int(a)


class Capricieux:
    """A file system that does something else at the n-th object it is given."""

    def __init__(self, fs: Any, rang: int, evenement: Any) -> None:
        self._fs, self._rang, self._evenement, self._envois = fs, rang, evenement, 0

    def __getattr__(self, nom: str) -> Any:
        return getattr(self._fs, nom)

    def pipe_file(self, objet: str, octets: bytes) -> None:
        self._envois += 1
        if self._envois == self._rang:
            self._evenement(objet)
        self._fs.pipe_file(objet, octets)


def test_what_is_sent_is_read_through_the_pointer_and_sent_once(adresse: str, tmp_path: Path) -> None:
    with pytest.raises(ErreurPublication, match="Aucune publication"):
        Etagere(adresse).ouvrir()
    une = release(tmp_path, 1)
    pointeur = Etagere(adresse).pousser(une)
    assert lu(adresse) == 1
    assert Etagere(adresse).pousser(une).prefixe == pointeur.prefixe
    Etagere(adresse).pousser(release(tmp_path, 2))
    assert lu(adresse) == 2


@pytest.mark.parametrize("rang", [1, 3, 5])
def test_an_interrupted_upload_leaves_the_previous_release_and_is_taken_up_again(
    adresse: str, tmp_path: Path, rang: int
) -> None:
    Etagere(adresse).pousser(release(tmp_path, 1))
    deux = release(tmp_path, 2)

    def couper(objet: str) -> None:
        raise ConnectionError(objet)

    with pytest.raises(ConnectionError):
        Etagere(adresse, Capricieux(Etagere(adresse).fs, rang, couper)).pousser(deux)
    assert lu(adresse) == 1
    Etagere(adresse).pousser(deux)
    assert lu(adresse) == 2


def test_the_second_of_two_publishers_is_refused(adresse: str, tmp_path: Path) -> None:
    Etagere(adresse).pousser(release(tmp_path, 1))
    autre = release(tmp_path, 3)

    def devancer(_: str) -> None:
        Etagere(adresse).pousser(autre)

    with pytest.raises(ErreurPublication, match="une autre publication est passée"):
        Etagere(adresse, Capricieux(Etagere(adresse).fs, 2, devancer)).pousser(release(tmp_path, 2))
    assert lu(adresse) == 3


def test_two_publishers_of_an_empty_shelf(seau: str, tmp_path: Path) -> None:
    autre = release(tmp_path, 3)

    def devancer(_: str) -> None:
        Etagere(seau).pousser(autre)

    with pytest.raises(ErreurPublication, match="une autre publication est passée"):
        Etagere(seau, Capricieux(Etagere(seau).fs, 2, devancer)).pousser(release(tmp_path, 2))
    assert lu(seau) == 3


def test_the_same_content_with_other_sheets_is_another_prefix(adresse: str, tmp_path: Path) -> None:
    sans = Etagere(adresse).pousser(release(tmp_path, 1))
    avec = Etagere(adresse).pousser(release(tmp_path, 1, note="fiches"))
    assert sans.release_id == avec.release_id
    assert sans.prefixe != avec.prefixe
    assert Etagere(adresse).ouvrir().lire("notes.md") == b"1fiches"


@pytest.mark.parametrize("chemin", ["tables/b.parquet", "SHA256SUMS"])
def test_an_altered_object_is_found_by_its_checksum(adresse: str, tmp_path: Path, chemin: str) -> None:
    etagere = Etagere(adresse)
    etagere.pousser(release(tmp_path, 1))
    locales = tmp_path / "locales"
    etagere.tirer(locales)
    avant = courante(locales)
    pointeur = etagere.pousser(release(tmp_path, 2))
    objet = f"{etagere.racine}/{pointeur.prefixe}/{chemin}"
    octets = bytearray(etagere.fs.cat_file(objet))
    octets[len(octets) // 2] ^= 1
    etagere.fs.pipe_file(objet, bytes(octets))
    with pytest.raises(ErreurPublication, match=f"{Path(chemin).name} (a été altéré|n'est pas celui)"):
        lu(adresse)
    with pytest.raises(ErreurPublication, match=Path(chemin).name):
        etagere.tirer(locales)
    assert courante(locales) == avant
    assert sorted(p.name for p in locales.iterdir() if p.is_dir() and not p.is_symlink()) == [
        avant.name if avant else ""
    ]


def test_an_object_altered_on_its_way_is_not_published(adresse: str, tmp_path: Path) -> None:
    etagere = Etagere(adresse)
    etagere.pousser(release(tmp_path, 1))

    class Menteur(Capricieux):
        def pipe_file(self, objet: str, octets: bytes) -> None:
            self._fs.pipe_file(objet, octets[:-1] + b"?" if objet.endswith("b.parquet") else octets)

    with pytest.raises(ErreurPublication, match=r"b\.parquet : relu différent"):
        Etagere(adresse, Menteur(etagere.fs, 0, None)).pousser(release(tmp_path, 2))
    assert lu(adresse) == 1


def test_a_damaged_release_is_not_sent(adresse: str, tmp_path: Path) -> None:
    une = release(tmp_path, 1)
    (une / "notes.md").write_text("autre")
    with pytest.raises(ErreurPublication, match="altérée"):
        Etagere(adresse).pousser(une)
    assert Etagere(adresse).pointeur() is None


@pytest.mark.parametrize("contenu", [b"{", b"[]", b'{"release": "../..", "sommes_sha256": "0"}'])
def test_a_pointer_that_is_not_ours_is_refused(adresse: str, tmp_path: Path, contenu: bytes) -> None:
    etagere = Etagere(adresse)
    etagere.pousser(release(tmp_path, 1))
    etagere.fs.pipe_file(f"{etagere.racine}/{POINTEUR}", contenu)
    with pytest.raises(ErreurPublication, match=POINTEUR):
        etagere.ouvrir()


def test_a_reader_never_sees_two_releases_while_the_pointer_moves(seau: str, tmp_path: Path) -> None:
    """Polars and pyarrow read below the prefix; DuckDB reads pyarrow's dataset, its own reader of S3 is no part of the wheel."""
    versions = [release(tmp_path, 1), release(tmp_path, 2)]
    Etagere(seau).pousser(versions[0])
    fini, erreurs, lectures = threading.Event(), [], []

    def lire() -> None:
        while not fini.is_set():
            try:
                lecture = Etagere(seau).ouvrir()
                a = pl.read_parquet(io.BytesIO(lecture.lire("tables/a.parquet"))).item()
                b = ds.dataset(f"{lecture.racine}/tables/b.parquet", filesystem=lecture.fs)
                with duckdb.connect() as connexion:
                    connexion.register("b", b)
                    (valeur,) = connexion.execute("select valeur from b").fetchone() or (None,)
                assert a == valeur
                lectures.append(a)
            except Exception as erreur:  # noqa: BLE001 (whatever a reader meets is the failure of this test)
                erreurs.append(erreur)
                return

    fil = threading.Thread(target=lire)
    fil.start()
    for tour in range(12):
        Etagere(seau).pousser(versions[(tour + 1) % 2])
    while len(set(lectures)) < 2 and fil.is_alive() and len(lectures) < 200:
        Etagere(seau).pousser(versions[len(lectures) % 2])
    fini.set()
    fil.join()
    assert erreurs == []
    assert set(lectures) == {1, 2}


def test_a_mirror_is_a_shelf_like_another(adresse: str, tmp_path: Path) -> None:
    une, deux = release(tmp_path, 1), release(tmp_path, 2)
    locales = tmp_path / "locales"
    Etagere(adresse).pousser(une)
    assert Etagere(adresse).tirer(locales) == une.name
    Etagere(adresse).pousser(deux)
    assert Etagere(adresse).tirer(locales) == deux.name
    assert Etagere(adresse).tirer(locales) == deux.name
    tiree = courante(locales)
    assert tiree is not None
    assert tiree.name == deux.name
    assert verifier(tiree) == []
    assert verifier(locales / une.name) == []


def test_the_commands_push_and_pull(adresse: str, tmp_path: Path) -> None:
    une = release(tmp_path / "data", 1, note="releases")
    (une.parent / "current").symlink_to(une.name)
    envoi = CliRunner().invoke(app, ["releases", "push", adresse, "--data", str(tmp_path / "data")])
    assert envoi.exit_code == 0, envoi.output
    assert une.name in envoi.output
    copie = CliRunner().invoke(app, ["releases", "pull", adresse, "--data", str(tmp_path / "site")])
    assert copie.exit_code == 0, copie.output
    tiree = courante(tmp_path / "site" / "releases")
    assert tiree is not None
    assert tiree.name == une.name
    vide = CliRunner().invoke(app, ["releases", "pull", f"{adresse}-vide", "--data", str(tmp_path / "site")])
    assert vide.exit_code == 1
    assert "n'a pas changé" in vide.output


def test_a_whole_release_is_mirrored_and_served(seau: str, donnees_demo: Path, tmp_path: Path) -> None:
    """Sheets, extracts, contours: what the explorer reads from the mirror is what was published."""
    publiee = courante(donnees_demo / "releases")
    assert publiee is not None
    Etagere(seau).pousser(publiee)
    Etagere(seau).tirer(tmp_path / "releases")
    tiree = courante(tmp_path / "releases")
    assert tiree is not None
    assert empreintes(tiree) == empreintes(publiee)
    assert verifier(tiree) == []
    ici, la = (Registre(ouvrir(release)).series("qpv", "QP961001") for release in (tiree, publiee))
    assert ici
    assert ici == la


def test_an_address_that_nobody_reads_is_a_sentence() -> None:
    with pytest.raises(ErreurPublication, match=r"inconnu://x : pas de système de fichiers"):
        Etagere("inconnu://x")
