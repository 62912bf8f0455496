"""The page « Écarts »: rows, counts, file and sentences, counted again from the Parquet of the demo release.

Belongs here: app.ecarts and the page `ecarts` without a browser.
Does not belong here: what a browser shows (tests/browser).
"""

from __future__ import annotations

import io
from pathlib import Path

import polars as pl
import pytest
from pages import ouvrir_page, sql

from app import ecarts as ec
from app.dessins_ecarts import decomposition, points
from app.exports import csv
from publication.sheets.fiche import Registre, construire

INDICATEUR, PERIODE = "taux_emploi_15_64", "2018"


@pytest.fixture(scope="module")
def choix(registre: Registre) -> ec.Choix:
    return ec.Choix(registre.indicateurs[INDICATEUR], "2015", "departement", PERIODE)


def test_le_fichier_dit_ce_que_dit_la_release(registre: Registre, choix: ec.Choix) -> None:
    attendu = sql(
        registre,
        "select t.code_territoire, e.valeur, e.valeur_reference, e.ecart from '@territoires.parquet' t left join "
        f"'@ecarts.parquet' e on e.code_qpv = t.code_territoire and e.indicateur = '{INDICATEUR}' and e.periode = "
        f"'{PERIODE}' and e.zonage = '2015' and e.niveau_reference = 'departement' "
        "where t.niveau = 'qpv' and t.zonage = '2015' and t.code_departement = '961' order by 1",
    )
    lignes = ec.selectionner(registre, choix, "departement:961")
    lu = pl.read_csv(io.BytesIO(csv(ec.trame(registre, lignes, choix))))
    assert len(attendu) > 5
    assert lu.select("code", "valeur", "valeur_reference", "ecart").rows() == attendu


def test_l_evolution_retenue_est_celle_de_la_fiche(registre: Registre) -> None:
    """Same change as the sheet of each quartier, on a level with several references and on one with a single one."""
    for niveau in ("ensemble_qpv", "commune"):
        choix = ec.Choix(registre.indicateurs["part_defm_1_an_plus"], "2015", niveau, "2021-12-31")
        for li in ec.selectionner(registre, choix, "departement:961"):
            fiche = construire(registre, li.quartier.code_territoire)
            assert fiche is not None
            assert li.evolution == fiche.evolution("part_defm_1_an_plus", niveau)


def test_une_evolution_refusee_n_a_pas_de_nombre(registre: Registre) -> None:
    """The release holds both ends of some refused changes; neither the page nor the file shows their difference."""
    tues = 0
    for nom, carte in ec.indicateurs_offerts(registre).items():
        zonage = ec.zonages_offerts(registre, nom)[0]
        date = ec.periodes_offertes(registre, nom, zonage)[0]
        choix = ec.Choix(carte, zonage, next(iter(ec.niveaux_offerts(registre, nom, zonage, date))), date)
        lignes = ec.selectionner(registre, choix, "departement:961")
        for li, rang in zip(lignes, ec.trame(registre, lignes, choix).iter_rows(named=True), strict=True):
            e = li.evolution
            if e is None or e.est_eligible:
                continue
            tues += e.delta_qpv is not None
            assert rang["evolution_quartier"] is rang["evolution_reference"] is rang["evolution_ecart"] is None
            assert rang["evolution_motif"]
    assert tues > 0


def test_les_comptes_couvrent_tous_les_quartiers_de_france(registre: Registre) -> None:
    choix = ec.Choix(registre.indicateurs["part_defm_1_an_plus"], "2015", "ensemble_qpv", "2021-12-31")
    lues, etiquettes, motifs, lectures = ec.compter(ec.selectionner(registre, choix, ec.FRANCE))
    ((total,),) = sql(registre, "select count(*) from '@territoires.parquet' where niveau = 'qpv' and zonage = '2015'")
    ((avec_etiquette,),) = sql(
        registre,
        "select count(distinct code_qpv) from '@evolutions.parquet' where indicateur = 'part_defm_1_an_plus' "
        "and zonage = '2015' and niveau_reference = 'ensemble_qpv' and etiquette is not null",
    )
    assert 0 < lues <= avec_etiquette  # type: ignore[operator]
    assert lues == etiquettes.total()
    assert lues + motifs.total() == total == lectures.total()


def test_la_page_dit_le_compte_la_reference_et_le_motif(
    donnees_demo: Path, monkeypatch: pytest.MonkeyPatch, registre: Registre
) -> None:
    _, texte = ouvrir_page("ecarts", donnees_demo, monkeypatch, indicateur=INDICATEUR, territoire="departement:961")
    ((n,),) = sql(registre, "select count(*) from '@territoires.parquet' where zonage = '2015' and code_departement = '961' and niveau = 'qpv'")  # fmt: skip
    assert "<h1>Écarts</h1>" in texte
    assert f"sur {n}</strong> quartiers" in texte
    assert all(mot in texte for mot in ("Non lue", "moins favorable", "Comment lire", "Ne pas lire"))
    assert "décrochage" not in texte.lower()


def test_la_france_entiere_n_a_que_des_comptes(donnees_demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page, texte = ouvrir_page("ecarts", donnees_demo, monkeypatch)
    assert texte.count("<caption>") == 1
    assert "choisir une région" in texte
    assert not page.get("vega_lite_chart")


def test_une_valeur_inconnue_de_l_adresse_est_ignoree(donnees_demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, texte = ouvrir_page(
        "ecarts", donnees_demo, monkeypatch, indicateur="<b>rien</b>", periode="1789", territoire="commune:1"
    )
    assert "<b>rien</b>" not in texte
    assert "Toute la France" in texte


def test_chaque_indicateur_offert_s_ouvre_a_chaque_date(registre: Registre) -> None:
    """Every combination draws a dot per gap and one pair per change that can be decomposed."""
    for nom, carte in ec.indicateurs_offerts(registre).items():
        zonage = ec.zonages_offerts(registre, nom)[0]
        date = ec.periodes_offertes(registre, nom, zonage)[0]
        niveau = next(iter(ec.niveaux_offerts(registre, nom, zonage, date)))
        lignes = ec.selectionner(registre, ec.Choix(carte, zonage, niveau, date), "departement:961")
        avec = [li for li in lignes if li.lecture]
        dessines = [c for c in points(avec, carte) if c and c["mark"]["type"] == "point"]
        assert sum(len(c["data"]["values"]) for c in dessines) == len(avec)
        assert decomposition([li for li in lignes if li.est_decomposee], carte)
        assert all(li.issue for li in lignes)
