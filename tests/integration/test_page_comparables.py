"""The page and the section « Quartiers comparables »: neighbours, sizes and medians, counted again from the Parquet.

Belongs here: publication.sheets.voisins, the section of the sheet and the page `comparables` without a browser.
Does not belong here: how neighbours are chosen (test_geographie_demo), what a browser shows (tests/browser).
"""

from __future__ import annotations

import re
from pathlib import Path
from statistics import median

import pytest
from pages import fiche_de, ouvrir_page, sql

from publication.sheets.fiche import Registre
from publication.sheets.lecture import chemin_courant, ouvrir
from publication.sheets.sections.comparables import section_comparables
from publication.sheets.voisins import lire, raison

SEUL, ENTOURE, ANCIEN = "QN96117M", "QN96101M", "QP961001"


def lignes_du_tableau(html: str, legende: str) -> list[list[str]]:
    """Cells of the table whose caption holds `legende`, tags removed."""
    table = next(t for t in re.findall(r"<table.*?</table>", html, re.S) if legende in t)
    corps = table.split("<tbody>")[1]
    return [[re.sub(r"<[^>]+>", "|", c) for c in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", ligne)] for ligne in corps.split("</tr>") if "<t" in ligne]  # fmt: skip


def test_les_voisins_sont_ceux_de_la_table_dans_leur_ordre(registre: Registre) -> None:
    attendus = sql(registre, f"select code_comparable, distance, population_qpv, population_epci from '@comparables.parquet' where code_qpv = '{SEUL}' order by distance")  # fmt: skip
    assert len(attendus) == 5
    lignes = lignes_du_tableau(section_comparables(fiche_de(registre, SEUL)), "du plus proche")
    assert SEUL in lignes[0][0]
    for ligne, (code, distance, quartier, epci) in zip(lignes[1:], attendus, strict=True):
        assert str(code) in ligne[0]
        assert ligne[1] == f"{distance:.2f}".replace(".", ",")
        assert [c.replace("\u202f", "") for c in (ligne[2], ligne[4])] == [f"{quartier:.0f}", f"{epci:.0f}"]


def test_la_mediane_est_celle_des_voisins_publies(registre: Registre) -> None:
    """Median of the population, and none for poverty: four published values out of five."""
    voisins = sql(registre, f"select v.indicateur, v.valeur from '@comparables.parquet' c join '@valeurs.parquet' v on v.code_territoire = c.code_comparable and v.niveau = 'qpv' where c.code_qpv = '{SEUL}' and v.indicateur in ('population_municipale', 'taux_pauvrete_60') and v.statut = 'observe'")  # fmt: skip
    populations = [float(str(v)) for nom, v in voisins if nom == "population_municipale"]
    assert sum(nom == "taux_pauvrete_60" for nom, _ in voisins) == 4
    lignes = {ligne[0].split("|")[0]: ligne for ligne in lignes_du_tableau(section_comparables(fiche_de(registre, SEUL)), "Chiffres clés")}  # fmt: skip
    population = lignes["Population municipale"][2].replace("\u202f", "")
    assert population.startswith(f"{median(populations):.0f}\u00a0hab.")
    assert "|nc|" in lignes["Taux de pauvreté (seuil à 60\u00a0%)"][2]
    assert "4\u00a0publiés sur 5" in lignes["Taux de pauvreté (seuil à 60\u00a0%)"][2]


def test_un_voisin_masque_reste_visible_sur_la_page(donnees_demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texte = ouvrir_page("comparables", donnees_demo, monkeypatch, qpv=SEUL)[1]
    pauvrete = next(li for li in lignes_du_tableau(texte, "et chacun d’eux") if li[0].startswith("Taux de pauvreté"))
    assert len(pauvrete) == 3 + 5
    assert sum("|" in cellule for cellule in pauvrete[3:]) == 1
    assert 'class="absence"' in texte
    assert ">None<" not in texte


def test_chaque_absence_de_groupe_a_sa_raison(registre: Registre) -> None:
    nb = sql(registre, f"select count(*) from '@territoires.parquet' where niveau = 'qpv' and zonage = '2024' and codes_epci = (select codes_epci from '@territoires.parquet' where code_territoire = '{ENTOURE}')")[0][0]  # fmt: skip
    assert f"Son intercommunalité compte {nb} quartiers prioritaires" in raison(fiche_de(registre, ENTOURE))
    assert "zonage 2015" in raison(fiche_de(registre, ANCIEN))
    avec = {code for (code,) in sql(registre, "select distinct code_qpv from '@comparables.parquet'")}
    for code in registre.quartiers:
        html = section_comparables(fiche_de(registre, code))
        assert ("QPV unique" in html) == (code in avec) == bool(lire(registre, code).voisins)


@pytest.mark.parametrize("code", ["", ANCIEN, "<script>alert(1)</script>"])
def test_la_page_sans_groupe_dit_pourquoi(donnees_demo: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    texte = ouvrir_page("comparables", donnees_demo, monkeypatch, qpv=code)[1]
    assert "<h1>Quartiers comparables</h1>" in texte
    assert ("Aucun quartier comparable." in texte) == (code == ANCIEN)
    assert "<script" not in texte.lower()
    table = lignes_du_tableau(texte, "seuls dans leur intercommunalité")
    assert [ligne[1:] for ligne in table] == [["63", "6", "0", "6"], ["60", "8", "0", "0"]]


@pytest.mark.depot
def test_les_huit_de_la_turfaudiere_et_l_outre_mer(donnees_depot: Path) -> None:
    """The worked example of the method, and the two quartiers of the overseas that have one neighbour only."""
    reel = Registre(ouvrir(chemin_courant(donnees_depot / "releases")))
    groupe = lire(reel, "QN05001I")
    assert [v.code_comparable for v in groupe.voisins] == ["QN03303M", "QN02206I", "QN07629N", "QN05601M", "QN04201M", "QN06601M", "QN07715I", "QN00103M"]  # fmt: skip
    assert [round(v.distance, 3) for v in groupe.voisins] == [0.347, 0.408, 0.451, 0.490, 0.542, 0.587, 0.616, 0.623]
    assert groupe.soi is not None
    assert (groupe.soi.population_qpv, groupe.soi.population_communes, groupe.soi.population_epci) == (1147, 10246, 87773)  # fmt: skip
    html = section_comparables(fiche_de(reel, "QN97121N"))
    assert "1\u00a0quartier comparable parmi 1\u00a0candidat. La règle en retient 8" in html
