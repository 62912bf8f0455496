"""A page of the observatory run without a browser, and the release read again beside it.

Belongs here: opening a page with its query parameters, its HTML, queries on the Parquet tables of the same release.
Does not belong here: the release itself (conftest), assertions on a page (test_page_*).
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from publication.sheets.fiche import Fiche, Registre, construire

SCRIPT = Path(__file__).resolve().parents[2] / "app" / "navigation.py"


def ouvrir_page(vue: str, donnees: Path, monkeypatch: pytest.MonkeyPatch, **parametres: str) -> tuple[AppTest, str]:
    """The page `vues/<vue>.py` at an address, run without an exception, and everything it wrote as HTML."""
    monkeypatch.setenv("OBSERVATOIRE_DATA", str(donnees))
    page = AppTest.from_file(str(SCRIPT), default_timeout=60)
    page.switch_page(f"vues/{vue}.py")
    for nom, valeur in parametres.items():
        page.query_params[nom] = valeur
    page.run()
    assert not page.exception
    return page, " ".join(element.proto.body for element in page.get("html"))


def sql(registre: Registre, requete: str) -> list[tuple[object, ...]]:
    """Rows read again from the release; `@` stands for the folder of the tables."""
    return duckdb.sql(requete.replace("@", f"{registre.release.chemin}/tables/")).fetchall()


def fiche_de(registre: Registre, code: str) -> Fiche:
    """The sheet of a quartier that exists."""
    fiche = construire(registre, code)
    assert fiche is not None
    return fiche
