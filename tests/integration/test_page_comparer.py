"""The comparison: rows, files and page, counted again from the Parquet of the demo release.

Belongs here: app.comparaison, app.exports and the page `comparer` without a browser.
Does not belong here: what a browser shows (tests/browser).
"""

from __future__ import annotations

import io
from pathlib import Path

import duckdb
import fastexcel
import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from app.comparaison import Ligne, ordonner, selectionner
from app.exports import csv, neutraliser, parquet, trame, xlsx
from publication.sheets.fiche import Registre
from publication.sheets.lecture import chemin_courant, ouvrir

SCRIPT = Path(__file__).resolve().parents[2] / "app" / "navigation.py"
INDICATEUR = "taux_emploi_15_64"


@pytest.fixture(scope="module")
def registre(donnees_demo: Path) -> Registre:
    return Registre(ouvrir(chemin_courant(donnees_demo / "releases")))


@pytest.fixture(scope="module")
def lignes(registre: Registre) -> list[Ligne]:
    return selectionner(registre, "2015", "departement:961", [INDICATEUR], "departement")


def publiees(registre: Registre) -> list[tuple[str, float | None, str]]:
    """Code, value and status read again from the release."""
    tables = registre.release.chemin / "tables"
    return duckdb.sql(
        f"select t.code_territoire, v.valeur, v.statut from '{tables}/territoires.parquet' t "
        f"join '{tables}/valeurs.parquet' v on v.code_territoire = t.code_territoire and v.niveau = 'qpv' "
        f"where t.niveau = 'qpv' and t.zonage = '2015' and t.code_departement = '961' and v.zonage = '2015' "
        f"and v.indicateur = '{INDICATEUR}' and v.periode = '2018' order by 1"
    ).fetchall()


def test_les_trois_fichiers_disent_ce_que_dit_la_release(registre: Registre, lignes: list[Ligne]) -> None:
    attendu = publiees(registre)
    assert len(attendu) > 5
    table = trame(lignes, [INDICATEUR], lambda jeu, millesime: f"{jeu} {millesime}")
    colonnes = ["code", f"{INDICATEUR}_valeur", f"{INDICATEUR}_statut"]
    classeur = fastexcel.read_excel(xlsx(table)).load_sheet(0).to_polars()
    lus = (pl.read_csv(csv(table)), classeur, pl.read_parquet(io.BytesIO(parquet(table))))
    for lu in lus:
        assert lu.select(colonnes).rows() == attendu


def test_l_ordre_par_valeur_laisse_les_manquants_a_la_fin(registre: Registre, lignes: list[Ligne]) -> None:
    nombres = sorted((v, c) for c, v, _ in publiees(registre) if v is not None)
    codes = [li.quartier.code_territoire for li in ordonner(lignes, INDICATEUR)]
    assert codes[: len(nombres)] == [c for _, c in nombres]
    assert len(codes) == len(lignes)


def test_un_texte_ne_devient_pas_une_formule() -> None:
    assert neutraliser("=1+1") == "'=1+1"
    assert neutraliser("Mont-Gaillard") == "Mont-Gaillard"


@pytest.mark.parametrize("vue", ["tableau", "points", "nuage"])
def test_chaque_representation_s_ouvre(donnees_demo: Path, monkeypatch: pytest.MonkeyPatch, vue: str) -> None:
    monkeypatch.setenv("OBSERVATOIRE_DATA", str(donnees_demo))
    page = AppTest.from_file(str(SCRIPT), default_timeout=60)
    page.switch_page("vues/comparer.py")
    page.query_params["vue"] = vue
    page.query_params["ordre"] = "oui"
    page.run()
    assert not page.exception
    assert "<h1>Comparer</h1>" in " ".join(element.proto.body for element in page.get("html"))
