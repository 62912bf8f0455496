"""The log that a run leaves in the data folder: its lines, its rotation, what happens when it cannot be written.

Belongs here: `orchestration.run_log` on fake steps, and the lines that a machine reads on the output.
Does not belong here: the outcome of a refresh (test_refresh_outcomes), alerts (test_watch).
"""

from __future__ import annotations

import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from faux_rafraichissement import RELEASE, Monde
from rich.console import Console

from ingestion.catalogue import Catalogue
from orchestration import run_log
from orchestration.journal import Journal, JournalJson, JournalTerminal
from orchestration.refresh import rafraichir
from orchestration.run_log import JournalTenu

REVENUS = "insee.qpv_revenus"


@pytest.fixture
def monde(tmp_path: Path) -> Monde:
    return Monde(tmp_path)


def lignes(donnees: Path) -> list[dict[str, Any]]:
    texte = (donnees / "journaux" / "rafraichissements.jsonl").read_text(encoding="utf-8")
    return [json.loads(ligne) for ligne in texte.splitlines()]


def test_each_step_and_each_dataset_has_its_line(monde: Monde) -> None:
    monde.refuses = {REVENUS}
    monde.rafraichir()
    ecrites = lignes(monde.reglages.data)
    assert {ligne["porte"] for ligne in ecrites} == {"commande"}
    assert len({ligne["execution"] for ligne in ecrites}) == 1
    assert all(datetime.fromisoformat(ligne["le"]).tzinfo for ligne in ecrites)
    jeux = {ligne["jeu"]: ligne for ligne in ecrites if ligne["etape"] == "jeu"}
    catalogue = Catalogue().jeux
    assert list(jeux) == list(catalogue)
    # The fake step reads three rows per vintage.
    assert {nom: ligne["lignes"] for nom, ligne in jeux.items()} == {
        nom: 3 * len(jeu.millesimes) for nom, jeu in catalogue.items()
    }
    assert {nom for nom, ligne in jeux.items() if ligne["statut"] == "refuse"} == {REVENUS}
    assert all({"octets", "duree_s", "relus"} <= ligne.keys() for ligne in jeux.values())
    etapes = [(ligne["etape"], ligne["statut"]) for ligne in ecrites if "statut" in ligne and ligne["etape"] != "jeu"]
    assert etapes == [
        (nom, "fini") for nom in ("inventaire", "ingestion", "spatial", "fiches", "entrepot", "attentes", "publication")
    ]
    publication = next(ligne for ligne in ecrites if ligne["etape"] == "publication")
    assert publication["release"] == RELEASE
    assert (ecrites[-1]["etape"], ecrites[-1]["code"], ecrites[-1]["tables"]) == ("fin", 0, {"valeurs": 3})


def test_a_step_that_breaks_says_so(monde: Monde) -> None:
    monde._construire = lambda *_: 1 / 0  # type: ignore[method-assign]
    with pytest.raises(ZeroDivisionError):
        monde.rafraichir()
    assert ("entrepot", "echec") in [(ligne["etape"], ligne.get("statut")) for ligne in lignes(monde.reglages.data)]


def test_a_machine_reads_the_same_lines_on_the_output(monde: Monde, capsys: pytest.CaptureFixture[str]) -> None:
    rafraichir(monde.reglages, journal=JournalJson(), etapes=monde.etapes())
    lues = [json.loads(ligne) for ligne in capsys.readouterr().out.splitlines()]
    sans_date = [
        {cle: valeur for cle, valeur in ligne.items() if cle not in ("le", "execution", "porte")}
        for ligne in lignes(monde.reglages.data)
    ]
    for ligne in (*lues, *sans_date):
        ligne.pop("duree_s", None)
    assert lues == sans_date


def test_the_log_rotates_and_keeps_what_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_log, "TAILLE_MAX", 300)
    with JournalTenu(Journal(), tmp_path, porte="commande", gardes=2) as journal:
        for rang in range(20):
            journal.dire(f"phrase {rang}")
    fichiers = sorted(chemin.name for chemin in (tmp_path / "journaux").iterdir())
    assert fichiers == [f"rafraichissements.jsonl{suite}" for suite in ("", ".1", ".2")]
    assert lignes(tmp_path)[-1]["message"] == "phrase 19"
    assert max(chemin.stat().st_size for chemin in (tmp_path / "journaux").iterdir()) <= 300


def test_a_log_that_cannot_be_opened_is_said_once_and_stops_nothing(monde: Monde) -> None:
    monde.reglages.data.mkdir(parents=True)
    (monde.reglages.data / "journaux").write_text("", encoding="utf-8")
    assert monde.rafraichir().code == 0
    assert len([phrase for phrase in monde.journal.alertes if "Journal non écrit" in phrase]) == 1


@pytest.mark.panne("F3", attendu="said once, the refresh goes on without its log")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this machine")
def test_a_full_disk_while_logging_is_said_once_and_stops_nothing(monde: Monde) -> None:
    journaux = monde.reglages.data / "journaux"
    journaux.mkdir(parents=True)
    (journaux / "rafraichissements.jsonl").symlink_to("/dev/full")
    assert monde.rafraichir().code == 0
    dits = [phrase for phrase in monde.journal.alertes if "Journal non écrit" in phrase]
    assert len(dits) == 1
    assert "No space left" in dits[0]


def test_a_terminal_shows_a_bar_that_advances(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal only: a file or a pipe gets the lines of the finished steps."""

    def dessiner(*, terminal: bool) -> str:
        sortie = io.StringIO()
        journal = JournalTerminal()
        journal.console = Console(file=sortie, force_terminal=terminal, width=100, highlight=False)
        with journal.etape("ingestion", "Lecture des fichiers publiés") as suivi:
            suivi.total = 97
            for rang in range(3):
                suivi(f"insee.jeu_{rang}")
        return sortie.getvalue()

    dessine = dessiner(terminal=True)
    assert "insee.jeu_2…" in dessine
    assert "3/97" in dessine
    seul = dessiner(terminal=False)
    assert seul.startswith("  Lecture des fichiers publiés 0,")
    assert seul.count("\n") == 1
