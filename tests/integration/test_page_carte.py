"""The map: what is drawn against the Parquet of the release, classes by arithmetic, the page without a browser.

Belongs here: app.cartographie, app.plan and the page `carte`.
Does not belong here: what a browser shows (tests/browser).
"""

from __future__ import annotations

import base64
import re
from itertools import accumulate
from pathlib import Path

import duckdb
import pytest
from shapely.geometry import box
from streamlit.testing.v1 import AppTest

from app import cartographie as carto
from app import plan
from publication.sheets.fiche import Registre

SCRIPT = Path(__file__).resolve().parents[2] / "app" / "navigation.py"


def dessin(html: str) -> str:
    """The SVG inside the image of the map."""
    trouve = re.search(r'class="plan"><img src="data:image/svg\+xml;base64,([^"]+)"', html)
    assert trouve is not None
    return base64.b64decode(trouve[1]).decode("utf-8")


def test_les_classes_suivent_les_quantiles_et_gardent_les_egalites() -> None:
    assert plan.classer([float(v) for v in range(10)]) == [2.0, 4.0, 6.0, 8.0]
    assert [plan.classe_de(v, [2.0, 4.0, 6.0, 8.0]) for v in (0, 1.9, 2, 7.9, 9)] == [0, 0, 1, 3, 4]
    assert plan.classer([5.0, 5.0, 5.0]) == []
    assert plan.classer([]) == []
    assert plan.classer([0.0, 0.0, 0.0, 0.0, 3.0]) == [3.0]


def test_la_barre_d_echelle_et_le_trait_sont_a_la_mesure_du_terrain() -> None:
    """A square of 0.1° of latitude, 11,119.5 m: the bar of 2 km is 2000/11119.5 of its height."""
    zone = plan.Zone("Carré", "2024", box(0.0, 0.0, 0.1, 0.1).wkb, "/quartier?qpv=X")
    svg = dessin(plan.dessiner([zone], [], "essai"))
    trace = re.search(r'd="M([^"]+)z"', svg)
    assert trace is not None
    # The path is a start, then steps: x, y, dx, dy, dx, dy…
    ordonnees = list(accumulate([float(n) for n in re.findall(r"-?[\d.]+", trace[1])][1::2]))
    barre = re.search(r"v6h([\d.]+)v-6", svg)
    assert barre is not None
    assert ">2 km<" in svg.replace("\u00a0", " ")
    assert float(barre[1]) == pytest.approx((max(ordonnees) - min(ordonnees)) * 2000 / 11_119.5, rel=0.002)
    assert "stroke-dasharray" not in svg
    ancien = plan.Zone("Carré", "2015", zone.wkb, zone.adresse)
    assert "stroke-dasharray" in dessin(plan.dessiner([ancien], [], "essai"))


def test_un_nom_ne_devient_pas_une_balise() -> None:
    zone = plan.Zone("<script>", "2024", box(0.0, 0.0, 0.1, 0.1).wkb, "/quartier")
    html = plan.dessiner([zone], [plan.Point("<b>", 0.05, 0.05, "croix")], "<i>")
    for texte in (html, dessin(html)):
        assert not re.search("<(script|b|i)>", texte)


def test_les_points_et_leur_distance_sont_ceux_de_la_release(registre: Registre) -> None:
    codes = [q.code_territoire for q in carto.quartiers_du_lieu(registre, "departement:961")]
    trouves = carto.lieux(registre, codes, ["guichets"])
    tables = registre.release.chemin / "tables"
    attendu = duckdb.sql(
        f"select p.identifiant, min(p.distance_m) filter (where p.zonage = '2024') from '{tables}/proximites.parquet' p "
        f"join '{tables}/services.parquet' s on s.identifiant = p.identifiant and s.millesime = p.millesime "
        "and s.type_service = p.nature where p.nature = 'france_services' and p.millesime = '2024-08-01' "
        f"group by 1 having min(p.distance_m) filter (where p.code_qpv in (select code_territoire from "
        f"'{tables}/territoires.parquet' where niveau = 'qpv' and code_departement = '961')) <= 2000 order by 2, 1"
    ).fetchall()
    assert len(attendu) > 0
    assert [p.distance for p in trouves] == [distance for _, distance in attendu]
    assert {p.forme for p in trouves} == {"losange"}


def test_rien_n_est_colore_de_ce_qu_une_carte_ne_doit_pas_montrer(registre: Registre) -> None:
    offerts = {cle.partition(":")[2] for cle in carto.indicateurs_de_la_carte(registre)} - {""}
    themes = {registre.indicateurs[nom].theme for nom in offerts}
    assert "revenus" in themes
    assert not themes & {"securite", "discriminations", "education"}
    assert not [nom for nom in offerts if re.search("etrang|immigr|delinq|ips_", nom)]


@pytest.fixture
def page(donnees_demo: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("OBSERVATOIRE_DATA", str(donnees_demo))
    page = AppTest.from_file(str(SCRIPT), default_timeout=60)
    page.switch_page("vues/carte.py")
    return page


def texte(page: AppTest) -> str:
    return " ".join(element.proto.body for element in page.get("html"))


def test_la_page_dessine_chaque_quartier_du_departement(page: AppTest, registre: Registre) -> None:
    page.query_params["territoire"] = "departement:961"
    page.query_params["couches"] = "ecoles,sante,numerique,guichets"
    page.query_params["indicateur"] = "2015:taux_pauvrete_60"
    page.run()
    assert not page.exception
    html = texte(page)
    svg = dessin(html)
    codes = {c for c, q in registre.quartiers.items() if q.code_departement == "961"}
    assert set(re.findall(r"<title>[^<]*\((Q[A-Z0-9]+)\)", svg)) == codes
    assert "http" not in svg.replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert "classe\u00a01" in html or "classe 1" in html
    assert ">None<" not in html


def test_au_plus_trois_cents_points_et_le_reste_est_dit(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carto, "POINTS_MAX", 3)
    page.query_params["territoire"] = "departement:961"
    page.query_params["couches"] = "ecoles"
    page.run()
    html = texte(page)
    svg = dessin(html)
    assert svg.count("translate(") == 3
    assert "ne sont pas dessinés ni listés" in html


def test_autour_d_un_quartier(page: AppTest) -> None:
    page.query_params["qpv"] = "QN96101M"
    page.run()
    assert not page.exception
    assert "(QN96101M)</h2>" in texte(page)
