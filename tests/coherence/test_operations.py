"""The guide of the operators holds what exists: a section per alert, commands and variables that are there.

Belongs here: docs/operations.md against the kinds of alerts, the command line, the rule of freshness, the data folder.
Does not belong here: running what it says (integration/test_sauvegarde), the settings themselves (test_settings).
"""

from __future__ import annotations

import re
from pathlib import Path

from typer.main import get_command

from orchestration.alerts import TITRES
from orchestration.automation import HORAIRES
from orchestration.cli import app
from orchestration.freshness import DELAIS_J
from orchestration.settings import Reglages

RACINE = Path(__file__).resolve().parents[2]
GUIDE = (RACINE / "docs" / "operations.md").read_text(encoding="utf-8")


def test_each_kind_of_alert_has_its_section_and_each_section_its_kind() -> None:
    alertes = GUIDE.split("## Alerts\n", 1)[1].split("\n## ", 1)[0]
    sections = re.findall(r"^### (\w+)\n\n(.+?)(?=^### |\Z)", alertes, flags=re.M | re.S)
    assert [nom for nom, _ in sections] == list(TITRES)
    for nom, texte in sections:
        assert re.search(r"^1\. ", texte, flags=re.M), f"docs/operations.md, {nom}: say what to do first"


def test_commands_and_options_of_the_guide_exist() -> None:
    commandes = get_command(app).commands  # type: ignore[attr-defined]
    ecrites = re.findall(r"\bobservatoire ((?:[a-z]+ ?)+)((?: ?--[a-z]+)*)", GUIDE)
    assert ecrites
    for mots, options in ecrites:
        nom = mots.split()[0]
        if nom not in commandes:
            continue
        siennes = {o for p in commandes[nom].params for o in p.opts}
        for autre in getattr(commandes[nom], "commands", {}).values():
            siennes |= {o for p in autre.params for o in p.opts}
        if "review" not in mots:
            assert set(options.split()) <= siennes, f"observatoire {mots}{options}"


def test_variables_of_the_guide_are_settings() -> None:
    connues = {f"OBSERVATOIRE_{nom.upper()}" for nom in Reglages.model_fields}
    assert set(re.findall(r"\bOBSERVATOIRE_[A-Z_]+[A-Z]", GUIDE)) <= connues


def test_the_days_and_the_hours_of_the_guide_are_those_of_the_code() -> None:
    jours = [DELAIS_J[r] for r in ("quotidienne", "mensuelle", "bimestrielle", "trimestrielle", "annuelle")]
    lus = re.search(
        r"Late: (\d+) days after that for a nightly source, (\d+), (\d+) and (\d+) .*?, (\d+) for an annual", GUIDE
    )
    assert lus
    assert [int(jour) for jour in lus.groups()] == jours
    assert "three schedules" in GUIDE
    assert len(HORAIRES) == 3
