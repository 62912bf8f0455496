"""The stories of readers, on the published files: search, sheet, comparison, gaps, exits, downloads, permalinks.

Belongs here: what a reader of the real figures sees and downloads, compared with the Parquet tables of the release.
Does not belong here: what the refresh does (A1 to A7, tests/faults and tests/integration), stories whose data only the demo
territory has (test_recits_demo), immutable addresses (D3, test_telechargements), neighbours drawn by hand (test_page_comparables).
"""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import polars as pl
import pytest
from ecran import chiffres_faux, defauts_de_largeur, nombre_ecrit
from playwright.sync_api import Browser, Download, Page, expect
from visiteur import Visite, visiter

from publication.sheets import format_fr as fr

pytestmark = pytest.mark.depot

PRINCIPAL = '[data-testid="stMain"]'
COMPARER_76 = "/comparer?territoire=departement:76"
PAGES = {
    "accueil": "/?q=gueriniere",
    "fiche-2015": "/quartier?qpv=QP014003&reference=commune",
    "fiche-2024": "/quartier?qpv=QN01403M",
    "fiche-sans-voisin": "/quartier?qpv=QN01407M",
    "comparer": COMPARER_76,
    "comparer-points": f"{COMPARER_76}&vue=points",
    "comparer-nuage": f"{COMPARER_76}&vue=nuage",
    "ecarts": "/ecarts?indicateur=taux_reussite_dnb_colleges_proches&zonage=2015&territoire=departement:76",
    "ecarts-france": "/ecarts",
    "carte": "/carte?territoire=departement:76&couches=ecoles,sante,numerique,guichets",
    "geographies": "/geographies?territoire=region:28",
    "comparables": "/comparables?qpv=QN01407M",
    "engagements": "/engagements",
    "indicateurs": "/indicateurs",
    "indicateur": "/indicateurs?indicateur=taux_pauvrete_60",
    "donnees": "/donnees",
    "journal": "/journal",
    "methode": "/methode",
    "accessibilite": "/accessibilite",
    "mentions": "/mentions",
}


def lire(release: Path, sql: str) -> list[tuple[object, ...]]:
    """Rows of the release; `@` stands for the folder of its tables."""
    return duckdb.sql(sql.replace("@", f"{release}/tables/")).fetchall()


def choisir(page: Page, liste: str, option: str) -> None:
    """One option of a list that shows its first options only: type, then take it."""
    champ = page.get_by_label(liste, exact=True)
    champ.click()
    champ.press_sequentially(option[:20])
    page.get_by_role("option", name=option).first.click()


