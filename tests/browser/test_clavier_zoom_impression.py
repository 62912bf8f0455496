"""Keyboard, zoom and paper: every control reached and visibly focused, nothing cut at 200 %, a sheet that prints.

Belongs here: the static sheets under axe and on paper, the order of Tab, what a narrow screen cuts.
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

# The name of what has the focus, and whether it looks different from before: outline, border, shadow or background of the
# element or of the four boxes around it.
_AVANT = """() => { const styles = e => { const s = []; for (let p = e, n = 0; p && n < 5; p = p.parentElement, n++) {
    const c = getComputedStyle(p); s.push([c.outlineStyle, c.outlineWidth, c.outlineColor, c.borderColor, c.boxShadow, c.backgroundColor].join()) }
    return s.join(';') };
  window.styles = styles; window.initiaux = new Map();
  for (const e of document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')) window.initiaux.set(e, styles(e)) }"""
_ACTIF = """() => { const e = document.activeElement; if (!e || e === document.body) return null;
  const nom = e.getAttribute('aria-label') || (e.labels && e.labels[0] && e.labels[0].innerText) || e.innerText || e.getAttribute('aria-labelledby') || e.tagName;
  return [nom.trim(), !window.initiaux.has(e) || window.initiaux.get(e) !== window.styles(e)] }"""


def parcourir(page: Page, maximum: int) -> tuple[list[str], list[str]]:
    """Names met with Tab until the page starts again, and those whose focus does not show."""
    page.evaluate(_AVANT)
    noms, invisibles = [], []
    for _ in range(maximum):
        page.keyboard.press("Tab")
        actif = page.evaluate(_ACTIF)
        if actif is None:
            break
        noms.append(actif[0])
        if not actif[1]:
            invisibles.append(actif[0])
    return noms, invisibles


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
    violations = Axe().run(feuille).response["violations"]
    assert [(v["id"], v["impact"], v["nodes"][0]["html"][:200]) for v in violations] == []


def test_une_fiche_statique_tient_a_toutes_les_largeurs(feuille: Page) -> None:
    assert defauts_de_largeur(feuille) == {}


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


@pytest.mark.parametrize("nom", list(PAGES))
def test_rien_n_est_coupe_au_zoom(visite: Visite, nom: str) -> None:
    """640 px is 1280 px at 200 %, 320 px is 400 %."""
    assert defauts_de_largeur(visite.ouvrir(PAGES[nom])) == {}


@pytest.mark.parametrize(
    ("chemin", "attendus"),
    [
        ("/", ["Aller au contenu", "Comparer", "Méthode", "Trouver un quartier", "Zonage", "Mentions légales"]),
        (
            "/comparer?zonage=2015&territoire=departement:961",
            ["Écarts", "Zonage", "Territoire", "Indicateurs", "Référence de l’écart", "Représentation",
             "Ordonner par un indicateur", "Télécharger en CSV", "Télécharger en XLSX", "Télécharger en PARQUET"],
        ),
    ],
)  # fmt: skip
def test_le_clavier_atteint_chaque_commande_et_cela_se_voit(visite: Visite, chemin: str, attendus: list[str]) -> None:
    page = visite.ouvrir(chemin)
    page.wait_for_selector('[data-testid="stSkeleton"]', state="detached")
    page.wait_for_load_state("networkidle")
    noms, invisibles = parcourir(page, 120)
    assert [voulu for voulu in attendus if not any(voulu in nom for nom in noms)] == [], noms
    assert invisibles == []
