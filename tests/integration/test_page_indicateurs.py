"""The page « Indicateurs »: list, search and cards, checked against the Parquet of the demo release.

Belongs here: app.catalogue_indicateurs, app.carte_indicateur and the page `indicateurs` without a browser.
Does not belong here: what a browser shows (tests/browser).
"""

from __future__ import annotations

import html
import re
from pathlib import Path

import duckdb
import pytest
from pages import ouvrir_page, sql
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app.carte_indicateur import carte
from app.catalogue_indicateurs import chercher, recettes
from app.routes import ROUTES
from publication.sheets.fiche import Registre


def nu(texte: str) -> str:
    """The words of an HTML text, with plain spaces."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", texte)))


def test_la_liste_a_un_lien_par_indicateur(
    donnees_demo: Path, monkeypatch: pytest.MonkeyPatch, registre: Registre
) -> None:
    texte = ouvrir_page("indicateurs", donnees_demo, monkeypatch)[1]
    publies = {nom for (nom,) in sql(registre, "select indicateur from '@indicateurs.parquet'")}
    assert set(re.findall(r"/indicateurs\?indicateur=(\w+)", texte)) == publies


def test_la_recherche_ignore_les_accents(registre: Registre) -> None:
    attendus = {nom for (nom,) in sql(registre, "select indicateur from '@indicateurs.parquet' where lower(libelle) like '%pauvreté%'")}  # fmt: skip
    trouves = {i.indicateur for i in chercher(registre.indicateurs_en_ordre, "PAUVRETE")}
    assert attendus
    assert attendus <= trouves
    assert len(trouves) < len(registre.indicateurs)
    assert chercher(registre.indicateurs_en_ordre, "zzz") == []


def test_la_carte_dit_ce_que_dit_la_release(
    donnees_demo: Path, monkeypatch: pytest.MonkeyPatch, registre: Registre
) -> None:
    texte = nu(ouvrir_page("indicateurs", donnees_demo, monkeypatch, indicateur="taux_pauvrete_60")[1])
    ((definition, avertissement),) = sql(registre, "select definition, avertissement from '@indicateurs.parquet' where indicateur = 'taux_pauvrete_60'")  # fmt: skip
    assert nu(str(definition)) in texte
    assert nu(str(avertissement)) in texte
    assert "Une valeur plus haute est moins favorable." in texte
    ruptures = sql(registre, "select motif from '@ruptures.parquet' where indicateur = 'taux_pauvrete_60'")
    assert ruptures
    assert all(nu(str(motif)) in texte for (motif,) in ruptures)
    colonnes = "nb_qpv, nb_observes, nb_estimes, nb_secrets, nb_non_diffuses, nb_non_calculables, nb_non_pertinents"
    lignes = sql(registre, f"select zonage, periode, {colonnes} from '@disponibilites.parquet' where indicateur = 'taux_pauvrete_60'")  # fmt: skip
    assert lignes
    for zonage, date, *nombres in lignes:
        assert f"{zonage}, {date} {' '.join(str(n) for n in nombres)}" in texte


def test_l_exemple_est_une_valeur_de_la_release(registre: Registre) -> None:
    """The first quartier by code at the latest period, with its value."""
    ((code, date, valeur),) = sql(registre, "select code_territoire, periode, valeur from '@valeurs.parquet' where niveau = 'qpv' and indicateur = 'taux_pauvrete_60' and statut = 'observe' order by periode desc, code_territoire limit 1")  # fmt: skip
    lecture = nu(carte(registre, registre.indicateurs["taux_pauvrete_60"])).split("Comment lire")[1].split("Ne pas")[0]
    assert str(code) in lecture
    assert f"En {date}, {float(str(valeur)):.0f}" in lecture


def test_chaque_carte_s_ecrit_et_dit_pourquoi_elle_est_vide(registre: Registre) -> None:
    for i in registre.indicateurs.values():
        texte = carte(registre, i)
        assert texte.count("<h1>") == 1
        assert "None" not in nu(texte)
        if i.attente:
            assert nu(i.attente) in nu(texte)


def test_un_indicateur_reserve_aux_extraits_ne_nomme_aucun_quartier(registre: Registre) -> None:
    texte = carte(registre, registre.indicateurs["part_population_etrangere"])
    assert not re.search(r"Q[PN]\d{5}", texte)
    assert "/ecarts?" not in texte


def test_les_lignes_sql_se_lisent(registre: Registre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(registre.release.chemin / "tables")
    valeurs, ecarts = (duckdb.sql(ligne).fetchall() for ligne in recettes("taux_pauvrete_60"))
    ((n,),) = sql(registre, "select count(*) from '@ecarts.parquet' where indicateur = 'taux_pauvrete_60'")
    assert len(ecarts) == n
    assert len(valeurs) > 60


def test_un_identifiant_inconnu_a_une_issue(donnees_demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texte = ouvrir_page("indicateurs", donnees_demo, monkeypatch, indicateur="taux_pauvrete_<b>")[1]
    assert "Indicateur introuvable" in texte
    assert "<b>" not in texte
    assert 'href="/indicateurs"' in texte
    assert "indicateur=taux_pauvrete_60" in texte


def test_l_adresse_par_chemin_mene_a_la_carte() -> None:
    reponse = TestClient(Starlette(routes=ROUTES)).get("/indicateurs/taux_pauvrete_60", follow_redirects=False)
    assert reponse.headers["location"] == "/indicateurs?indicateur=taux_pauvrete_60"
