"""The map as a browser shows it: the page keeps the drawing and one link over each contour; tiles and drawings in their style.

Belongs here: what Streamlit could drop from the page, which no test without a browser sees.
Does not belong here: what is drawn (tests/integration/test_page_carte).
"""

from __future__ import annotations

import io
import re
from pathlib import Path

import duckdb
import pytest
from PIL import Image
from playwright.sync_api import Browser, Route
from shapely.geometry import box
from visiteur import Visite

from app import plan
from publication.sheets.carte import LARGEUR, Point, dessiner

STYLE = Path(__file__).resolve().parents[2] / "publication" / "sheets" / "style.css"


def test_le_dessin_et_les_liens_sont_dans_la_page(visite: Visite, release_demo: Path) -> None:
    page = visite.ouvrir("/carte?territoire=departement:961&couches=ecoles,guichets")
    page.wait_for_selector(".plan img")
    assert page.locator(".plan img").evaluate("i => i.complete && i.naturalWidth") > 0
    assert page.locator(".series img").evaluate_all("l => l.filter(i => i.naturalWidth > 0).length") > 0
    (attendu,) = duckdb.sql(
        f"select count(*) from '{release_demo}/tables/territoires.parquet' where niveau = 'qpv' and code_departement = '961'"
    ).fetchone() or (0,)
    assert page.locator(".plan a").count() == attendu > 0
    places = page.locator(".plan a").evaluate_all("l => l.map(a => a.getBoundingClientRect().width)")
    cadre = page.locator(".plan").evaluate("d => d.getBoundingClientRect().width")
    assert all(0 < largeur < cadre for largeur in places)


def test_le_fond_est_sous_la_carte_et_son_absence_ne_gene_pas(
    chromium: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tiles that arrive are under the drawing; tiles that do not arrive leave the drawing and the links whole."""
    monkeypatch.setenv("OBSERVATOIRE_FOND_PLAN", "https://tuiles.example/{z}/{x}/{y}.svg")
    zone = plan.Zone("Carré", "2024", box(-0.42, 49.16, -0.32, 49.21).wkb, "/quartier?qpv=X")
    carte = plan.dessiner([zone], [plan.Point("École", -0.37, 49.18, "carre")], "essai")
    style = STYLE.read_text(encoding="utf-8")
    gris = '<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256"><rect width="256" height="256"/></svg>'

    def repondre(route: Route) -> None:
        route.fulfill(body=gris, content_type="image/svg+xml")

    def refuser(route: Route) -> None:
        route.abort()

    for repond in (False, True):
        page = chromium.new_page(viewport={"width": 900, "height": 900})
        page.route("https://tuiles.example/**", repondre if repond else refuser)
        page.set_content(f"<style>{style}</style>{carte}", wait_until="networkidle")
        tailles = page.locator(".fond img").evaluate_all("l => l.map(i => i.naturalWidth > 0)")
        assert len(tailles) > 3
        assert set(tailles) == {repond}
        assert page.locator(".plan>img").evaluate("i => i.naturalWidth") > 0
        dessus = page.evaluate(
            "() => { const d = document.querySelector('.plan>img'), r = d.getBoundingClientRect();"
            " document.querySelectorAll('.plan a, .plan>span:not(.fond)').forEach(x => x.remove());"
            " return document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2) === d; }"
        )
        assert dessus
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        page.close()


def test_le_dessin_d_une_fiche_prend_son_style_dans_la_page(chromium: Browser) -> None:
    """Inline, a repeated shape is styled too: white inside a school out of priority education, dark inside one in REP+."""
    points = [Point(0.0025, 0.005, "carre", "E1"), Point(0.0075, 0.005, "carre_plein", "E2")]
    dessin = dessiner([], [box(0.0, 0.0, 0.01, 0.01).wkb], points, ([("2024", "contour de 2024")], []), "essai")
    assert dessin is not None
    page = chromium.new_page(viewport={"width": LARGEUR, "height": dessin.hauteur})
    page.set_content(
        f"<style>{STYLE.read_text(encoding='utf-8')}body{{margin:0}}svg.situation{{border:0}}</style>{dessin.en_ligne}"
    )
    image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    page.close()
    places = [
        (float(x), float(y)) for x, y in re.findall(r'<use href="#carre\w*" x="([\d.]+)" y="([\d.]+)"', dessin.contenu)
    ]
    assert len(places) == 2
    couleurs = [image.getpixel((round(x), round(y))) for x, y in sorted(places)]
    assert couleurs == [(0xFF, 0xFF, 0xFF), (0x1F, 0x1F, 0x1F)]
