"""The recipe of CONTRIBUTING.md, followed to the letter in a copy of the repository: a new csv dataset in three places.

Belongs here: a card, a staging model with its YAML block, a fixture, and proof that nothing else was needed.
Does not belong here: what a card may say (unit tests), the datasets of the catalogue.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from orchestration.settings import DEPOT_DU_CODE

COPIES = ("catalogue", "ingestion", "dbt_project", "orchestration", "publication", "app", "benchmarks", "tests", "docs")
FICHE = """producteur: essai

jeux:
  - jeu: essai.bancs
    titre: "Bancs publics"
    producteur: "Ville d’essai"
    theme: territoires
    description: "Nombre de bancs de chaque quartier."
    page: "https://www.example.org/bancs"
    statut_page: a_confirmer
    licence: {nom: "Licence Ouverte 2.0", statut: a_confirmer}
    cadence: annuelle
    mention: "Source : Ville d’essai, Bancs publics"
    zonage: "2015"
    niveau: qpv
    lecture: {format: csv}
    cle: {colonnes: [CODE_QP], type: qpv2015, agregats: {Ensemble: QPV-FR}}
    marques: {s: secret}
    blocs:
      - nom: bancs
        regle_vide: non_diffuse
        variables:
          nb_bancs: {colonnes: [NB_BANCS], type: effectif}
    attendus: {lignes_min: 1, description: "Trois quartiers et leur ensemble, lu le 25/11/2026."}
    millesimes:
      - millesime: "2025"
        periodes: {bancs: "2025-12-31"}
        fichiers: [{fichier: bancs_2025.csv, chemin: essai/bancs/bancs_2025.csv, statut_url: a_confirmer, essai: documente}]
"""
VERROUS = sorted(fichier.name for fichier in DEPOT_DU_CODE.glob("requirements*.lock"))
MODELE = """select
    {{ colonnes_de_cellule() }}
from {{ source('essai', 'bancs') }}
"""
YAML = """version: 2

models:
  - name: stg_essai__bancs
    description: "Bancs publics des quartiers de 2015."
    config: {group: territoires}
    data_tests: [cellules_saines]
"""
JEU_FICTIF = '''"""Benches of the quartiers of the fictitious territory.

Belongs here: the csv of benches and what it masks.
Does not belong here: other datasets.
"""

from __future__ import annotations

from ingestion.demo.formats import csv
from ingestion.demo.territoire import construire


def fichiers() -> dict[str, bytes]:
    """Relative path → bytes."""
    codes = [quartier.code for quartier in construire().quartiers[:3]]
    lignes = [["CODE_QP", "NB_BANCS"], ["Ensemble", "1\\u202f240"], [codes[0], "12"], [codes[1], "s"], [codes[2], ""]]
    return {"essai/bancs/bancs_2025.csv": csv([*lignes, ["QP999", "3"]])}
'''


@pytest.fixture(scope="module")
def copie(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository with the three pieces of the recipe, as git would see it."""
    racine = tmp_path_factory.mktemp("recette") / "depot"
    sans = shutil.ignore_patterns("__pycache__", "target", "logs", ".user.yml")
    for nom in COPIES:
        shutil.copytree(DEPOT_DU_CODE / nom, racine / nom, ignore=sans)
    for nom in ("README.md", "CONTRIBUTING.md", "Makefile", "pyproject.toml", *VERROUS):
        shutil.copy(DEPOT_DU_CODE / nom, racine / nom)
    # 1. The card. 2. The staging model and its YAML block.
    (racine / "catalogue" / "sources" / "essai.yml").write_text(FICHE, encoding="utf-8")
    staging = racine / "dbt_project" / "models" / "staging" / "essai"
    staging.mkdir()
    (staging / "stg_essai__bancs.sql").write_text(MODELE, encoding="utf-8")
    (staging / "_stg_essai.yml").write_text(YAML, encoding="utf-8")
    # 3. The fixture, one more module of the demo territory.
    (racine / "ingestion" / "demo" / "bancs.py").write_text(JEU_FICTIF, encoding="utf-8")
    demo = racine / "ingestion" / "demo" / "__init__.py"
    texte = demo.read_text(encoding="utf-8").replace("    bases_qpv,\n", "    bancs,\n    bases_qpv,\n", 1)
    demo.write_text(texte.replace("MODULES = (\n", "MODULES = (\n    bancs,\n", 1), encoding="utf-8")
    executer(racine, "-m", "ingestion.dbt_sources")
    return racine


def executer(racine: Path, *arguments: str, **variables: str) -> str:
    """A command of the copy, with the packages of the copy; its output, or the failure with it."""
    environnement = os.environ | {"PYTHONPATH": str(racine)} | variables
    # The copy has no deposit beside it, and asks for none: it runs no test of the published files.
    environnement.pop("CI", None)
    fini = subprocess.run(
        [sys.executable, *arguments], cwd=racine, env=environnement, capture_output=True, text=True, check=False
    )
    assert fini.returncode == 0, fini.stdout + fini.stderr
    return fini.stdout


def test_les_trois_pieces_suffisent_aux_regles_de_la_maison(copie: Path) -> None:
    for commande in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *commande], cwd=copie, check=True, capture_output=True)
    essais = (
        "tests/coherence/test_maison.py",
        "tests/coherence/test_catalogue.py",
        "tests/coherence/test_dbt_sources.py",
    )
    sortie = executer(
        copie, "-m", "pytest", "-q", "-m", "not depot", "--deselect",
        "tests/coherence/test_maison.py::test_the_map_of_the_readme_is_the_tree", *essais,
    )  # fmt: skip
    assert "essai.bancs" in executer(copie, "-c", "from ingestion.catalogue import Catalogue; print(*Catalogue().jeux)")
    assert " passed" in sortie


def test_le_jeu_marche_jusqu_a_l_entrepot(copie: Path, tmp_path: Path) -> None:
    donnees = tmp_path / "data"
    sortie = executer(copie, "-m", "ingestion", "--source", "demo", "--data", str(donnees), "--only", "essai.bancs")
    assert "bancs_2025.csv" in sortie
    entrepot = tmp_path / "entrepot.duckdb"
    executer(
        copie / "dbt_project", "-m", "dbt.cli.main", "build", "--select", "stg_essai__bancs", "--profiles-dir", ".",
        OBSERVATOIRE_DATA=str(donnees), OBSERVATOIRE_ENTREPOT=str(entrepot),
    )  # fmt: skip
    with duckdb.connect(str(entrepot), read_only=True) as base:
        cellules = base.sql(
            "select code_territoire, variable, valeur, statut, periode from stg_essai__bancs order by ligne"
        ).fetchall()
    premiers = ["QP961001", "QP961002", "QP961003"]
    assert cellules == [
        ("QPV-FR", "nb_bancs", 1240.0, "observe", "2025-12-31"),
        (premiers[0], "nb_bancs", 12.0, "observe", "2025-12-31"),
        (premiers[1], "nb_bancs", None, "secret", "2025-12-31"),
        (premiers[2], "nb_bancs", None, "non_diffuse", "2025-12-31"),
    ]
    quarantaine = duckdb.read_parquet(str(donnees / "normalise/essai/bancs/2025/bancs_2025.csv.quarantaine.parquet"))
    assert quarantaine.select("ligne, valeur_lue").fetchall() == [(6, "QP999")]
