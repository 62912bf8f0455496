"""A release published while sessions read: every page shows the figures of one release, the one that it names.

Belongs here: readers in a browser, of the static sheets and of the Parquet files, across a switch of release.
Does not belong here: the switch itself (tests/unit/test_publication_release), a publication that fails (tests/faults).
"""

from __future__ import annotations

import html
import re
import shutil
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import duckdb
import pytest
from conftest import PROJET, serveur
from ecran import chiffres_faux
from playwright.sync_api import Browser
from scenes import copier_donnees
from visiteur import Visite, visiter

CODES = ("QP961001", "QP961002", "QP961006")
CHANGE = "taux_emploi_15_64"
VERSION = re.compile(r"[Vv]ersion (\d{8}-[0-9a-f]{12})")

# At every frame: the release named at the top of the sheet, and the one named at its foot.
OBSERVER = """() => { window.vues = []; const lire = () => {
  const haut = [...document.querySelectorAll('dl div')].find(d => d.textContent.startsWith('Version publiée'));
  const pied = document.querySelector('.pied-page');
  const de = e => (e && /\\d{8}-[0-9a-f]{12}/.exec(e.textContent) || [null])[0];
  if (de(haut) && de(pied)) { const vue = [de(haut), de(pied)], fin = window.vues.at(-1);
    if (!fin || fin[0] !== vue[0] || fin[1] !== vue[1]) window.vues.push(vue) }
  requestAnimationFrame(lire) }; lire() }"""


def autre_entrepot(donnees: Path, copie: Path) -> Path:
    """The warehouse of the demo release where the employment rate of every quartier gained one point."""
    (origine,) = (donnees / "entrepot").rglob("*.duckdb")
    shutil.copy(origine, copie)
    plus_un = "valeur = valeur + 1, borne_basse = borne_basse + 1, borne_haute = borne_haute + 1"
    condition = f"indicateur = '{CHANGE}' and valeur is not null"
    with duckdb.connect(str(copie)) as connexion:
        connexion.execute(f"update fct_valeurs set {plus_un} where niveau = 'qpv' and {condition}")
        connexion.execute(f"update fct_ecarts set {plus_un}, ecart = ecart + 1 where {condition}")
    return copie


def lire_la_fiche(visite: Visite, releases: Path, code: str, chemin: str) -> str:
    """Open a sheet, compare all its headline figures with the release that the page names; returns its id."""
    page = visite.ouvrir(chemin)
    return comparer(page.locator(".pied-page").inner_text(), page.locator(".chiffre").evaluate_all(
        "l => l.map(c => [c.dataset.indicateur, c.innerText])"), releases, code)  # fmt: skip


def lire_la_feuille(visite: Visite, releases: Path, code: str) -> str:
    """The static sheet, read as text: it names no release, one that did not change serves several; its figures say which."""
    reponse = visite.page.request.get(f"{visite.site}/quartiers/{code}")
    assert reponse.status == 200
    cartes = {
        nom: html.unescape(re.sub("<[^>]+>", "", re.sub("</(p|h3|span)>", "\n", texte)))
        for nom, texte in re.findall(
            r'<li class="chiffre" data-indicateur="(\w+)">(.*?)</li>', reponse.text(), re.DOTALL
        )
    }
    assert len(cartes) == 12
    publiees = [dossier for dossier in releases.iterdir() if re.match(r"\d{8}-", dossier.name)]
    conformes = [dossier.name for dossier in publiees if not chiffres_faux(cartes, dossier, code)[1]]
    assert len(conformes) == 1, f"figures of {len(conformes)} releases: {cartes[CHANGE]}"
    return conformes[0]


def comparer(pied: str, cartes: list[list[str]], releases: Path, code: str) -> str:
    (version,) = VERSION.findall(pied)
    nombre, faux = chiffres_faux(dict(cartes), releases / version, code)
    assert faux == [], version
    assert nombre >= 8
    assert len(cartes) == 12
    return str(version)


def emploi(release: Path, code: str = CODES[0]) -> float:
    requete = f"select valeur from '{release}/tables/valeurs.parquet' where code_territoire = '{code}' and indicateur = '{CHANGE}' and periode = '2018'"
    ((valeur,),) = duckdb.sql(requete).fetchall()
    return float(valeur)


