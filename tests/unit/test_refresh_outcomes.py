"""Exit codes and sentences of a refresh, with fake steps.

Belongs here: each outcome of contract.md (0, 1, 2, 3), what runs and what does not, what is remembered.
Does not belong here: real data (tests/integration/test_refresh_demo.py), the lock (test_refresh_lock.py).
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from faux_rafraichissement import RELEASE, Monde

from orchestration.dbt_build import Noeud
from orchestration.refresh import ErreurUsage
from orchestration.state import Etat
from orchestration.steps import BilanFichiers

ORDRE = ["elaguer", "placer", "fiches", "valider", "balayer", "construire", "publier"]
RACINE = Path(__file__).resolve().parents[2]


@pytest.fixture
def monde(tmp_path: Path) -> Monde:
    return Monde(tmp_path)


def test_first_run_releases_and_says_what_and_where(monde: Monde) -> None:
    issue = monde.rafraichir()
    assert (issue.code, issue.release, issue.change) == (0, RELEASE, True)
    assert [appel for appel in monde.appels if appel != "ingerer"] == ORDRE
    assert monde.journal.resume["tables"] == {"valeurs": 3}
    assert any(RELEASE in phrase for phrase in monde.journal.phrases)


def test_nothing_changed_runs_no_step_and_keeps_the_release(monde: Monde) -> None:
    monde.rafraichir()
    issue = monde.rafraichir()
    assert (issue.code, issue.release, issue.change) == (0, RELEASE, False)
    assert monde.appels == []


@pytest.mark.parametrize("champ", ["fichiers", "fiches", "code"])
def test_any_changed_input_builds_again(monde: Monde, champ: str) -> None:
    monde.rafraichir()
    autre = {"insee.cog/2026/a.csv": "bb"} if champ == "fichiers" else "autre"
    monde.inventaire = replace(monde.inventaire, **{champ: autre})
    assert monde.rafraichir().change
    assert "construire" in monde.appels


def test_force_builds_although_nothing_changed(monde: Monde) -> None:
    monde.rafraichir()
    assert monde.rafraichir(forcer=True).change


def test_a_missing_release_is_built_again(monde: Monde) -> None:
    monde.rafraichir()
    (monde.reglages.data / "releases" / "current").unlink()
    assert monde.rafraichir().change


def test_a_rollback_is_not_undone_when_nothing_changed(monde: Monde) -> None:
    monde.rafraichir()
    releases = monde.reglages.data / "releases"
    (releases / "20261101-aaaaaaaaaaaa").mkdir()
    (releases / "current").unlink()
    (releases / "current").symlink_to("20261101-aaaaaaaaaaaa")
    issue = monde.rafraichir()
    assert (issue.code, issue.release, issue.change) == (0, "20261101-aaaaaaaaaaaa", False)
    assert "--force" in issue.phrases[0]


def test_a_refused_file_releases_the_rest_with_3_and_says_so_again(monde: Monde) -> None:
    monde.fichiers = BilanFichiers(["a.csv : colonne TP60 attendue."], [])
    issue = monde.rafraichir()
    assert (issue.code, issue.release) == (3, RELEASE)
    assert monde.journal.alertes == ["a.csv : colonne TP60 attendue."]
    encore = monde.rafraichir()
    assert (encore.code, encore.change) == (3, False)
    assert monde.journal.alertes == ["a.csv : colonne TP60 attendue."]


def test_a_file_without_any_snapshot_releases_nothing(monde: Monde) -> None:
    monde.fichiers = BilanFichiers([], ["a.csv : absent du dépôt."])
    issue = monde.rafraichir()
    assert (issue.code, issue.release) == (1, None)
    assert "construire" not in monde.appels
    assert "publier" not in monde.appels
    assert "a.csv : absent du dépôt." in monde.journal.alertes


@pytest.mark.panne("F23", attendu="nothing published, rows named")
def test_a_failed_test_publishes_nothing_and_names_its_rows(monde: Monde) -> None:
    monde.rafraichir()
    monde.inventaire = replace(monde.inventaire, code="autre")
    echec = Noeud("test.o.t", "unique_fct_valeurs", "test", "fail", "Got 2", 0.1, 2, lignes=[{"code_qpv": "QP961001"}])
    monde.noeuds = [echec]
    monde.release = "20261125-bbbbbbbbbbbb"
    issue = monde.rafraichir()
    assert (issue.code, issue.release) == (1, RELEASE)
    assert "publier" not in monde.appels
    assert "unique_fct_valeurs" in monde.journal.alertes[0]
    assert "code_qpv=QP961001" in monde.journal.alertes[0]
    assert RELEASE in monde.journal.alertes[-1]


def test_a_failure_is_tried_again_at_the_next_run(monde: Monde) -> None:
    monde.noeuds = [Noeud("test.o.t", "t", "test", "fail", "Got 2", 0.1, 2)]
    assert monde.rafraichir().code == 1
    monde.noeuds = []
    assert monde.rafraichir().code == 0
    assert "publier" in monde.appels


@pytest.mark.panne("F3", attendu="what dbt and DuckDB say of a full disk is a sentence, the half-built warehouse goes")
@pytest.mark.parametrize(
    "message",
    [
        "IO Error: Could not write file x: No space left on device",
        "IO Error: Could not write all bytes to file x: wanted=1",
    ],
)
def test_a_full_disk_while_building_is_a_sentence_and_frees_the_warehouse(monde: Monde, message: str) -> None:
    monde.noeuds = [Noeud("model.o.m", "fct_valeurs", "model", "error", message, 0.1)]
    issue = monde.rafraichir()
    assert (issue.code, issue.release, monde.appels[-1]) == (1, None, "balayer")
    assert issue.phrases == [f"Disque plein ({monde.reglages.data}) : libérez de la place et relancez."]


def test_fictitious_and_real_data_never_share_a_folder(monde: Monde) -> None:
    monde.rafraichir()
    monde.reglages = monde.reglages.model_copy(update={"source": "deposit"})
    with pytest.raises(ErreurUsage, match="fictives"):
        monde.rafraichir()


def test_unknown_dataset_and_missing_deposit_are_usage_errors(monde: Monde) -> None:
    with pytest.raises(ErreurUsage, match=r"insee\.inconnu"):
        monde.rafraichir(seulement=["insee.inconnu"])
    monde.reglages = monde.reglages.model_copy(update={"source": "deposit", "depot": None})
    with pytest.raises(ErreurUsage, match="--deposit"):
        monde.rafraichir()


def test_published_files_are_not_taken_for_a_fictitious_territory(monde: Monde, tmp_path: Path) -> None:
    """`--deposit` without `--source deposit`: real figures would be published as fictitious ones."""
    monde.reglages = monde.reglages.model_copy(update={"depot": tmp_path / "publies"})
    (tmp_path / "publies").mkdir()
    with pytest.raises(ErreurUsage, match="--source deposit"):
        monde.rafraichir()


def test_only_reads_only_what_is_asked(monde: Monde) -> None:
    monde.rafraichir(seulement=["insee.cog"])
    assert monde.appels.count("ingerer") == 1


def test_state_survives_a_round_trip(monde: Monde) -> None:
    monde.rafraichir()
    etat = Etat.lire(monde.reglages.data)
    assert etat is not None
    assert etat.inventaire == monde.inventaire
    assert (etat.release, etat.entrepot, etat.nature) == (RELEASE, "1", "demo")


def test_usage_errors_exit_with_2() -> None:
    commande = [sys.executable, "-m", "orchestration.cli", "refresh", "--source", "deposit", "--deposit", "/nulle/part"]
    sortie = subprocess.run(commande, capture_output=True, text=True, cwd=RACINE, check=False)
    assert sortie.returncode == 2
    assert "/nulle/part" in sortie.stderr


def test_deciding_imports_nothing_heavy() -> None:
    """P1: digests are compared before dagster, dbt, great_expectations, polars or duckdb are imported."""
    programme = (
        "import sys; from orchestration.steps import Contexte, inventorier, release_courante\n"
        "import orchestration.refresh, orchestration.cli; from orchestration.settings import Reglages\n"
        "c = Contexte(Reglages(source='deposit', depot='/nulle/part')); assert inventorier(c).fichiers\n"
        "print([m for m in ('dagster', 'dbt', 'great_expectations', 'polars', 'pandas', 'duckdb') if m in sys.modules])"
    )
    sortie = subprocess.run([sys.executable, "-c", programme], capture_output=True, text=True, cwd=RACINE, check=True)
    assert sortie.stdout.strip() == "[]"
