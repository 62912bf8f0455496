"""The map as a browser shows it: the page keeps the drawing and one link over each contour.

Belongs here: what Streamlit could drop from the page, which no test without a browser sees.
Does not belong here: what is drawn (tests/integration/test_page_carte).
"""

from __future__ import annotations

from pathlib import Path

import duckdb
from visiteur import Visite


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
