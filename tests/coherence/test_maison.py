"""The house keeps its own rules: rooms, docstrings, pieces of a source, portable SQL, documented commands.

Belongs here: what can be read from the tree without running it.
Does not belong here: what a card says (test_catalogue), what a function does (unit).
"""

from __future__ import annotations

import ast
import csv
import hashlib
import re
import subprocess
from pathlib import Path

import pytest

from ingestion.catalogue import Catalogue

RACINE = Path(__file__).resolve().parents[2]
PIECES = ("ingestion", "publication", "orchestration", "app", "benchmarks")
LECTEURS = ("publication.sheets", "publication.provenance")
MODELES = RACINE / "dbt_project" / "models"
# Which room may import which: data walks one way, and a room hands over by files. `ingestion.catalogue` is the cards;
# the explorer shows what `LECTEURS` find in a release: the sheet of a quartier, what stands behind a figure (decision 0008).
PERMIS = {
    "ingestion": {"ingestion"},
    "publication": {"publication"},
    "app": {"app"},
    "orchestration": {"orchestration", "ingestion", "publication"},
    "benchmarks": {"benchmarks", "ingestion", "publication", "orchestration"},
}


def suivis(*motifs: str) -> list[Path]:
    """The files that git tracks."""
    sortie = subprocess.run(["git", "ls-files", "-z", "--", *motifs], cwd=RACINE, capture_output=True, check=True)
    return [RACINE / nom for nom in sortie.stdout.decode().split("\0") if nom and (RACINE / nom).is_file()]


def modules() -> list[Path]:
    return [chemin for piece in PIECES for chemin in sorted((RACINE / piece).rglob("*.py"))]


@pytest.mark.parametrize("module", modules(), ids=lambda chemin: str(chemin.relative_to(RACINE)))
def test_a_module_opens_with_its_three_part_docstring(module: Path) -> None:
    texte = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""
    assert "Belongs here:" in texte, f"{module.relative_to(RACINE)}: say what belongs here in the first docstring"
    assert "Does not belong here:" in texte, f"{module.relative_to(RACINE)}: say what does not belong here"
    assert texte.splitlines()[0].endswith("."), f"{module.relative_to(RACINE)}: the first line is a sentence"


@pytest.mark.parametrize("piece", sorted(PERMIS))
def test_rooms_hand_over_by_files(piece: str) -> None:
    fautes = []
    for chemin in sorted((RACINE / piece).rglob("*.py")):
        for noeud in ast.walk(ast.parse(chemin.read_text(encoding="utf-8"))):
            noms = [noeud.module or ""] if isinstance(noeud, ast.ImportFrom) else []
            noms += [alias.name for alias in noeud.names] if isinstance(noeud, ast.Import) else []
            for nom in noms:
                autre = nom.split(".")[0]
                if piece == "app" and nom.startswith(LECTEURS):
                    continue
                # The method page is written from the cards with the words of the sheets.
                if chemin.name == "method_page.py" and nom == "ingestion.catalogue":
                    continue
                if autre in PERMIS and autre not in PERMIS[piece]:
                    fautes.append(f"{chemin.relative_to(RACINE)} imports {nom}")
    assert fautes == []


def test_the_sheet_of_a_quartier_reads_a_release_and_nothing_else() -> None:
    """Neither the rest of publication nor Streamlit: the same sheet is a page and a file of the release."""
    fautes = []
    for chemin in sorted((RACINE / "publication" / "sheets").rglob("*.py")):
        for noeud in ast.walk(ast.parse(chemin.read_text(encoding="utf-8"))):
            noms = [noeud.module or ""] if isinstance(noeud, ast.ImportFrom) else []
            noms += [alias.name for alias in noeud.names] if isinstance(noeud, ast.Import) else []
            fautes += [
                f"{chemin.relative_to(RACINE)} imports {nom}"
                for nom in noms
                if nom.split(".")[0] == "streamlit" or (nom.startswith("publication") and not nom.startswith(LECTEURS))
            ]
    assert fautes == []


def test_every_dataset_has_its_staging_model_and_its_yaml_block() -> None:
    manques = []
    for jeu in Catalogue().jeux:
        producteur, nom = jeu.split(".")
        modeles = list((MODELES / "staging" / producteur).glob(f"stg_{producteur}__{nom}*.sql"))
        if not modeles:
            manques.append(f"{jeu}: no model dbt_project/models/staging/{producteur}/stg_{producteur}__{nom}.sql")
        blocs = "".join(p.read_text(encoding="utf-8") for p in (MODELES / "staging" / producteur).glob("*.yml"))
        manques += [f"{m.stem}: no YAML block beside it" for m in modeles if f"- name: {m.stem}\n" not in blocs]
    assert manques == []


