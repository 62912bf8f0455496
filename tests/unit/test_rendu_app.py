"""Tests of what the pages are made of: escaping, tables, charts, the static map.

Belongs here: markup and specifications, without a browser.
Does not belong here: whole pages (tests/browser), words (test_textes).
"""

from __future__ import annotations

import base64
from typing import Any

import altair as alt
import pytest
import shapely

from publication.sheets import balises as b
from publication.sheets import chiffre
from publication.sheets.carte import carte
from publication.sheets.graphiques import PlageDessinee, Point, Repere, Serie, points_et_plage, tendance
from publication.sheets.modele import Valeur, depuis

HOSTILE = '<img src=x onerror="alert(1)">'


def test_tout_texte_est_echappe_une_fois() -> None:
    assert b.balise("p", HOSTILE) == "<p>&lt;img src=x onerror=&quot;alert(1)&quot;&gt;</p>"
    assert b.balise("p", b.balise("b", "a & b")) == "<p><b>a &amp; b</b></p>"
    assert HOSTILE not in b.tableau(HOSTILE, [HOSTILE], [[HOSTILE, HOSTILE]], note=HOSTILE)
    assert HOSTILE not in b.repli(HOSTILE, b.e(HOSTILE))
    assert HOSTILE not in b.code(HOSTILE)


@pytest.mark.parametrize("adresse", ["javascript:alert(1)", "data:text/html,x", "//exemple.fr", None, ""])
def test_un_lien_externe_est_http_ou_n_est_pas_un_lien(adresse: str | None) -> None:
    assert b.lien_externe("texte", adresse) == "texte"
    assert 'href="https://exemple.fr"' in b.lien_externe("texte", "https://exemple.fr")


def test_un_tableau_a_une_legende_des_entetes_et_une_region_au_clavier() -> None:
    html = b.tableau("Titre", ["A", "B"], [["x", "1"], ["y", b.absence("secret")]], numeriques=[1])
    assert "<caption><span>Titre</span></caption>" in html
    assert html.count('scope="col"') == 2
    assert html.count('scope="row"') == 2
    assert 'role="region" aria-label="Tableau\u00a0: Titre" tabindex="0"' in html
    assert '<abbr class="absence" title="secret statistique">s</abbr>' in html


@pytest.mark.parametrize("code", ["moins_favorable", "plus_favorable", "proche"])
def test_une_lecture_a_un_signe_un_mot_et_le_signe_n_est_pas_lu(code: str) -> None:
    html = b.lecture(code, -1)
    symbole, mot, _ = b.LECTURES[code]
    assert f'<span aria-hidden="true">{symbole}</span>\u00a0{mot}' in html


def test_un_indicateur_neutre_n_a_ni_signe_ni_couleur() -> None:
    for code in b.LECTURES:
        html = b.lecture(code, 0)
        assert not set("◆▲●") & set(html)
        assert 'class="lecture neutre"' in html


@pytest.mark.parametrize(
    ("texte", "statut", "attendu"),
    [
        ("9 sur 9", "observe", ""),
        ("59 sur 62", "partiel", "partiel, 59 sur 62"),
        ("min 68,4 ; max 97,7 ; 3 établissements sur 5", "observe", "min 68,4 ; max 97,7 ; 3 établissements sur 5"),
        ("a_interpreter_avec_prudence", "observe", "à interpréter avec prudence"),
    ],
)
def test_ce_qui_accompagne_un_chiffre_est_dit_sauf_une_somme_entiere(texte: str, statut: str, attendu: str) -> None:
    valeur = depuis(Valeur, {"valeur": 69.6, "valeur_texte": texte, "statut": statut})
    assert chiffre.reserve(valeur) == attendu


def test_la_legende_ne_cite_que_les_signes_utilises() -> None:
    assert b.legende_absences([]) == ""
    legende = b.legende_absences({"secret", "observe"})
    assert "secret statistique" in legende
    assert "non diffusé" not in legende