def telecharger(page: Page, bouton: str) -> Download:
    """The file of a button, once the page is whole: the button comes after the table, and is drawn after it."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    with page.expect_download() as attendu:
        page.get_by_role("button", name=bouton).click()
    return attendu.value


@pytest.mark.parametrize("nom", list(PAGES))
def test_aucune_page_ne_deborde_ni_n_appelle_ailleurs(visite_depot: Visite, nom: str) -> None:
    """1280 px, 390 px of a telephone, 640 and 320 px of a zoom; console errors and outside requests fail in the fixture."""
    page = visite_depot.ouvrir(PAGES[nom])
    assert defauts_de_largeur(page) == {}
    assert "Traceback" not in page.locator("body").inner_text()


@pytest.mark.parametrize("requete", ["gueriniere", "guerinière", "QP014003"])
def test_b1_deux_actions_menent_a_la_gueriniere(visite_depot: Visite, requete: str) -> None:
    """Type, click: the answer holds both sheets of the quartier, which cite each other."""
    page = visite_depot.ouvrir("/")
    page.get_by_label("Trouver un quartier").fill(requete)
    page.get_by_role("link", name=re.compile("QN01403M")).click()
    expect(page).to_have_url(f"{visite_depot.site}/quartier?qpv=QN01403M")
    expect(page.get_by_role("heading", level=1)).to_have_text("Guérinière")
    expect(page.get_by_role("link", name="QP014003").first).to_be_visible()


def test_b1_un_debut_de_code_montre_les_quartiers_du_departement(visite_depot: Visite, release_depot: Path) -> None:
    page = visite_depot.ouvrir("/?q=QN014")
    attendus = {
        code
        for (code,) in lire(
            release_depot, "select code_territoire from '@territoires.parquet' where code_territoire like 'QN014%'"
        )
    }
    assert len(attendus) == 8  # Calvados, zoning of 2024
    expect(page.get_by_role("link", name=re.compile("QN014"))).to_have_count(8)
    liens = page.get_by_role("link", name=re.compile("QN014")).all_inner_texts()
    assert {code for lien in liens for code in re.findall(r"QN014\w+", lien)} == attendus


def test_b2_les_douze_chiffres_ont_valeur_date_et_ecart_ou_motif(visite_depot: Visite, release_depot: Path) -> None:
    """Each number is a published value of that quartier at the date written, within its last decimal."""
    page = visite_depot.ouvrir("/quartier?qpv=QP014003")
    cartes = {c.get_attribute("data-indicateur") or "": c.inner_text() for c in page.locator(".chiffre").all()}
    assert len(cartes) == 12
    assert all("Source" in texte for texte in cartes.values())
    absences = "|".join(absence.mot for absence in fr.ABSENCES.values())
    for texte in cartes.values():
        assert re.search(r"^[+−]\d", texte, re.MULTILINE) or re.search(absences, texte) or "écart" in texte.lower(), (
            texte
        )
    nombre, faux = chiffres_faux(cartes, release_depot, "QP014003")
    assert faux == []
    assert nombre >= 8


@pytest.mark.parametrize("code", ["QP014003", "QN01403M"])
def test_b3_aucune_case_vide_sans_motif(visite_depot: Visite, code: str) -> None:
    """No cell of any table is empty; each sign of absence gives its sentence, to the pointer and to a screen reader."""
    page = visite_depot.ouvrir(f"/quartier?qpv={code}")
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    vides = page.evaluate(
        """() => [...document.querySelectorAll('table.tableau')].flatMap(t => [...t.querySelectorAll('tbody td, tbody th')]
        .filter(c => !c.textContent.trim()).map(c => t.caption.textContent + ' / ' + c.parentElement.textContent))"""
    )
    assert vides == []
    signes = page.locator("abbr.absence")
    assert signes.count() > 10
    glyphes = {absence.glyphe for absence in fr.ABSENCES.values()}
    for signe, titre in page.evaluate(
        "[...document.querySelectorAll('abbr.absence')].map(s => [s.textContent, s.title])"
    ):
        assert signe in glyphes
        assert len(titre) > 10, (signe, titre)


def test_c3_seules_les_evolutions_lisibles_sont_remplies(visite_depot: Visite, release_depot: Path) -> None:
    """The count on top is that of the release; a change is written where it may be read, a motive everywhere else."""
    page = visite_depot.ouvrir(
        "/ecarts?indicateur=taux_pauvrete_60&zonage=2015&territoire=departement:76&reference=ensemble_qpv"
    )
    total = lire(
        release_depot,
        "select count(*) from '@territoires.parquet' where niveau = 'qpv' and zonage = '2015' and code_departement = '76'",
    )[0][0]
    compte = page.locator("strong", has_text=re.compile(r"évolutions? lisibles?")).first.inner_text()
    table = page.get_by_role("table", name=re.compile("écart et évolution, quartier par quartier"))
    rangees = [rangee.locator("th, td").all_inner_texts() for rangee in table.locator("tbody tr").all()]
    assert len(rangees) == total
    lues = [rangee for rangee in rangees if not rangee[5].startswith("Non lue")]
    assert compte.split("\u00a0")[0].split(" ")[0] == str(len(lues))
    assert compte.endswith(f"sur {total}")
    for rangee in rangees:
        assert rangee[5].strip()
        assert (rangee in lues) == bool(re.search(r"\d", rangee[7] + rangee[8])), rangee
    for rangee in lues:
        code = re.findall(r"QP\w+", rangee[0])[0]
        [(n,)] = lire(
            release_depot,
            f"select count(*) from '@evolutions.parquet' where code_qpv = '{code}' and indicateur = 'taux_pauvrete_60'"
            " and niveau_reference = 'ensemble_qpv' and est_eligible",
        )
        assert n, rangee


def test_b5_un_quartier_seul_montre_ses_huit_comparables(visite_depot: Visite, release_depot: Path) -> None:
    page = visite_depot.ouvrir("/comparables?qpv=QN01407M")
    attendus = lire(
        release_depot,
        "select code_comparable, distance, population_qpv from '@comparables.parquet' where code_qpv = 'QN01407M' and distance > 0 order by rang",
    )
    assert len(attendus) == 8
    table = page.get_by_role("table", name=re.compile("du plus proche au plus éloigné"))
    lignes = table.locator("tbody tr").all_inner_texts()[1:]  # the quartier itself comes first
    assert len(lignes) == 8
    for ligne, (code, distance, population) in zip(lignes, attendus, strict=True):
        assert str(code) in ligne
        assert fr.nombre(float(str(distance)), 2) in ligne
        assert fr.nombre(float(str(population)), 0) in ligne
    regle = page.locator(PRINCIPAL).inner_text()
    assert "sont retenus les huit dont la population, celle de la commune et celle de l’intercommunalité" in regle
    assert "Comment la distance est calculée" in regle


def test_c1_le_tableau_de_seine_maritime_et_ses_trois_fichiers(
    visite_depot: Visite, release_depot: Path, tmp_path: Path
) -> None:
    """The choice is made on screen; the three files hold its rows, its order, its values, its gaps and its masks."""
    page = visite_depot.ouvrir("/comparer")
    choisir(page, "Territoire", "Seine-Maritime")
    page.wait_for_url("**territoire=departement*76*")
    attendus = lire(
        release_depot,
        "select code_territoire from '@territoires.parquet' where niveau = 'qpv' and zonage = '2024'"
        " and code_departement = '76' order by 1",
    )
    assert len(attendus) == 29
    rangees = page.get_by_role("table", name="Quartiers et indicateurs").locator("tbody tr")
    expect(rangees).to_have_count(29)
    ecran = rangees.evaluate_all("l => l.map(r => [...r.cells].map(c => c.innerText))")

    fichiers = {}
    for forme in ("csv", "xlsx", "parquet"):
        fichiers[forme] = tmp_path / f"comparaison.{forme}"
        telecharger(page, f"Télécharger en {forme.upper()}").save_as(fichiers[forme])
    parquet = pl.read_parquet(fichiers["parquet"])
    assert parquet["code"].to_list() == [code for (code,) in attendus]
    assert pl.read_csv(fichiers["csv"], schema=parquet.schema).equals(parquet)
    assert _classeur(fichiers["xlsx"]) == _en_textes(parquet)

    indicateurs = [nom.removesuffix("_valeur") for nom in parquet.columns if nom.endswith("_valeur")]
    masquees = 0
    for rangee, ligne in zip(ecran, parquet.iter_rows(named=True), strict=True):
        assert ligne["code"] in rangee[0]
        assert ligne["libelle"] in rangee[0]
        assert rangee[1] == ligne["communes"]
        for indicateur, case in zip(indicateurs, rangee[2:], strict=True):
            valeur, ecart = ligne[f"{indicateur}_valeur"], ligne[f"{indicateur}_ecart"]
            lu = nombre_ecrit(case.split("\n")[0])
            if valeur is None or lu is None:
                masquees += 1
                assert (valeur, ecart, lu) == (None, None, None), case
                assert case.startswith(fr.ABSENCES[ligne[f"{indicateur}_statut"]].glyphe), case
                continue
            assert abs(valeur - lu.valeur) <= lu.tolerance, (case, valeur)
            ecrit = re.search("écart (.*)", case)
            assert (ecrit is None) == (ecart is None), case
            if ecrit is not None:
                lu = nombre_ecrit(ecrit[1])
                assert lu is not None
                assert abs(ecart - lu.valeur) <= lu.tolerance, (case, ecart)
            cinquieme = re.search(r"(\d)\S+\scinquième", case)
            assert (int(cinquieme[1]) if cinquieme else None) == ligne[f"{indicateur}_cinquieme"], case
    assert masquees > 0


def _classeur(chemin: Path) -> list[dict[str, str]]:
    """Rows of the workbook as texts, read back by polars."""
    return _en_textes(pl.read_excel(chemin, infer_schema_length=None))


def _en_textes(table: pl.DataFrame) -> list[dict[str, str]]:
    """Rows with numbers as floats, to compare files whose types differ."""
    return [
        {nom: "" if case is None else f"{float(case):.12g}" if isinstance(case, int | float) else str(case) for nom, case in ligne.items()}
        for ligne in table.iter_rows(named=True)
    ]  # fmt: skip


def test_c2_l_ordre_est_demande_compte_et_garde_par_le_lien(
    visite_depot: Visite, release_depot: Path, chromium: Browser
) -> None:
    """By code until asked; then N observed on N; the address gives the same screen to somebody else."""
    page = visite_depot.ouvrir(COMPARER_76)
    table = page.get_by_role("table", name="Quartiers et indicateurs")
    codes = [re.findall(r"QN\w+", t)[-1] for t in table.locator("tbody th").all_inner_texts()]
    assert codes == sorted(codes)
    page.get_by_text("Ordonner par un indicateur").click()
    choisir(page, "Indicateur de l’ordre", "Taux de pauvreté (seuil à 60 %)".replace(" %", "\u00a0%"))
    page.wait_for_url("**ordre=oui**")
    expect(page.locator(PRINCIPAL)).to_contain_text("observés sur 29")
    attendus = lire(
        release_depot,
        "select v.code_territoire from '@valeurs.parquet' v join '@territoires.parquet' t using (code_territoire)"
        " where v.niveau = 'qpv' and v.zonage = '2024' and t.zonage = '2024' and code_departement = '76' and indicateur = 'taux_pauvrete_60'"
        " and periode = '2021' and valeur is not null order by valeur desc, code_territoire",
    )
    lus = [re.findall(r"QN\w+", t)[-1] for t in table.locator("tbody th").all_inner_texts()]
    assert lus[: len(attendus)] == [code for (code,) in attendus]
    assert len(lus) == 29
    texte = page.locator(PRINCIPAL).inner_text()
    assert f"{len(attendus)} observés sur 29" in texte
    assert "Un rang est relatif" in texte
    with visiter(chromium, visite_depot.site) as autre:
        ailleurs = autre.ouvrir(page.url.removeprefix(visite_depot.site))
        # The footer may come before the lists, whose code is loaded apart.
        expect(ailleurs.locator(PRINCIPAL)).to_have_text(texte, use_inner_text=True)


def test_c5_les_deux_sorties_de_normandie_restent_visibles(visite_depot: Visite, release_depot: Path) -> None:
    page = visite_depot.ouvrir(PAGES["geographies"])
    expect(page.get_by_role("heading", name=re.compile("sortis, sans successeur"))).to_contain_text("2")
    rangees = page.get_by_role("table", name="Territoires suivis et chiffres de leur commune").locator("tbody tr")
    lignes = {re.findall(r"QP\w+", ligne)[0]: ligne for ligne in rangees.all_inner_texts()}
    assert sorted(lignes) == ["QP014006", "QP076009"]
    for code, ligne in lignes.items():
        [(valeur, statut)] = lire(
            release_depot,
            f"select valeur, statut from '@territoires_suivis.parquet' where identifiant = '{code}'"
            " and indicateur = 'taux_emploi_15_64' and periode = '2018'",
        )
        assert statut == "estime"
        assert f"{fr.avec_unite(float(str(valeur)), '%', 1)}" in ligne
    signes = rangees.locator("abbr").all()
    assert any("estimé" in (signe.get_attribute("title") or "") for signe in signes)


def test_d1_le_parquet_telecharge_s_ouvre_avec_duckdb(
    visite_depot: Visite, release_depot: Path, tmp_path: Path
) -> None:
    page = visite_depot.ouvrir("/donnees")
    with page.expect_download() as attendu:
        page.locator(f"a[href='/releases/{release_depot.name}/tables/valeurs.parquet']").first.click()
    attendu.value.save_as(tmp_path / "valeurs.parquet")
    requete = "select count(*), count(valeur), round(sum(valeur), 3) from '{}' where niveau = 'qpv'"
    lu = duckdb.sql(requete.format(tmp_path / "valeurs.parquet")).fetchall()
    assert lu == duckdb.sql(requete.format(release_depot / "tables" / "valeurs.parquet")).fetchall()
    colonnes = {c for (c, *_) in duckdb.sql(f"describe select * from '{tmp_path}/valeurs.parquet'").fetchall()}
    assert {"statut", "numerateur", "denominateur", "borne_basse", "borne_haute", "empreinte_sha256"} <= colonnes


def test_d4_la_citation_nomme_la_version(visite_depot: Visite, release_depot: Path) -> None:
    page = visite_depot.ouvrir("/donnees")
    texte = page.request.get(
        visite_depot.site + (page.locator("a[href$='citation.txt']").first.get_attribute("href") or "")
    ).text()
    assert f"Observatoire QPV, version {release_depot.name}" in texte
    assert "d'après <producteur>, <jeu>, millésime <millésime>. <permalien>" in texte
    bibtex = page.request.get(
        visite_depot.site + (page.locator("a[href$='citation.bib']").first.get_attribute("href") or "")
    ).text()
    assert re.match(r"@misc\{\w+,", bibtex)
    assert f"version = {{{release_depot.name}}}" in bibtex


def test_d5_chaque_rupture_de_la_table_est_sur_la_fiche_de_l_indicateur(
    visite_depot: Visite, release_depot: Path
) -> None:
    ruptures = lire(
        release_depot, "select date_rupture, motif, url from '@ruptures.parquet' where indicateur = 'taux_pauvrete_60'"
    )
    assert len(ruptures) >= 1
    page = visite_depot.ouvrir(PAGES["indicateur"])
    texte = page.locator(PRINCIPAL).inner_text()
    for date, motif, url in ruptures:
        assert str(date) in texte
        assert str(motif) in texte
        if url:
            assert page.locator(f"a[href='{url}']").count() >= 1
