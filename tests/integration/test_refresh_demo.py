"""The whole line on the demo territory: released, unchanged, drifted, with a vintage more or less, from Dagster.

Belongs here: a refresh from end to end, its exit code, its sentences, the rows it changes, the identity of its release.
Does not belong here: the same on the published files (tests/data), what the figures are (other tests).
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from scenes import compter, copier_donnees, empreinte, lignes_en_plus, renommer_colonne, retirer_millesime

from ingestion.catalogue import Catalogue
from orchestration.definitions import build_defs
from orchestration.journal import Journal
from orchestration.refresh import Issue, rafraichir
from orchestration.settings import DEPOT_DU_CODE, Reglages
from publication.checksums import verifier

FICHES = DEPOT_DU_CODE / "catalogue"
DERIVE = ("insee.qpv_revenus", "insee/qpv_revenus/REVN_2022.csv", "TP60", "TP60_BIS")
RETIRE = ("insee.qpv_filosofi", "2021")


@dataclass
class Essai:
    """One refresh: its outcome, what it said, the release readers get."""

    issue: Issue
    alertes: list[str]
    release: Path


def rafraichir_demo(donnees: Path, territoire: Path, catalogue: Path = FICHES, *, sans_fiches: bool = False) -> Essai:
    journal = Journal()
    reglages = Reglages(data=donnees, source="demo", depot=territoire, catalogue=catalogue, sans_fiches=sans_fiches)
    issue = rafraichir(reglages, journal=journal)
    return Essai(issue, journal.alertes, courante(donnees))


def courante(donnees: Path) -> Path:
    return (donnees / "releases" / "current").resolve()


@pytest.fixture(scope="module")
def territoire_derive(territoire_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the territory in which one column of one file has another name."""
    copie = tmp_path_factory.mktemp("derive") / "territoire"
    shutil.copytree(territoire_demo, copie)
    renommer_colonne(copie / DERIVE[1], DERIVE[2], DERIVE[3])
    return copie


@pytest.fixture(scope="module")
def essais(
    donnees_demo: Path, territoire_demo: Path, territoire_derive: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Essai]:
    """From the release of the demo: a column drifts while a vintage is taken out, then both come back."""
    dossier = tmp_path_factory.mktemp("essais")
    donnees = copier_donnees(donnees_demo, dossier / "donnees")
    catalogue = retirer_millesime(FICHES, dossier / "catalogue", *RETIRE)
    return {
        "derive": rafraichir_demo(donnees, territoire_derive, catalogue, sans_fiches=True),
        "retour": rafraichir_demo(donnees, territoire_demo, sans_fiches=True),
    }


def test_the_release_is_whole_and_says_it_is_fictitious(donnees_demo: Path) -> None:
    release = courante(donnees_demo)
    assert verifier(release) == []
    assert "fictives" in (release / "notes.md").read_text(encoding="utf-8")
    assert compter(release, "territoires", "niveau = 'qpv' and zonage = '2015'") == 60
    assert compter(release, "territoires", "niveau = 'qpv' and zonage = '2024'") == 63
    assert compter(release, "territoires", "niveau = 'qpv' and libelle ilike '%ensemble%'") == 0


def test_every_dataset_is_in_the_sources_and_up_to_date(donnees_demo: Path) -> None:
    sources = pl.read_parquet(courante(donnees_demo) / "tables/sources.parquet")
    declares = sorted((jeu.jeu, millesime.millesime) for jeu, millesime, _ in Catalogue().fichiers())
    assert sorted(sources.select("jeu", "millesime").iter_rows()) == declares
    assert set(sources["statut"]) == {"a_jour"}


def test_nothing_changed_keeps_the_release(donnees_demo: Path, territoire_demo: Path) -> None:
    avant = {chemin: chemin.stat().st_mtime_ns for chemin in courante(donnees_demo).rglob("*")}
    essai = rafraichir_demo(donnees_demo, territoire_demo)
    assert (essai.issue.code, essai.issue.change) == (0, False)
    assert {chemin: chemin.stat().st_mtime_ns for chemin in courante(donnees_demo).rglob("*")} == avant


def test_dagster_reaches_the_same_release_from_nothing(
    donnees_demo: Path, territoire_demo: Path, tmp_path: Path
) -> None:
    """Another empty folder, another order of steps: same input, same bytes, same digest, whatever the day of each."""
    reglages = Reglages(data=tmp_path / "donnees", source="demo", depot=territoire_demo)
    with dg.DagsterInstance.ephemeral() as instance:
        resultat = build_defs(reglages).resolve_job_def("refresh").execute_in_process(instance=instance)
    assert resultat.success
    assert empreinte(courante(reglages.data)) == empreinte(courante(donnees_demo))
    assert rafraichir_demo(reglages.data, territoire_demo).issue.change is False


@pytest.mark.panne("F13", attendu="a refresh keeps the earlier snapshot and exits with 3")
def test_a_renamed_column_keeps_the_earlier_snapshot_and_exits_with_3(
    essais: dict[str, Essai], donnees_demo: Path
) -> None:
    essai = essais["derive"]
    assert essai.issue.code == 3
    (phrase,) = essai.alertes
    assert all(mot in phrase for mot in ("REVN_2022.csv", DERIVE[0], DERIVE[2], DERIVE[3]))
    condition = f"jeu = '{DERIVE[0]}'"
    assert compter(essai.release, "valeurs", condition) == compter(courante(donnees_demo), "valeurs", condition) > 0
    assert compter(essai.release, "sources", "statut = 'en_echec'") == 1
    assert compter(essai.release, "sources", f"statut = 'en_echec' and {condition} and millesime = '2022'") == 1


def test_a_vintage_taken_out_takes_exactly_its_rows(essais: dict[str, Essai], donnees_demo: Path) -> None:
    avant, sans = courante(donnees_demo), essais["derive"].release
    jeu, millesime = RETIRE
    retirees = lignes_en_plus(avant, sans, "valeurs")
    assert len(retirees) == compter(avant, "valeurs", f"jeu = '{jeu}' and millesime = '{millesime}'") > 0
    assert all(jeu in ligne and millesime in ligne for ligne in retirees)
    assert lignes_en_plus(sans, avant, "valeurs") == []
    assert compter(sans, "sources", f"jeu = '{jeu}' and millesime = '{millesime}'") == 0


def test_putting_both_back_gives_the_same_release(essais: dict[str, Essai], donnees_demo: Path) -> None:
    """Same content, same identifier: exactly the vintage's rows were added, and nothing else changed."""
    retour = essais["retour"]
    assert (retour.issue.code, retour.alertes) == (0, [])
    assert retour.release.name == courante(donnees_demo).name


def test_a_renamed_column_without_a_snapshot_releases_nothing(territoire_derive: Path, tmp_path: Path) -> None:
    essai = rafraichir_demo(tmp_path / "donnees", territoire_derive, sans_fiches=True)
    assert (essai.issue.code, essai.issue.release) == (1, None)
    phrase = next(phrase for phrase in essai.alertes if "REVN_2022.csv" in phrase)
    assert all(mot in phrase for mot in (DERIVE[0], DERIVE[2], DERIVE[3]))
    assert not (tmp_path / "donnees" / "releases").exists()