@pytest.mark.panne("F5", attendu="every page read during a publication shows one release, in Chromium and DuckDB")
@pytest.mark.timeout(300)
def test_une_page_ne_melange_jamais_deux_versions(donnees_demo: Path, chromium: Browser, tmp_path: Path) -> None:
    donnees = copier_donnees(donnees_demo, tmp_path / "donnees")
    releases = donnees / "releases"
    ancienne = (releases / "current").resolve()
    entrepot = autre_entrepot(donnees_demo, tmp_path / "autre.duckdb")
    commande = [sys.executable, "-m", "publication", "--entrepot", str(entrepot), "--data", str(donnees)]
    commande += ["--cible-dbt", str(donnees_demo / "dbt" / "cible")]
    client = duckdb.connect()
    client.execute(f"create view lue as select * from '{ancienne}/tables/valeurs.parquet'")
    somme = f"select count(*), sum(valeur) from lue where indicateur = '{CHANGE}'"
    avant = client.execute(somme).fetchall()
    vues: Counter[str] = Counter()
    pendant = 0
    with ExitStack() as pile:
        (tmp_path / "serveur").mkdir()
        site = pile.enter_context(serveur(donnees, tmp_path / "serveur"))
        sessions = [(code, pile.enter_context(visiter(chromium, site))) for code in CODES]
        for code, visite in sessions:
            assert lire_la_fiche(visite, releases, code, f"/quartier?qpv={code}") == ancienne.name
        ouverte = pile.enter_context(visiter(chromium, site))  # opened before the switch, used after it
        ouverte.ouvrir(f"/quartier?qpv={CODES[0]}")

        journal = tmp_path / "publication.txt"
        with journal.open("wb") as sortie:
            publieur = subprocess.Popen(commande, cwd=PROJET, stdout=sortie, stderr=subprocess.STDOUT)
            try:
                while publieur.poll() is None:
                    for code, visite in sessions:
                        vues[lire_la_fiche(visite, releases, code, f"/quartier?qpv={code}&reference=commune")] += 1
                        vues[lire_la_feuille(visite, releases, code)] += 1
                        assert client.execute(somme).fetchall() == avant
                        assert emploi(releases / "current") in (emploi(ancienne), emploi(ancienne) + 1)
                        pendant += publieur.poll() is None
            finally:
                publieur.kill()
                publieur.wait(timeout=20)
        assert publieur.returncode == 0, journal.read_text(encoding="utf-8")
        assert pendant >= 2, "the publication ended before anybody read"

        nouvelle = (releases / "current").resolve()
        assert nouvelle.name != ancienne.name
        assert emploi(nouvelle) == pytest.approx(emploi(ancienne) + 1)
        assert vues[ancienne.name] > 0
        assert set(vues) <= {ancienne.name, nouvelle.name}
        for code, visite in sessions:
            assert lire_la_fiche(visite, releases, code, f"/quartier?qpv={code}") == nouvelle.name
            assert lire_la_feuille(visite, releases, code) == nouvelle.name
        page = ouverte.page
        page.evaluate(OBSERVER)
        page.get_by_label("Comparer le quartier avec").click()
        page.get_by_role("option", name="Département", exact=True).click()
        page.wait_for_url("**reference=departement*")
        # The page is redrawn from top to bottom; its footer, drawn last, names the release of the whole.
        page.locator(".pied-page").filter(has_text=nouvelle.name).wait_for()
        cartes = page.locator(".chiffre").evaluate_all("l => l.map(c => [c.dataset.indicateur, c.innerText])")
        assert comparer(page.locator(".pied-page").inner_text(), cartes, releases, CODES[0]) == nouvelle.name
        montres = {(a, b) for a, b in page.evaluate("window.vues")}
        assert {a for a, _ in montres} == {ancienne.name, nouvelle.name}
        assert all(a == b for a, b in montres), "two releases on one screen"
        with visiter(chromium, site) as neuve:
            assert lire_la_fiche(neuve, releases, CODES[0], f"/quartier?qpv={CODES[0]}") == nouvelle.name
    assert client.execute(somme).fetchall() == avant
    client.close()
