"""The local register on the page « Engagements » and on two sections of the sheet, counted again from the Parquet.

Belongs here: publication.sheets.registre_local, sections engagements and vie_locale, app.engagements, without a browser.
Does not belong here: what is computed of the register (tests of the transformation), the checks of its files (test_register).
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from pages import fiche_de, ouvrir_page, sql

from app import engagements as eng
from publication.sheets.fiche import Registre
from publication.sheets.registre_local import Engagement, codes_contrats, droit_commun, est_vide
from publication.sheets.sections.engagements import preuve, resume, section_engagements
from publication.sheets.sections.vie_locale import section_vie_locale

CODE, SANS_SAISIE, ANCIEN = "QN96101M", "QN96117M", "QP961001"


def lignes_du_tableau(html: str, legende: str) -> list[list[str]]:
    """Text of the cells of the table whose caption holds `legende`."""
    table = next(t for t in re.findall(r"<table.*?</table>", html, re.S) if legende in t)
    corps = table.split("<tbody>")[1]
    return [[re.sub(r"<[^>]+>", "", c) for c in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", ligne)] for ligne in corps.split("</tr>") if "<t" in ligne]  # fmt: skip


def test_les_etats_sont_ceux_de_la_table(registre: Registre, donnees_demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    _, texte = ouvrir_page("engagements", donnees_demo, monkeypatch)
    attendus = sql(registre, "select etat, count(*) from '@engagements.parquet' group by 1")
    ensemble = lignes_du_tableau(texte, "par axe et par état")[-1]
    assert sorted(int(c) for c in ensemble[1:]) == sorted([*(int(str(n)) for _, n in attendus), 24])
    communs = sql(registre, "select count(*) filter (est), count(*) from (select identifiant, bool_and(est_droit_commun) as est from '@engagements.parquet' group by 1)")[0]  # fmt: skip
    assert f"{communs[0]} sur {communs[1]}" in texte
    assert f"{communs[1]}\u00a0engagements (24\u00a0lignes, une par quartier)" in texte


@pytest.mark.parametrize("axe", ["emploi", "securite_citoyennete"])
def test_un_axe_de_l_adresse_ne_garde_que_lui(registre: Registre, donnees_demo: Path, monkeypatch: pytest.MonkeyPatch, axe: str) -> None:  # fmt: skip
    page, texte = ouvrir_page("engagements", donnees_demo, monkeypatch, axe=axe)
    objectifs = sql(registre, f"select objectif, code_qpv from '@engagements.parquet' where axe = '{axe}'")
    lues = lignes_du_tableau(texte, "leur état et leur preuve")
    assert sorted((ligne[0][: len(str(o))], ligne[1][-8:]) for ligne, (o, _) in zip(sorted(lues), sorted(objectifs), strict=True)) == sorted(objectifs)  # fmt: skip
    assert ("Aucun chiffre n’est publié par quartier pour cet axe" in texte) == (axe == "securite_citoyennete")
    page.selectbox(key="choix_etat").set_value("en_retard").run()
    assert not page.exception
    assert "".join(page.query_params["etat"]) == "en_retard"


def test_la_preuve_est_datee_et_liee(registre: Registre) -> None:
    html = section_engagements(fiche_de(registre, CODE))
    lignes = sql(registre, f"select objectif, etat, url_preuve from '@engagements.parquet' where code_qpv = '{CODE}' order by identifiant")  # fmt: skip
    assert [e for _, e, _ in lignes] == ["tenu", "en_retard"]
    assert f'<a href="{lignes[0][2]}" rel="noopener" target="_blank">12\u00a0novembre\u00a02025</a>' in html
    lues = lignes_du_tableau(html, "leur état et leur preuve")
    assert [ligne[3] for ligne in lues] == ["✓\u00a0tenu", "!\u00a0en\u00a0retard"]
    assert lues[1][4] == "aucune preuve donnée"
    assert "javascript" not in preuve(date(2026, 1, 2), "javascript:alert(1)")
    assert "cible\u00a0: 45,5\u00a0%" in html


def test_un_engagement_de_trois_quartiers_compte_une_fois() -> None:
    """Four rows, two commitments, one under droit commun."""

    def engagement(code: str, numero: str, commun: bool) -> Engagement:
        return Engagement(code, numero, "Ville", "commune", "emploi", "Objet", commun, None, "tenu", None, None)

    liste = [engagement(f"QN0000{i}M", "E-1", True) for i in range(3)] + [engagement("QN00009M", "E-2", False)]
    assert droit_commun(liste) == (1, 2)
    assert resume(liste).startswith("2\u00a0engagements (4\u00a0lignes, une par quartier) : 4 tenu.")
    assert "1 sur 2 (50\u00a0%)" in resume(liste)


def test_la_vie_locale_dit_les_montants_les_reunions_et_les_postes(registre: Registre) -> None:
    html = section_vie_locale(fiche_de(registre, CODE))
    # A quartier whose amounts are not all under a multi-year agreement.
    montants = sql(registre, "select montant_attribue_eur, montant_cpo_eur from '@associations.parquet' where code_qpv = 'QN96102I' order by annee desc")  # fmt: skip
    assert any(m != cpo for m, cpo in montants)
    lues = lignes_du_tableau(section_vie_locale(fiche_de(registre, "QN96102I")), "Soutien aux associations")
    assert [[re.sub(r"\D", "", c) for c in ligne[2:4]] for ligne in lues] == [
        [f"{m:.0f}" for m in li] for li in montants
    ]
    reunions = sql(registre, f"select annee, nb_reunions from '@conseils_citoyens.parquet' where code_qpv = '{CODE}' order by annee desc")  # fmt: skip
    assert [(ligne[0], ligne[2]) for ligne in lignes_du_tableau(html, "Conseil citoyen")] == [(str(a), str(n)) for a, n in reunions]  # fmt: skip
    assert len(lignes_du_tableau(html, "Présence humaine")) == sql(registre, f"select count(*) from '@presence_humaine.parquet' where code_qpv = '{CODE}'")[0][0]  # fmt: skip
    assert codes_contrats(fiche_de(registre, CODE)) == ["CN96104M"]
    relais = sql(registre, "select valeur from '@contrats.parquet' where code_contrat = 'CN96104M' and indicateur = 'nb_adultes_relais' order by periode desc limit 1")[0][0]  # fmt: skip
    contrat = {ligne[0]: ligne for ligne in lignes_du_tableau(html, "Contrat de ville CN96104M")}
    assert contrat["Postes d’adultes-relais (contrat)"][2].startswith(f"{relais:.0f}\u00a0poste")


def test_ce_qui_n_est_pas_saisi_est_dit(registre: Registre, donnees_demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    assert not est_vide(registre)
    assert "Aucun engagement n’a été saisi pour ce quartier" in section_engagements(fiche_de(registre, SANS_SAISIE))
    assert "code de 2024" in section_engagements(fiche_de(registre, ANCIEN))
    assert CODE in section_engagements(fiche_de(registre, ANCIEN))
    _, texte = ouvrir_page("engagements", donnees_demo, monkeypatch, qpv="<script>x")
    assert "Le registre local ne dit rien du quartier" in texte
    assert "<script" not in texte
    _, un_quartier = ouvrir_page("engagements", donnees_demo, monkeypatch, qpv=CODE)
    assert "Le reste du registre" in un_quartier
    assert "Contrat de ville CN96104M" in un_quartier
    assert ">None<" not in un_quartier


def test_les_chiffres_a_cote_sont_ceux_du_quartier(registre: Registre) -> None:
    retenus = eng.choisir(eng.engagements(registre), eng.Choix(quartier=CODE))
    assert len(retenus) == 2
    html = eng.resultats(registre, retenus, "transversal")
    population = sql(registre, f"select valeur from '@valeurs.parquet' where niveau = 'qpv' and code_territoire = '{CODE}' and indicateur = 'population_municipale' order by periode desc limit 1")[0][0]  # fmt: skip
    ligne = lignes_du_tableau(html, "Chiffres des quartiers concernés")[0]
    assert ligne[1] == "2"
    assert ligne[3].replace("\u202f", "").startswith(f"{population:.0f}\u00a0hab.")


@pytest.mark.depot
def test_la_version_reelle_dit_que_le_registre_est_vide(donnees_depot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, texte = ouvrir_page("engagements", donnees_depot, monkeypatch)
    assert "Le registre local est vide dans cette version" in texte
    assert "observatoire registre modeles MON_DOSSIER" in texte
    assert {ligne[1] for ligne in lignes_du_tableau(texte, "Ce que le registre contient")} == {"vide"}
