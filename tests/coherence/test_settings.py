"""Every setting is documented, and every documented or used variable is a setting.

Belongs here: README.md against `orchestration.settings`, the variables named in the code and the Makefile, the credentials of the cards.
Does not belong here: what a setting does (the tests of each command).
"""

from __future__ import annotations

import re
from pathlib import Path

from ingestion.catalogue import Catalogue
from orchestration.settings import Reglages

RACINE = Path(__file__).resolve().parents[2]
# Not settings of a person: what the orchestration hands to dbt, what spares a developer a second build in tests,
# where the browser tests leave their captures.
INTERNES = {
    "OBSERVATOIRE_ENTREPOT",
    "OBSERVATOIRE_DONNEES_DEMO",
    "OBSERVATOIRE_DONNEES_DEPOT",
    "OBSERVATOIRE_CAPTURES",
    # Read by systemd, which gives it to a command: the storage that a mirror copies (deploy/README.md).
    "OBSERVATOIRE_MIROIR",
    # The server of the PostgreSQL lane (docs/voies.md): a target of the dbt profile, not of a refresh.
    "OBSERVATOIRE_POSTGRES_HOTE",
    "OBSERVATOIRE_POSTGRES_PORT",
    "OBSERVATOIRE_POSTGRES_BASE",
    "OBSERVATOIRE_POSTGRES_UTILISATEUR",
    "OBSERVATOIRE_POSTGRES_MOT_DE_PASSE",
}
# Credentials are read where a publisher is asked, never held by the settings of a run.
IDENTIFIANTS = {nom: jeu.jeu for jeu in Catalogue().jeux.values() for nom in jeu.identifiants}
LUS = ("ingestion", "publication", "orchestration", "app", "dbt_project", "benchmarks", "tests", "deploy")


def test_the_readme_holds_the_table_of_the_settings() -> None:
    assert Reglages.tableau() in (RACINE / "README.md").read_text(encoding="utf-8"), (
        "README.md, section Settings: paste the output of python -c "
        "'from orchestration.settings import Reglages; print(Reglages.tableau())'"
    )


def test_the_readme_names_the_credentials_of_each_dataset() -> None:
    rangees = [
        ligne for ligne in (RACINE / "README.md").read_text(encoding="utf-8").splitlines() if ligne.startswith("| `")
    ]
    assert IDENTIFIANTS
    for nom, jeu in IDENTIFIANTS.items():
        assert nom.startswith("OBSERVATOIRE_"), (
            f"{jeu}: {nom} is an environment variable of the project, so it begins with OBSERVATOIRE_."
        )
        assert any(f"`{nom}`" in rangee and f"`{jeu}`" in rangee for rangee in rangees), (
            f"README.md, section Settings: add a row for {nom}, a credential of {jeu}."
        )


def test_every_variable_named_anywhere_is_a_setting() -> None:
    connues = {f"OBSERVATOIRE_{nom.upper()}" for nom in Reglages.model_fields} | INTERNES | IDENTIFIANTS.keys()
    fichiers = [RACINE / "Makefile", RACINE / "README.md", RACINE / "CONTRIBUTING.md"]
    for dossier in LUS:
        fichiers += [p for p in (RACINE / dossier).rglob("*") if p.suffix in {".py", ".yml", ".yaml", ".sql", ".md"}]
    nommees = {
        (nom, str(fichier.relative_to(RACINE)))
        for fichier in fichiers
        for nom in re.findall(r"\bOBSERVATOIRE_[A-Z]+(?:_[A-Z]+)*", fichier.read_text(encoding="utf-8"))
    }
    assert {couple for couple in nommees if couple[0] not in connues} == set()
