"""The ledger of the two zonings, counted again from the Parquet, and its page.

Belongs here: app.geographies and the page `geographies` without a browser, on the demo and on the published files.
Does not belong here: how the links are computed (transformation).
"""

from __future__ import annotations

import io
from pathlib import Path

import duckdb
import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from app import geographies as geo
from app.exports import csv
from publication.sheets.fiche import Registre
from publication.sheets.lecture import chemin_courant, ouvrir

SCRIPT = Path(__file__).resolve().parents[2] / "app" / "navigation.py"


def compter(registre: Registre, sql: str) -> int:
    """One number read again from the tables of the release."""
    tables = registre.release.chemin / "tables"
    for nom in registre.release.tables:
        sql = sql.replace("{" + nom + "}", f"'{tables}/{nom}.parquet'")
    ligne = duckdb.sql(sql).fetchone()
    assert ligne is not None
    return int(ligne[0])


def test_chaque_quartier_de_la_region_est_dans_le_fichier(registre: Registre) -> None:
    tous = geo.mouvements(registre, "region:96")
    lu = pl.read_csv(io.BytesIO(csv(geo.trame(registre, geo.registre_des_liens(registre.liens, tous)))))
    liens = compter(registre, "select count(*) from {correspondances}")
    seuls = compter(
        registre,
        "select count(*) from {mouvements} where code_qpv not in "
        "(select code_qp2015 from {correspondances} union all select code_qn2024 from {correspondances})",
    )
    assert seuls > 0
    assert lu.height == liens + seuls
    assert lu["code_qp2015"].drop_nulls().n_unique() == 60
    assert lu["code_qn2024"].drop_nulls().n_unique() == 63
    sorti = lu.filter(pl.col("lien") == "sorti")
    assert sorti.height == compter(registre, "select count(*) from {mouvements} where mouvement = 'sorti'")
    assert sorti["code_qn2024"].null_count() == sorti.height


def test_un_departement_garde_les_liens_d_un_seul_cote(registre: Registre) -> None:
    tous = geo.mouvements(registre, "departement:961")
    attendu = compter(registre, "select count(*) from {territoires} where niveau = 'qpv' and code_departement = '961'")
    assert 0 < attendu == len(tous) < 123


def test_les_territoires_suivis_et_les_deux_listes(registre: Registre) -> None:
    suivis = geo.suivis(registre, "region:96", ["densite_population"])
    assert len(suivis) == 5  # two quartiers that left and three watched territories of the demo
    assert {s["chiffres"]["densite_population"]["statut"] for s in suivis} <= {"estime", "secret", "non_diffuse"}
    for sens in ("prioritaire_loin_des_quartiers", "proche_hors_education_prioritaire"):
        attendu = compter(
            registre,
            "select count(distinct (identifiant, code_qpv, statut_education_prioritaire)) "
            f"from {{discordances_education_prioritaire}} where zonage = '2024' and discordance = '{sens}'",
        )
        assert sum(d["discordance"] == sens for d in geo.discordances(registre, "region:96")) == attendu > 0


def test_la_page_ecrit_les_comptes_de_la_region(donnees_demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OBSERVATOIRE_DATA", str(donnees_demo))
    page = AppTest.from_file(str(SCRIPT), default_timeout=60)
    page.switch_page("vues/geographies.py")
    page.query_params["territoire"] = "region:96"
    page.run()
    assert not page.exception
    texte = " ".join(element.proto.body for element in page.get("html"))
    assert "<h1>Géographies</h1>" in texte
    assert "Quartiers de 2015 sortis, sans successeur\u00a0: 2</h3>" in texte
    assert ">None<" not in texte


@pytest.mark.depot
def test_les_comptes_de_la_france_reelle(donnees_depot: Path) -> None:
    reel = Registre(ouvrir(chemin_courant(donnees_depot / "releases")))
    assert len(geo.sorties(geo.mouvements(reel, geo.HEXAGONE))) == 39
    assert len(geo.sorties(geo.mouvements(reel, geo.FRANCE))) == 47
    normandie = geo.mouvements(reel, "region:28")
    zonages = [m.quartier.zonage for m in normandie]
    assert (zonages.count("2015"), zonages.count("2024")) == (62, 63)
    assert geo.discordances(reel, geo.FRANCE) == []
    assert not geo.annuaire_dit_l_education_prioritaire(reel)