def test_every_indicator_is_named_by_an_intermediate_model() -> None:
    sql = "".join(p.read_text(encoding="utf-8") for p in (MODELES / "intermediate").rglob("*.sql"))
    publiees = {reference.indicateur for reference in Catalogue().references}
    absents = [
        f"{nom}: no line in dbt_project/models/intermediate/, and no published value in catalogue/references.yml"
        for nom, fiche in Catalogue().indicateurs.items()
        if f"'{nom}'" not in sql and nom not in publiees and not (fiche.attente and not fiche.sources)
    ]
    assert absents == []


INTERDITS = (
    r"\b(read_parquet|read_csv|glob|qualify|pivot|unpivot|exclude|group\s+by\s+all|list_\w+|struct_\w+|unnest)\b"
)


def test_models_use_portable_sql_only() -> None:
    fautes = []
    for chemin in sorted(MODELES.rglob("*.sql")):
        sans_commentaires = re.sub(r"\{#.*?#\}|--[^\n]*", "", chemin.read_text(encoding="utf-8"), flags=re.S)
        sans_textes = re.sub(r"'[^']*'", "''", sans_commentaires)
        fautes += [f"{chemin.relative_to(RACINE)}: {mot}" for mot in re.findall(INTERDITS, sans_textes, flags=re.I)]
    assert fautes == []


def test_no_text_of_the_sql_holds_a_doubled_quote() -> None:
    """Spark reads `'a''b'` as two texts side by side, `ab`: the quote is written `chr(39)`."""
    sources = [*MODELES.rglob("*.sql"), *(MODELES.parent / "macros" / "portable").glob("*.sql")]
    fautes = []
    for chemin in sorted(sources):
        sans_commentaires = re.sub(r"\{#.*?#\}|--[^\n]*", "", chemin.read_text(encoding="utf-8"), flags=re.S)
        textes = re.findall(r"'((?:[^']|'')*)'", sans_commentaires)
        fautes += [f"{chemin.relative_to(RACINE)}: '{texte}'" for texte in textes if "''" in texte]
    assert fautes == []


def test_the_map_of_the_readme_is_the_tree() -> None:
    texte = (RACINE / "README.md").read_text(encoding="utf-8")
    carte = texte.split("## The house", 1)[1].split("```")[1]
    ecrits = set(re.findall(r"^(\w+)/", carte, flags=re.M))
    dossiers = {chemin.relative_to(RACINE).parts[0] for chemin in suivis() if len(chemin.relative_to(RACINE).parts) > 1}
    reels = {nom for nom in dossiers if not nom.startswith(".")}
    assert ecrits == reels, f"README.md, The house: missing {sorted(reels - ecrits)}, gone {sorted(ecrits - reels)}"


def test_documented_targets_and_commands_exist() -> None:
    cibles = set(re.findall(r"^([a-z]+):", (RACINE / "Makefile").read_text(encoding="utf-8"), flags=re.M))
    cli = (RACINE / "orchestration" / "cli.py").read_text(encoding="utf-8")
    for nom in ("README.md", "CONTRIBUTING.md", "docs/operations.md"):
        texte = (RACINE / nom).read_text(encoding="utf-8")
        assert set(re.findall(r"\bmake ([a-z]+)\b(?=[^.]*$|`| )", texte)) - {"it", "sure"} <= cibles, nom
        for commande in set(
            re.findall(
                r"\bobservatoire (refresh|probe|serve|releases|registre|status|provenance|alerte|nettoyer)\b", texte
            )
        ):
            assert re.search(rf"\b{commande}\b", cli), f"{nom}: observatoire {commande} is not in orchestration/cli.py"


@pytest.mark.parametrize("nom", ["requirements.lock", "requirements-postgres.lock", "requirements-spark.lock"])
def test_no_registry_host_no_machine_path_in_the_lock(nom: str) -> None:
    verrou = (RACINE / nom).read_text(encoding="utf-8")
    assert not re.search(r"https?://|--index|--extra|--find", verrou)
    assert all("==" in ligne for ligne in verrou.splitlines() if ligne and not ligne.startswith((" ", "#")))


@pytest.mark.depot
def test_no_published_file_is_committed(depot: Path) -> None:
    with (depot / "index.csv").open(encoding="utf-8", newline="") as flux:
        publies = {ligne["sha256"]: ligne["path"] for ligne in csv.DictReader(flux)}
    empreintes = {hashlib.sha256(chemin.read_bytes()).hexdigest(): chemin for chemin in suivis()}
    assert {publies[e]: str(empreintes[e]) for e in publies.keys() & empreintes.keys()} == {}


def test_every_published_table_is_described_on_the_downloads_page() -> None:
    """Read from the source: the page draws itself when it is imported."""
    from publication.contract import CLES

    page = (RACINE / "app" / "vues" / "donnees.py").read_text(encoding="utf-8")
    decrites = set(re.findall(r'^    "(\w+)": "', page.split("DESCRIPTIONS = {", 1)[1].split("}", 1)[0], flags=re.M))
    assert sorted(set(CLES) - decrites) == [], (
        "app/vues/donnees.py, DESCRIPTIONS: say in a few words what the table holds"
    )
