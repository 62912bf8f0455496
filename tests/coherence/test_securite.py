"""Each requirement of docs/securite.md names tests that exist, and the settings of the explorer are the safe ones.

Belongs here: the page against the tests, the settings of Streamlit that no request can show.
Does not belong here: attacks (the tests that the page names).
"""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

from rapport_fiabilite import noms_des_tests

RACINE = Path(__file__).resolve().parents[2]
PAGE = RACINE / "docs" / "securite.md"


def test_each_requirement_names_tests_that_exist() -> None:
    lignes = [ligne for ligne in PAGE.read_text(encoding="utf-8").splitlines() if ligne.startswith("| ")][1:]
    assert len(lignes) >= 18
    for ligne in lignes:
        exigence, tests = ligne.strip("|").split("|")
        nommes = re.findall(r"`(tests/[^`]+)`", tests)
        assert nommes, f"{exigence.strip()}: no test"
        for nomme in nommes:
            fichier, _, nom = nomme.partition("::")
            assert (RACINE / fichier).is_file(), nomme
            assert nom in noms_des_tests(RACINE / fichier), nomme


def test_the_explorer_is_silent_and_protected() -> None:
    reglages = tomllib.loads((RACINE / "app" / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert reglages["server"]["enableXsrfProtection"] is True
    assert reglages["server"]["address"] == "127.0.0.1"
    assert reglages["client"]["showErrorDetails"] == "none"
    assert reglages["browser"]["gatherUsageStats"] is False


def test_the_explorer_offers_no_upload() -> None:
    fautes = []
    for module in sorted((RACINE / "app").rglob("*.py")):
        for noeud in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            nom = noeud.attr if isinstance(noeud, ast.Attribute) else getattr(noeud, "id", "")
            if nom in {"file_uploader", "camera_input", "audio_input", "login"}:
                fautes.append(f"{module.relative_to(RACINE)}: {nom}")
    assert fautes == []
