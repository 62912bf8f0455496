"""A file that lost a fifth of its rows: nothing is published until a person says why it may be (F12).

Belongs here: the whole way from the command line, on a copy of the demo territory.
Does not belong here: thresholds and sentences, a second refresh that finds the same (tests/unit/test_publication_review.py).
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from scenes import copier_donnees
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.journal import Journal
from orchestration.refresh import rafraichir
from orchestration.settings import Reglages
from publication.checksums import verifier
from publication.review import lire

FICHIER = Path("anct/france_services/liste-fs-20221201.csv")


def commande(*arguments: str) -> tuple[int, str]:
    """Exit code and text of `observatoire …`."""
    fini = CliRunner().invoke(app, list(arguments))
    return fini.exit_code, fini.output


@pytest.mark.panne("F12", attendu="the whole way from the command line, last good until accepted")
def test_un_fichier_ampute_attend_une_personne(donnees_demo: Path, territoire_demo: Path, tmp_path: Path) -> None:
    donnees, depot = copier_donnees(donnees_demo, tmp_path / "donnees"), tmp_path / "territoire"
    shutil.copytree(territoire_demo, depot)
    fichier = depot / FICHIER
    lignes = fichier.read_bytes().splitlines(keepends=True)
    gardees = [ligne for rang, ligne in enumerate(lignes) if rang == 0 or rang % 5]
    perdues = len(lignes) - len(gardees)
    assert perdues * 10 > len(lignes) - 1, "more than the threshold of 10 %"
    fichier.chmod(0o644)
    fichier.write_bytes(b"".join(gardees))
    avant = (donnees / "releases" / "current").resolve()
    reglages = Reglages(data=donnees, source="demo", depot=depot, relecture=True, sans_fiches=True)

    journal = Journal()
    issue = rafraichir(reglages, journal=journal)
    assert issue.code == 1
    assert any(FICHIER.name in phrase and "lignes lues" in phrase for phrase in issue.retenues), issue
    assert (donnees / "releases" / "current").resolve() == avant
    assert verifier(avant) == []
    code, texte = commande("releases", "--data", str(donnees), "review")
    assert (code, FICHIER.name in texte, avant.name in texte) == (0, True, True)

    code, texte = commande("releases", "--data", str(donnees), "accept", "  ")
    assert (code, "Une raison est demandée" in texte) == (1, True)
    code, texte = commande(
        "releases", "--data", str(donnees), "accept", "Guichets fermés, vérifié auprès du producteur."
    )
    assert code == 0, texte
    apres = (donnees / "releases" / "current").resolve()
    assert apres != avant
    assert verifier(apres) == []
    assert "Guichets fermés, vérifié auprès du producteur." in (apres / "notes.md").read_text(encoding="utf-8")
    accord = json.loads((apres / "datapackage.json").read_text(encoding="utf-8"))
    assert "Guichets fermés" in json.dumps(accord, ensure_ascii=False)
    assert lire(donnees) is None
    # The same content again is the accepted release, not another one to read.
    assert (rafraichir(reglages, journal=Journal()).code, (donnees / "releases" / "current").resolve()) == (0, apres)


@pytest.mark.parametrize(
    ("source", "relecture", "attendu"),
    [
        ("live", None, True),
        ("deposit", None, False),
        ("demo", None, False),
        ("live", False, False),
        ("demo", True, True),
    ],
)
def test_ce_qui_est_publie_sans_personne_est_relu(
    tmp_path: Path, source: str, relecture: bool | None, attendu: bool
) -> None:
    assert Reglages.model_validate({"data": tmp_path, "source": source, "relecture": relecture}).a_relire is attendu
