"""`observatoire status` and `nettoyer` on a data folder of the demo territory.

Belongs here: what a monitoring reads, what a person reads, what is removed and what never is.
Does not belong here: the rule of freshness (unit/test_freshness), sending alerts (test_alertes).
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from scenes import copier_donnees
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.refresh_lock import verrou_de_rafraichissement
from orchestration.settings import Reglages
from orchestration.state import Etat
from orchestration.status import phrases_de_statut, statut
from orchestration.steps import Contexte

JEU = "insee.chomage_localise"


def observatoire(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture
def donnees(donnees_demo: Path, tmp_path: Path) -> Path:
    return copier_donnees(donnees_demo, tmp_path / "donnees")


def dater(donnees: Path, jeu: str, recu: str) -> None:
    """Make the bytes of a dataset real ones, received that day."""
    verrou = yaml.safe_load((donnees / "verrou.yml").read_text(encoding="utf-8"))
    for millesime in verrou[jeu].values():
        for entree in millesime.values():
            entree |= {"origine": "live", "acquis_le": recu, "last_modified": None}
    # The copy shares its bytes with the original: the file is replaced, never written in place.
    (donnees / "verrou.yml").unlink()
    (donnees / "verrou.yml").write_text(yaml.safe_dump(verrou, allow_unicode=True), encoding="utf-8")


def test_a_monitoring_reads_the_release_and_the_calendar_of_each_source(donnees: Path) -> None:
    dater(donnees, JEU, "2026-01-10T05:00:00Z")
    contexte = Contexte(Reglages(data=donnees))
    etat, code = statut(contexte, datetime(2026, 6, 1, tzinfo=UTC))
    assert (code, etat["problemes"]) == (0, [])
    assert etat["release"]["id"] == (donnees / "releases" / "current").resolve().name
    source = {s["jeu"]: s for s in etat["sources"]}[JEU]
    # A quarter (92 days) after 10 January, late after another one.
    assert (source["fraicheur"], source["attendu_le"], source["en_retard_le"]) == ("a_jour", "2026-04-12", "2026-07-14")
    assert etat["controles"]["executes"] > 0
    tard, code_tard = statut(contexte, datetime(2026, 7, 14, tzinfo=UTC))
    assert code_tard == 3
    assert [(p["genre"], p["cle"]) for p in tard["problemes"]] == [("retard", f"retard:{JEU}")]
    texte = "\n".join(phrases_de_statut(tard))
    assert f"  {JEU}\u00a0: " in texte
    assert "en retard ; prochaine publication vers le 2026-04-12".replace(" ;", "\u00a0;") in texte
    assert "Publication attendue, pas encore reçue" in texte


def test_the_command_gives_json_and_its_code(donnees: Path, tmp_path: Path) -> None:
    reponse = observatoire("status", "--json", "--data", str(donnees))
    assert reponse.exit_code == 0
    etat = json.loads(reponse.stdout)
    assert {"release", "sources", "controles", "problemes", "alerte", "tentative"} <= etat.keys()
    vide = observatoire("status", "--json", "--data", str(tmp_path / "vide"))
    assert vide.exit_code == 1
    assert json.loads(vide.stdout)["release"] is None
    assert not (tmp_path / "vide").exists()


# --- making room --------------------------------------------------------------------------------------------------------


@pytest.fixture
def charge(donnees: Path) -> Path:
    """Seven releases, one of them current by a rollback; two warehouses; two rotated logs of dbt."""
    releases = donnees / "releases"
    courante = (releases / "current").resolve()
    for jour in range(1, 7):
        copier_donnees(courante, releases / f"202601{jour:02}-{jour:012x}")
    (releases / "current").unlink()
    (releases / "current").symlink_to(f"20260101-{1:012x}")
    etat = Etat.lire(donnees)
    assert etat is not None
    for nom in ("20260101T000000000000", "20260102T000000000000"):
        (donnees / "entrepot" / nom).mkdir(parents=True)
        (donnees / "entrepot" / nom / "entrepot.duckdb").write_bytes(b"x" * 100)
    replace(etat, entrepot="20260102T000000000000").ecrire(donnees)
    (donnees / "dbt" / "journaux").mkdir(parents=True, exist_ok=True)
    for nom in ("dbt.log", "dbt.log.1"):
        (donnees / "dbt" / "journaux" / nom).write_text("x", encoding="utf-8")
    return donnees


def contenu(donnees: Path) -> set[str]:
    tout = {str(chemin.relative_to(donnees)) for chemin in donnees.rglob("*")}
    return tout - {"rafraichissement.verrou"}


def test_cleaning_keeps_the_current_release_the_archive_and_the_last_warehouse(
    charge: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OBSERVATOIRE_RELEASES_GARDEES", "5")
    avant = contenu(charge)
    simule = observatoire("nettoyer", "--simuler", "--data", str(charge))
    assert simule.exit_code == 0
    assert contenu(charge) == avant
    fait = observatoire("nettoyer", "--data", str(charge))
    assert fait.exit_code == 0
    assert simule.stdout.replace("partirait", "retiré") == fait.stdout
    retires = {chemin.split("/")[1] for chemin in avant - contenu(charge) if chemin.split("/")[0] == "releases"}
    # Seven, five kept: the two oldest would go, but the oldest is current.
    assert retires == {f"20260102-{2:012x}"}
    assert (charge / "releases" / "current").resolve().is_dir()
    assert [d.name for d in (charge / "entrepot").iterdir()] == ["20260102T000000000000"]
    assert [f.name for f in (charge / "dbt" / "journaux").glob("dbt.log*")] == ["dbt.log"]
    touches = {chemin.split("/")[0] for chemin in avant - contenu(charge)}
    assert touches == {"releases", "entrepot", "dbt"}
    assert observatoire("nettoyer", "--data", str(charge)).stdout == "Rien à retirer.\n"


def test_by_default_no_release_goes(charge: Path) -> None:
    observatoire("nettoyer", "--data", str(charge))
    assert len([d for d in (charge / "releases").iterdir() if d.name[0] == "2"]) == 7


def test_cleaning_waits_for_the_end_of_a_refresh(charge: Path) -> None:
    avant = contenu(charge)
    with verrou_de_rafraichissement(charge):
        refuse = observatoire("nettoyer", "--data", str(charge))
    assert refuse.exit_code == 1
    assert str(os.getpid()) in refuse.stderr
    assert contenu(charge) == avant


def test_fewer_than_five_releases_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OBSERVATOIRE_RELEASES_GARDEES", "4")
    refuse = observatoire("nettoyer", "--data", str(tmp_path))
    assert refuse.exit_code == 2
    assert "releases_gardees" in refuse.stderr


@pytest.mark.panne("F6", attendu="found by the daily `observatoire alerte`, whoever serves the file")
def test_a_flipped_bit_of_a_sheet_is_an_open_problem_until_it_is_mended(donnees: Path) -> None:
    release = (donnees / "releases" / "current").resolve()
    fiche = next((release / "quartiers").glob("Q*.html"))
    bons = fiche.read_bytes()
    abimes = bytearray(bons)
    abimes[len(abimes) // 2] ^= 1
    # The copy shares its bytes with the original: the file is replaced, never written in place.
    fiche.unlink()
    fiche.write_bytes(abimes)
    contexte = Contexte(Reglages(data=donnees))
    assert statut(contexte, datetime.now(UTC))[0]["problemes"] == [], "nobody has read the bytes again yet"
    sortie = observatoire("alerte", "--data", str(donnees))
    assert (sortie.exit_code, fiche.name in sortie.output, "altéré" in sortie.output) == (0, True, True)
    assert [p["genre"] for p in statut(contexte, datetime.now(UTC))[0]["problemes"]] == ["abimee"]
    fiche.write_bytes(bons)
    assert observatoire("alerte", "--data", str(donnees)).output.strip() == "Rien à signaler."
    assert statut(contexte, datetime.now(UTC))[0]["problemes"] == []
