"""The page Données against the Parquet: checks, freshness, provenance of a figure.

Belongs here: what its sections say, recomputed from the files of the release.
Does not belong here: the publication of these tables (tests/unit), axe and widths (tests/browser).
"""

from __future__ import annotations

import html
import json
import re
from datetime import date
from pathlib import Path

import duckdb
import pytest

from app.donnees_controles import age, controles, fraicheur
from app.donnees_provenance import provenance
from publication.sheets.lecture import Release, chemin_courant, ouvrir
from publication.sheets.mots import RYTHMES, prochaine_publication


@pytest.fixture(scope="module")
def release(donnees_demo: Path) -> Release:
    return ouvrir(chemin_courant(donnees_demo / "releases"))


def table(release: Release, nom: str) -> str:
    return str(release.chemin / "tables" / f"{nom}.parquet")


def test_chaque_controle_est_liste_et_compte(release: Release) -> None:
    attendus = duckdb.execute(
        "select niveau, count(*) from read_parquet(?) group by niveau, resultat", [table(release, "qualite")]
    ).fetchall()
    corps = str(controles(release))
    toutes = corps.split("<details", 1)[1]
    assert toutes.count("<tr>") - 1 == sum(n for _, n in attendus)
    for niveau, n in attendus:
        assert re.search(rf'<th scope="row">{niveau}</th><td>[^<]+</td><td class="nb">{n}</td>', corps)


def test_chaque_fichier_declare_a_sa_fraicheur(release: Release) -> None:
    total = duckdb.execute("select count(*) from read_parquet(?)", [table(release, "sources")]).fetchone()
    assert total is not None
    assert str(fraicheur(release, date(2026, 1, 1))).count('<th scope="row">') == total[0] > 10


def test_l_age_se_compte_en_annees_entieres() -> None:
    assert age(date(2018, 1, 1), date(2026, 6, 1)) == "8\u00a0ans"
    assert age(date(2026, 1, 1), date(2026, 6, 1)) == "moins d’un an"
    assert age(None, date(2026, 6, 1)) == "—"


def test_un_chiffre_donne_son_fichier_ses_colonnes_et_ses_modeles(release: Release) -> None:
    trace = json.loads((release.chemin / "datapackage.json").read_text(encoding="utf-8"))["provenance"]
    ligne = duckdb.execute(
        "select code_territoire, indicateur, periode, jeu, empreinte_sha256 from read_parquet(?) where niveau = 'qpv' "
        "and valeur is not null and length(empreinte_sha256) = 64 and not contains(jeu, ';') "
        "and list_contains(?, indicateur || ' ' || jeu) order by all limit 1",
        [table(release, "valeurs"), [f"{i} {jeu}" for i, jeux in trace["modeles"].items() for jeu in jeux]],
    ).fetchone()
    assert ligne is not None
    code, indicateur, periode, jeu, empreinte = ligne
    fichier = duckdb.execute(
        "select fichier from read_parquet(?) where jeu = ? and empreinte_sha256 = ?",
        [table(release, "sources"), jeu, empreinte],
    ).fetchone()
    assert fichier is not None
    corps = html.unescape(provenance(release, code, indicateur, periode))
    attendus = [empreinte, fichier[0], *trace["modeles"][indicateur][jeu], trace["code"]["version"]]
    assert [mot for mot in attendus if mot not in corps] == []


def test_un_chiffre_fait_de_lieux_nomme_les_contours_de_son_zonage(release: Release) -> None:
    code, periode = duckdb.execute(
        "select code_territoire, periode from read_parquet(?) where niveau = 'qpv' and zonage = '2024' "
        "and indicateur = 'nb_ecoles_100m' and statut = 'observe' order by all limit 1",
        [table(release, "valeurs")],
    ).fetchall()[0]
    corps = html.unescape(provenance(release, code, "nb_ecoles_100m", periode))
    fichiers = corps[corps.index("Fichiers d’où vient le chiffre") :]
    assert "education.annuaire" in fichiers
    assert "anct.qpv2024_contours" in fichiers
    assert "anct.qpv2015_contours" not in fichiers


def test_un_chiffre_dit_ses_references_et_la_date_d_acces(release: Release) -> None:
    """One row per gap of the table, with the value of the reference; the day on which the file was read."""
    code, indicateur, periode = "QP961001", "taux_emploi_15_64", "2018"
    ecarts = duckdb.execute(
        "select code_reference, valeur_reference from read_parquet(?) where code_qpv = ? and indicateur = ? and periode = ?",
        [table(release, "ecarts"), code, indicateur, periode],
    ).fetchall()
    assert len(ecarts) > 3
    corps = html.unescape(provenance(release, code, indicateur, periode))
    references = corps[corps.index("Références auxquelles le chiffre est comparé") :]
    lignes = re.findall(r'<th scope="row">[^<]+\((\S+?)\)</th><td class="nb">(.*?)</td>', references)
    lues = {c: float(v.replace("\u202f", "").replace(",", ".")) for c, v in lignes if v[0].isdigit()}
    assert len(lignes) == len(ecarts)
    assert lues == {c: pytest.approx(v, abs=0.005 + 1e-9) for c, v in ecarts if v is not None}
    (acquis,) = {
        f["acquis_le"][:10]
        for f in json.loads((release.chemin / "datapackage.json").read_text(encoding="utf-8"))["provenance"]["fichiers"]
        if f["acquis_le"]
    }
    jour = date.fromisoformat(acquis)
    assert f"{jour.day}\u00a0" in corps.split("Consulté le")[1].split("</table>")[0]
    assert str(jour.year) in corps.split("Consulté le")[1].split("</table>")[0]


def test_une_date_non_annoncee_cede_la_place_au_rythme(release: Release) -> None:
    assert prochaine_publication("2027-02-15", "annuelle") == "15\u00a0février\u00a02027"
    assert prochaine_publication(None, "annuelle") == "chaque année, date non annoncée"
    connus = duckdb.execute("select distinct rythme from read_parquet(?)", [table(release, "sources")]).fetchall()
    assert {rythme for (rythme,) in connus} <= set(RYTHMES)
    assert len(connus) > 3


def test_un_chiffre_inconnu_est_dit_et_echappe(release: Release) -> None:
    corps = provenance(release, "<b>", "' or 1=1 --", "2018")
    assert "Aucun chiffre" in corps
    assert "<b>" not in corps
    assert "<table" not in corps
