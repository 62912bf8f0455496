"""The observatory as a visitor uses it: search, sheet, permalinks, reasons of what is missing, hostile addresses.

Belongs here: behaviour seen in a browser, compared with the Parquet tables of the same release.
Does not belong here: accessibility and widths (test_accessibilite), files served (test_telechargements).
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

import duckdb
import pytest
from playwright.sync_api import Page, expect
from visiteur import Visite

from publication.sheets import format_fr as fr

# A quartier of the demo territory whose name has an accent, with its two codes.
ACCENTUE = ("La Feuillardière", "QN96105I", "QP961006")


def lire(release: Path, sql: str) -> list[tuple[object, ...]]:
    return duckdb.sql(sql.replace("{tables}", str(release / "tables"))).fetchall()


def chercher(page: Page, requete: str) -> None:
    page.get_by_label("Trouver un quartier").fill(requete)


def carte(page: Page, indicateur: str) -> str:
    return page.locator(f'[data-indicateur="{indicateur}"]').inner_text()


@pytest.mark.parametrize(
    "requete", ["feuillardiere", "FEUILLARDIÈRE", "la-feuillardière", ACCENTUE[1], ACCENTUE[1].lower()]
)
def test_deux_actions_menent_a_la_fiche(visite: Visite, requete: str) -> None:
    page = visite.ouvrir("/")
    chercher(page, requete)
    page.get_by_test_id("stPageLink").get_by_text(ACCENTUE[1]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(ACCENTUE[0])
    expect(page).to_have_url(f"{visite.site}/quartier?qpv={ACCENTUE[1]}")
    expect(page).to_have_title(re.compile(ACCENTUE[1]))


def test_un_code_montre_aussi_la_fiche_de_l_autre_zonage(visite: Visite) -> None:
    page = visite.ouvrir(f"/?q={ACCENTUE[2]}")
    expect(page.get_by_test_id("stPageLink").get_by_text(ACCENTUE[2])).to_be_visible()
    expect(page.get_by_test_id("stPageLink").get_by_text(ACCENTUE[1])).to_be_visible()


def test_une_recherche_sans_reponse_dit_quoi_essayer(visite: Visite) -> None:
    page = visite.ouvrir("/")
    chercher(page, "quartier qui n’existe pas")
    expect(page.get_by_role("status").filter(has_text="Aucun quartier ne répond")).to_be_visible()


def test_l_accueil_compte_avant_de_montrer_et_ne_classe_pas(visite: Visite, release_demo: Path) -> None:
    page = visite.ouvrir("/")
    [(observes, secrets)] = lire(
        release_demo, "select nb_observes, nb_secrets from '{tables}/disponibilites.parquet' where indicateur = 'taux_emploi_15_64' and zonage = '2015' and periode = '2018'"
    )  # fmt: skip
    rangee = page.locator("tr", has=page.get_by_role("rowheader", name="Taux d’emploi des 15-64 ans", exact=True))
    annees = page.locator(".matrice thead th").all_inner_texts()
    case = rangee.locator("th, td").nth(annees.index("2018")).inner_text().split()
    assert case[0] == str(observes)
    assert case[1:3] == ["s", str(secrets)]
    texte = page.locator("body").inner_text().lower()
    assert not re.search(r"palmarès|classement|top \d|pire|meilleur", texte)


def test_le_zonage_de_la_matrice_est_dans_l_adresse(visite: Visite) -> None:
    page = visite.ouvrir("/")
    page.get_by_text("Zonage 2024", exact=True).click()
    expect(page.locator(".matrice caption")).to_contain_text("zonage 2024")
    page.wait_for_url("**/?zonage=*")
    adresse = page.url
    page.goto(adresse)
    expect(page.locator(".matrice caption")).to_contain_text("zonage 2024")


def test_les_chiffres_de_l_ecran_sont_ceux_du_parquet(visite: Visite, release_demo: Path) -> None:
    """Every gap row of the employment rate: value of the reference, gap, in the order of the ladder."""
    page = visite.ouvrir("/quartier?qpv=QP961001")
    attendus = lire(
        release_demo,
        "select valeur, valeur_reference, ecart from '{tables}/ecarts.parquet' where code_qpv = 'QP961001'"
        " and indicateur = 'taux_emploi_15_64' and periode = '2018' and ecart is not null",
    )
    assert len(attendus) >= 5
    ecrits = page.locator("table", has=page.get_by_text("Taux d’emploi des 15-64 ans, 2018")).first.locator("tbody tr")
    lignes = [" ".join(texte.split("\t")) for texte in ecrits.all_inner_texts()]
    for valeur, reference, ecart in attendus:
        assert isinstance(valeur, float)
        assert isinstance(reference, float)
        assert isinstance(ecart, float)
        assert fr.avec_unite(valeur, "%", 1) in lignes[0]
        assert any(
            fr.avec_unite(reference, "%", 1) in ligne and fr.ecart(ecart, "point") in ligne for ligne in lignes
        ), lignes


def test_chaque_carte_porte_date_reference_ecart_et_source(visite: Visite) -> None:
    texte = carte(visite.ouvrir("/quartier?qpv=QP961001&reference=commune"), "taux_emploi_15_64")
    assert re.search(r"\d,\d\u00a0%", texte)
    assert "2018" in texte
    assert "(QPV compris)" in texte
    assert re.search(r"[+−]\d+,\d\u00a0points?", texte)
    assert re.search("moins favorable|plus favorable|proche", texte)
    assert "Source\u00a0: " in texte


def test_les_douze_chiffres_cles_ont_une_valeur_ou_un_motif(visite: Visite) -> None:
    page = visite.ouvrir("/quartier?qpv=QN96101M")
    cartes = page.locator(".chiffre").all_inner_texts()
    assert len(cartes) == 12
    mots = "|".join(absence.mot for absence in fr.ABSENCES.values())
    for texte in cartes:
        assert re.search(rf"\d|{mots}", texte), texte


def test_le_lien_permanent_garde_tout_l_etat(visite: Visite) -> None:
    page = visite.ouvrir("/quartier?qpv=QP961001")
    page.get_by_label("Comparer le quartier avec").click()
    page.get_by_role("option", name="Département", exact=True).click()
    page.wait_for_url("**reference=departement*")
    liste = page.get_by_label("Indicateur à placer")
    liste.click()
    liste.press_sequentially("Niveau de vie méd", delay=20)  # a long list shows its first options only
    page.get_by_role("option", name="Niveau de vie médian", exact=True).click()
    page.wait_for_url("**indicateur=niveau_vie_median*")
    adresse, avant = page.url, carte(page, "taux_emploi_15_64")
    page.context.clear_cookies()
    page.goto(adresse)
    page.wait_for_selector(".pied-page")
    expect(page.get_by_label("Comparer le quartier avec")).to_have_value("Département")
    assert carte(page, "taux_emploi_15_64") == avant
    assert "L'Aubrelle" in avant
    page.get_by_label("Comparer le quartier avec").click()
    page.get_by_role("option", name="Référence par défaut").click()
    page.wait_for_url(lambda url: "reference" not in url and "indicateur" in url)


@pytest.mark.parametrize("chemin", ["/quartiers/QP961001?reference=commune", "/?qpv=QP961001&reference=commune"])
def test_les_autres_adresses_menent_a_la_meme_fiche(visite: Visite, chemin: str) -> None:
    page = visite.ouvrir(chemin)
    page.wait_for_url("**/quartier?*")
    expect(page.get_by_text("QP961001", exact=True)).to_be_visible()
    expect(page.get_by_label("Comparer le quartier avec")).to_have_value("Commune")
    assert "qpv=QP961001" in page.url
    assert "reference=commune" in page.url


def test_les_fiches_des_deux_zonages_se_citent(visite: Visite) -> None:
    page = visite.ouvrir("/quartier?qpv=QP961001")
    page.get_by_role("link", name="QN96101M").first.click()
    expect(page.get_by_text("zonage 2024", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="QP961001").first).to_be_visible()


def test_les_parts_de_surface_sont_celles_du_parquet(visite: Visite, release_demo: Path) -> None:
    page = visite.ouvrir("/quartier?qpv=QP961001")
    [(p15, p24)] = lire(
        release_demo,
        "select part_surface_2015, part_surface_2024 from '{tables}/correspondances.parquet' where code_qp2015 = 'QP961001'",
    )
    assert isinstance(p15, float)
    assert isinstance(p24, float)
    ligne = page.locator("table", has=page.get_by_text("Correspondance entre les deux zonages")).locator("tbody tr")
    assert fr.avec_unite(p15, "%", 0) in ligne.inner_text()
    assert fr.avec_unite(p24, "%", 0) in ligne.inner_text()
    expect(page.get_by_role("img", name=re.compile("Trait plein.*Tirets"))).to_be_visible()


def test_chaque_valeur_masquee_a_son_signe_son_mot_et_sa_phrase(visite: Visite, release_demo: Path) -> None:
    """All the masked rows of a quartier are in « Données manquantes », none is shown as a number."""
    [(code, _)] = lire(
        release_demo,
        "select code_territoire, count(*) from '{tables}/valeurs.parquet' where niveau = 'qpv' and zonage = '2015'"
        " and statut = 'secret' group by 1 order by 2 desc, 1 limit 1",
    )
    masquees = lire(
        release_demo,
        "select v.statut from '{tables}/valeurs.parquet' v join '{tables}/indicateurs.parquet' i using (indicateur)"
        f" where v.niveau = 'qpv' and v.code_territoire = '{code}' and v.statut not in ('observe', 'estime', 'partiel')"
        " and not contains(lower(i.definition), 'jamais sur la fiche')",
    )
    page = visite.ouvrir(f"/quartier?qpv={code}")
    table = page.locator("table", has=page.get_by_text("Valeurs masquées ou non diffusées de ce quartier"))
    rangees = table.locator("tbody tr")
    dates = [len(cellule.split(";")) for cellule in rangees.locator("td:nth-child(2)").all_text_contents()]
    lignes = [ligne for ligne, n in zip(rangees.all_text_contents(), dates, strict=True) for _ in range(n)]
    assert len(lignes) == len(masquees) > 0
    par_statut = [statut for (statut,) in masquees]
    for statut in set(par_statut):
        mot = fr.ABSENCES[str(statut)].mot
        assert sum(mot in ligne for ligne in lignes) == par_statut.count(statut)
    titres = [e.get_attribute("title") for e in page.locator("abbr.absence").all()]
    assert len(titres) > 10
    assert all(titres)


def test_aucune_case_vide_sans_raison(visite: Visite) -> None:
    """In every table of figures, a value cell holds a number, a word or a glyph with its title."""
    page = visite.ouvrir("/quartier?qpv=QP961002")
    vides = page.evaluate(
        """() => [...document.querySelectorAll('table.theme tbody tr')].filter(
             tr => !tr.cells[2].textContent.trim() || !tr.cells[4].textContent.trim()).map(tr => tr.textContent)"""
    )
    assert vides == []


def test_nationalite_et_origine_restent_dans_les_extraits(visite: Visite) -> None:
    texte = visite.ouvrir("/quartier?qpv=QP961001").locator("body").inner_text().lower()
    assert "nationalité" not in texte
    assert "immigré" not in texte


def test_aucun_quartier_n_a_de_taux_de_chomage(visite: Visite) -> None:
    """No label, caption or title of a chart holds « taux de chômage » together with a QPV code (gap method §12)."""
    page = visite.ouvrir("/quartier?qpv=QP961001")
    textes = page.evaluate(
        "() => [...document.querySelectorAll('caption, h2, h3, h4, [aria-label], title')]"
        ".map(e => (e.getAttribute('aria-label') || e.textContent))"
    )
    assert not [t for t in textes if "taux de chômage" in t.lower() and re.search(r"Q[PN]\d{5}", t)]
    expect(page.get_by_role("heading", name="Trois mesures du chômage, trois échelles")).to_be_visible()


@pytest.mark.parametrize("chemin", ["/", "/quartier?qpv=QP961001", "/donnees", "/quartier?qpv=inconnu"])
def test_la_demonstration_est_dite_sur_chaque_page(visite: Visite, chemin: str) -> None:
    expect(visite.ouvrir(chemin).get_by_role("note")).to_contain_text("Données fictives de démonstration")


HOSTILES = [
    "'; DROP TABLE valeurs; --",
    "../../../etc/passwd",
    "%2e%2e/%2e%2e",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "QP961001' OR '1'='1",
    "{tables}",
    "QP961001\u0000",
    "x" * 4000,
    "🏘️",
]


@pytest.mark.panne("F25", attendu="a sentence and a way out, no trace")
@pytest.mark.parametrize("parametre", HOSTILES, ids=range(len(HOSTILES)))
def test_une_adresse_hostile_mene_a_une_phrase(visite: Visite, parametre: str) -> None:
    page = visite.ouvrir(f"/quartier?qpv={quote(parametre)}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Quartier introuvable")
    texte = page.locator("body").inner_text()
    assert "Traceback" not in texte
    assert "Error" not in texte
    expect(page.get_by_role("link", name="Chercher un quartier")).to_be_visible()


@pytest.mark.panne("F25", attendu="an unknown choice keeps the sheet")
@pytest.mark.parametrize(
    "autres",
    ["reference=<script>", "reference=%27--", "indicateur=../../x", "reference=commune&reference=epci", "zonage=1999"],
)
def test_un_choix_inconnu_garde_la_fiche(visite: Visite, autres: str) -> None:
    page = visite.ouvrir(f"/quartier?qpv=QP961001&{autres}")
    expect(page.get_by_text("QP961001", exact=True)).to_be_visible()


def test_sans_code_la_page_propose_la_recherche(visite: Visite) -> None:
    page = visite.ouvrir("/quartier")
    expect(page.get_by_role("heading", level=1)).to_have_text("Choisir un quartier")
    page.get_by_role("link", name="Chercher un quartier").click()
    expect(page.get_by_label("Trouver un quartier")).to_be_visible()