def points() -> dict[str, Any]:
    reperes = [Repere("Q", "quartier", 34.7, "34,7 %", 32.0, 37.4), Repere("Caen", "commune", 51.7, "51,7 %")]
    return points_et_plage(reperes, PlageDessinee("QPV du département", 30.0, 55.0, [30.0, 34.7, 55.0]), "en %")


def test_les_graphiques_respectent_le_schema_d_altair() -> None:
    alt.LayerChart.from_dict(points())
    series = [Serie("Q", [Point(2016.0, 100.0, "100", "2016")]), Serie("R", [Point(2017.0, 98.0, "98", "2017")])]
    alt.LayerChart.from_dict(tendance(series, "base 100", "", origine=100))


def donnees(specification: dict[str, Any], marque: str) -> list[dict[str, Any]]:
    return [c for c in specification["layer"] if c["mark"]["type"] == marque]


def test_le_quartier_se_distingue_sans_couleur() -> None:
    references, quartier = donnees(points(), "point")
    assert quartier["data"]["values"][0]["forme"] != references["data"]["values"][0]["forme"]
    assert quartier["mark"]["fill"] != "#FFFFFF" == references["mark"]["fill"]


def test_l_axe_contient_tout_et_la_plage_a_un_trait_par_quartier() -> None:
    specification = points()
    bas, haut = donnees(specification, "point")[0]["encoding"]["x"]["scale"]["domain"]
    assert bas < 30.0
    assert haut > 55.0
    assert len(donnees(specification, "tick")[0]["data"]["values"]) == 3


def test_la_ligne_s_arrete_ou_une_annee_manque() -> None:
    """No point at 31/12/2019: 2018 and 2020 are never joined (gap method §17.5)."""
    annees = [2016.0, 2017.0, 2018.0, 2020.0, 2021.0]
    specification = tendance([Serie("Q", [Point(a, 100.0, "", "") for a in annees])], "", "")
    troncons = [ligne["troncon"] for ligne in donnees(specification, "line")[0]["data"]["values"]]
    assert troncons == ["Q|0", "Q|0", "Q|0", "Q|1", "Q|1"]


def test_deux_trimestres_voisins_se_suivent() -> None:
    trimestres = [2020.0, 2020.25, 2020.5, 2021.0]
    specification = tendance([Serie("D", [Point(t, 8.0, "", "") for t in trimestres])], "", "", pas=0.25)
    troncons = [ligne["troncon"] for ligne in donnees(specification, "line")[0]["data"]["values"]]
    assert troncons == ["D|0", "D|0", "D|0", "D|1"]


def test_la_carte_trace_2024_en_plein_et_2015_en_tirets() -> None:
    contour = shapely.box(-0.40, 49.18, -0.39, 49.19)
    svg = base64.b64decode(carte([contour.wkb], [contour.buffer(0.001).wkb]).split(",")[1]).decode()
    assert svg.count("stroke-dasharray") == 1
    assert svg.count('fill="#EFE8F5"') == 1
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")
    assert carte([], []) == ""


def test_la_barre_d_echelle_donne_la_bonne_longueur() -> None:
    """A square of 0.01° of latitude is 1,112 m high: 500 m must be 500/1,112 of its height on the image."""
    contour = shapely.box(0.0, 0.0, 0.01, 0.01)  # on the equator, a degree is the same length both ways
    svg = base64.b64decode(carte([contour.wkb], []).split(",")[1]).decode()
    trace = svg.split('<path d="M')[1].split('"')[0].rstrip("Z").split("L")
    hauteurs = [float(point.split()[1]) for point in trace]
    barre = float(svg.split("v5h")[1].split("v-5")[0])
    metres = int(svg.split(" m</text>")[0].split(">")[-1])
    assert barre / (max(hauteurs) - min(hauteurs)) == pytest.approx(metres / 1111.95, rel=0.01)
