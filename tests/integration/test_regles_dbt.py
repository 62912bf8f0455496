"""The unit tests of the dbt models: invented rows in, the rows written beside them out.

Belongs here: running them all once, each by its name.
Does not belong here: the rows (`dbt_project/models/**/_unit_*.yml`), data tests (each refresh runs them).
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml
from scenes import copier_donnees

from orchestration.dbt_build import eprouver
from orchestration.settings import DEPOT_DU_CODE

DBT = DEPOT_DU_CODE / "dbt_project"


def declares() -> set[str]:
    """Names of the unit tests that the cards of the models declare."""
    cartes = (yaml.safe_load(carte.read_text(encoding="utf-8")) for carte in (DBT / "models").rglob("*.yml"))
    return {essai["name"] for carte in cartes for essai in carte.get("unit_tests", [])}


@pytest.fixture
def entrepot(donnees_demo: Path, tmp_path: Path) -> Path:
    """A copy of the warehouse of the demo territory, under its own name: its views call each other by it."""
    (construit,) = (donnees_demo / "entrepot").rglob("*.duckdb")
    return Path(shutil.copy(construit, tmp_path))


def test_every_unit_test_of_the_models_passes(donnees_demo: Path, entrepot: Path, tmp_path: Path) -> None:
    bilan = eprouver(DBT, copier_donnees(donnees_demo, tmp_path / "donnees"), entrepot)
    assert {noeud.nom for noeud in bilan.noeuds} == declares() != set()
    assert [(noeud.nom, noeud.message) for noeud in bilan.noeuds if not noeud.reussi] == []


def test_a_rule_that_changed_fails_its_unit_test(donnees_demo: Path, entrepot: Path, tmp_path: Path) -> None:
    """A value of the quartier 1 higher than the gap written beside it, in a copy of the project."""
    projet, nom = tmp_path / "dbt_project", "les_formes_de_l_ecart"
    shutil.copytree(DBT, projet)
    carte = projet / "models" / "marts" / "_unit_ecarts.yml"
    texte, ligne = carte.read_text(encoding="utf-8"), "('taux_pauvrete_60', '2019', 50.1, "
    assert ligne in texte
    carte.write_text(texte.replace(ligne, ligne.replace("50.1", "51.1")), encoding="utf-8")
    (noeud,) = eprouver(projet, copier_donnees(donnees_demo, tmp_path / "donnees"), entrepot, selection=[nom]).noeuds
    assert (noeud.nom, noeud.statut) == (nom, "fail")
