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

from app.comparaison import Cellule, Ligne, ordonnables, ordonner, selectionner
from app.exports import csv, neutraliser, parquet, trame, xlsx
from publication.sheets.fiche import Registre
from publication.sheets.format_fr import avec_unite

SCRIPT = Path(__file__).resolve().parents[2] / "app" / "navigation.py"
INDICATEUR = "taux_emploi_15_64"


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


def comparaison_ecrite(c: Cellule) -> str:
    assert c.valeur is not None
    return avec_unite(c.valeur, "%", 1, c.pas)


def test_les_trois_fichiers_disent_ce_que_dit_la_release(registre: Registre, lignes: list[Ligne]) -> None:
    attendu = publiees(registre)
    assert len(attendu) > 5
    table = trame(lignes, [INDICATEUR], lambda jeu, millesime: f"{jeu} {millesime}")
    colonnes = ["code", f"{INDICATEUR}_valeur", f"{INDICATEUR}_statut"]
    classeur = fastexcel.read_excel(xlsx(table)).load_sheet(0).to_polars()
    lus = (pl.read_csv(csv(table)), classeur, pl.read_parquet(io.BytesIO(parquet(table))))
    for lu in lus:
        assert lu.select(colonnes).rows() == attendu


def test_l_ordre_va_du_moins_favorable_au_plus_favorable(registre: Registre) -> None:
    """Employment: low first; poverty: high first (gap method §9); what has no number stays at the end."""
    for indicateur, signe in ((INDICATEUR, 1), ("taux_pauvrete_60", -1)):
        carte = registre.indicateurs[indicateur]
        lignes = selectionner(registre, "2015", "departement:961", [indicateur], "departement")
        ordre = ordonner(lignes, carte)
        tables = registre.release.chemin / "tables"
        periode = ordre[0].cellules[indicateur].periode
        rangs = dict(
            duckdb.sql(
                f"select distinct code_qpv, rang_departement from '{tables}/ecarts.parquet' where zonage = '2015' "
                f"and indicateur = '{indicateur}' and periode = '{periode}' and rang_departement is not null"
            ).fetchall()
        )
        codes = [li.quartier.code_territoire for li in ordre]
        suivis = [rangs[code] for code in codes if code in rangs]
        assert len(suivis) > 5
        assert suivis == sorted(suivis)
        valeurs = [c.valeur for li in ordre if (c := li.cellules[indicateur]).est_lisible]
        assert valeurs == sorted(valeurs, key=lambda v: signe * v)
        assert all(not li.cellules[indicateur].est_lisible for li in ordre[len(valeurs) :])


def test_un_indicateur_descriptif_ne_se_met_pas_en_ordre(registre: Registre) -> None:
    noms = [INDICATEUR, "population_municipale"]
    lignes = selectionner(registre, "2015", "departement:961", noms, "departement")
    assert [i.indicateur for i in ordonnables(lignes, [registre.indicateurs[n] for n in noms])] == [INDICATEUR]


def test_un_chiffre_arrondi_garde_les_decimales_de_sa_publication(registre: Registre) -> None:
    """The poverty rates of 2021 were published to one or two points: they are written without a decimal, as on the sheet."""
    lignes = selectionner(registre, "2024", "departement:961", ["taux_pauvrete_60"], "departement")
    ecrits = [comparaison_ecrite(c) for li in lignes if (c := li.cellules["taux_pauvrete_60"]).est_lisible]
    publies = duckdb.sql(
        f"select v.valeur from '{registre.release.chemin}/tables/valeurs.parquet' v join "
        f"'{registre.release.chemin}/tables/territoires.parquet' t using (niveau, code_territoire, zonage) where "
        "niveau = 'qpv' and zonage = '2024' and t.code_departement = '961' and v.indicateur = 'taux_pauvrete_60' "
        "and v.periode = '2021' and v.methode_incertitude = 'arrondi' and v.borne_haute - v.borne_basse >= 1 "
        "order by code_territoire"
    ).fetchall()
    assert len(publies) > 5
    assert ecrits == [f"{valeur:.0f}\u00a0%" for (valeur,) in publies]


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


def test_la_reference_de_chaque_quartier_est_celle_de_la_release(registre: Registre, lignes: list[Ligne]) -> None:
    """The upright mark of the points is the value of the département, which the release publishes once."""
    tables = registre.release.chemin / "tables"
    ((attendue,),) = duckdb.sql(
        f"select valeur from '{tables}/valeurs.parquet' where niveau = 'departement' and code_territoire = '961' "
        f"and indicateur = '{INDICATEUR}' and periode = '2018'"
    ).fetchall()
    lues = {li.cellules[INDICATEUR].valeur_reference for li in lignes if li.cellules[INDICATEUR].code_reference}
    assert lues == {attendue}
