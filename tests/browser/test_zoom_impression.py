"""Zoom and paper: nothing cut at 200 %, a static sheet that is accessible and prints.

Belongs here: the static sheets under axe and on paper, what a narrow screen cuts.
Does not belong here: axe on the pages of the explorer (test_accessibilite).
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe
from ecran import defauts_de_largeur
from playwright.sync_api import Page
from test_accessibilite import PAGES
from visiteur import Visite

RICHE = "QP961001"


def plus_lacunaire(release: Path) -> str:
    """The quartier with the fewest numbers."""
    ((code,),) = duckdb.sql(
        f"select code_territoire from '{release}/tables/valeurs.parquet' where niveau = 'qpv' group by 1 order by count(valeur), 1 limit 1"
    ).fetchall()
    return str(code)


@pytest.fixture(params=["riche", "lacunaire"])
def feuille(request: pytest.FixtureRequest, visite: Visite, release_demo: Path) -> Page:
    """A static sheet in the browser: one full of figures, the one that has the fewest."""
    code = RICHE if request.param == "riche" else plus_lacunaire(release_demo)
    return visite.ouvrir(f"/quartiers/{code}")


def test_axe_ne_trouve_rien_sur_une_fiche_statique(feuille: Page, largeur: str) -> None:
    violations = [v for v in Axe().run(feuille).response["violations"] if v["impact"] in ("serious", "critical")]
    assert [(v["id"], v["impact"], v["nodes"][0]["html"][:200]) for v in violations] == []


def test_une_fiche_statique_s_imprime(feuille: Page) -> None:
    """On paper: no link to the explorer nor skip link, texts of the links dark on white, tables not cut, address written."""
    feuille.emulate_media(media="print")
    assert not feuille.get_by_text("Ouvrir dans l’explorateur").is_visible()
    assert not feuille.get_by_text("Aller au contenu").is_visible()
    couleurs = feuille.locator("main a:visible").evaluate_all(
        "l => [...new Set(l.map(a => getComputedStyle(a).color))]"
    )
    assert couleurs
    for couleur in couleurs:
        rouge, vert, bleu = (int(n) for n in couleur.removeprefix("rgb(").removesuffix(")").split(",")[:3])
        assert 0.2126 * rouge + 0.7152 * vert + 0.0722 * bleu < 118, couleur  # at least 4.5:1 on white
    assert feuille.locator(".defile").evaluate_all("l => l.every(d => getComputedStyle(d).overflowX === 'visible')")
    code = feuille.locator(".pastille.pleine").inner_text()
    assert feuille.get_by_role("link", name=f"/quartiers/{code}").is_visible()
    assert len(feuille.pdf(format="A4")) > 20_000


def test_une_fiche_statique_tient_a_toutes_les_largeurs(feuille: Page) -> None:
    feuille.locator("details").evaluate_all("l => l.forEach(d => d.open = true)")
    assert defauts_de_largeur(feuille) == {}


def test_le_clavier_parcourt_une_fiche_statique_dans_l_ordre_et_se_voit(feuille: Page) -> None:
    """Tab goes from the skip link to the end of the sheet, through its links and tables; the place is always outlined."""
    vus = []
    for _ in range(60):
        feuille.keyboard.press("Tab")
        vus.append(
            feuille.evaluate(
                "() => { const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();"
                " return [e.tagName, e.textContent.trim().slice(0, 30), s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 1,"
                " r.width > 0 && r.height > 0, r.top + scrollY] }"
            )
        )
    assert vus[0][:2] == ["A", "Aller au contenu"]
    assert [v for v in vus if not (v[2] and v[3])] == []
    assert {"A", "SUMMARY", "DIV"} <= {v[0] for v in vus}  # links, blocks that open, tables that scroll
    hauteurs = [v[4] for v in vus if v[0] != "A"]
    assert hauteurs == sorted(hauteurs)


@pytest.mark.parametrize("nom", [nom for nom in PAGES if nom != "comparer"])
def test_rien_n_est_coupe_au_zoom(visite: Visite, nom: str) -> None:
    """640 px is 1280 px at 200 %, 320 px is 400 %; Comparer is measured on the deposit (test_recits_depot)."""
    assert defauts_de_largeur(visite.ouvrir(PAGES[nom])) == {}
