"""Tests of what the pages are made of: escaping, tables, charts, the static map.

Belongs here: markup and specifications, without a browser.
Does not belong here: whole pages (tests/browser), words (test_textes).
"""

from __future__ import annotations

import base64
import math
import re
from html import unescape
from xml.etree import ElementTree

import pytest

from publication.sheets import balises as b
from publication.sheets import chiffre
from publication.sheets.graphiques import PlageDessinee, Point, Repere, Serie, en_images, points_et_plage, tendance
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


def dessin(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(html)  # noqa: S314 (our own drawing)


def points() -> ElementTree.Element:
    reperes = [Repere("Q", "quartier", 34.0, "34,0 %", 32.0, 38.0), Repere("Caen", "commune", 52.0, "52,0 %")]
    plage = PlageDessinee("QPV du département", 30.0, 55.0, [30.0, 34.0, 55.0])
    return dessin(points_et_plage(reperes, plage, "en %", "Taux : 34,0 %."))


def test_l_explorateur_montre_le_meme_dessin_en_image() -> None:
    """Streamlit drops inline SVG: the image holds the same marks at the same positions, and the same words."""
    html = points_et_plage([Repere("Q", "quartier", 34.0, "34,0 %")], None, "en %", 'Taux « "exact" » : 34,0 %.')
    image = re.search(r'<img alt="([^"]*)" height="\d+" src="data:image/svg\+xml;base64,([^"]+)">', en_images(html))
    assert image is not None
    assert unescape(image[1]) == dessin(html)[0].attrib["aria-label"]
    contenu = base64.b64decode(image[2]).decode()
    svg = ElementTree.fromstring(contenu.replace(' xmlns="http://www.w3.org/2000/svg"', ""))  # noqa: S314
    assert [position(c) for c in svg.findall(".//circle")] == [position(c) for c in dessin(html).findall(".//circle")]


def position(element: ElementTree.Element, attribut: str = "cx") -> float:
    return float(element.attrib[attribut].rstrip("%"))


def test_un_graphique_dit_ce_qu_il_montre() -> None:
    svg = points().find("svg")
    assert svg is not None
    assert (svg.attrib["role"], svg.attrib["aria-label"]) == ("img", "Taux\u00a0: 34,0\u00a0%.")


def test_le_quartier_se_distingue_sans_couleur() -> None:
    """A full disc against a hollow square, whatever the colours."""
    quartier, reference = points().find(".//g[@class='quartier']"), points().find(".//g[@class='reference']")
    assert quartier is not None
    assert reference is not None
    disque, carre = quartier.find("circle"), reference.find("svg/path")
    assert disque is not None
    assert carre is not None
    assert disque.attrib["fill"] != "#FFFFFF" == carre.attrib["fill"]
    assert reference.find("circle") is None


def test_les_positions_sont_celles_des_valeurs() -> None:
    """The range goes from 30 to 55, with 4 % of its width on each side: 29 to 56, drawn between 2 % and 98 %."""
    svg = points()
    (disque,) = svg.findall(".//circle")
    assert position(disque) == pytest.approx(2 + 96 * (34 - 29) / 27, abs=0.01)
    (carre,) = svg.findall(".//g[@class='reference']/svg")
    assert position(carre, "x") == pytest.approx(2 + 96 * (52 - 29) / 27, abs=0.01)
    (intervalle,) = svg.findall(".//line[@class='intervalle']")
    assert position(intervalle, "x1") == pytest.approx(2 + 96 * (32 - 29) / 27, abs=0.01)
    assert position(intervalle, "x2") == pytest.approx(2 + 96 * (38 - 29) / 27, abs=0.01)
    traits = svg.findall(".//line[@class='quartier-voisin']")
    assert [position(t, "x1") for t in traits] == pytest.approx(
        [2 + 96 * (v - 29) / 27 for v in (30, 34, 55)], abs=0.01
    )


def segments(abscisses: list[float], pas: float = 1.0) -> list[tuple[float, float]]:
    html = tendance([Serie("Q", [Point(a, 100.0, "", "") for a in abscisses])], "", "", alt="", pas=pas)
    debut, fin = math.floor(min(abscisses)), math.ceil(max(abscisses))

    def annee(trait: ElementTree.Element, bout: str) -> float:
        return debut + (position(trait, bout) - 9) / 86 * (fin - debut)

    return [
        (round(annee(t, "x1"), 2), round(annee(t, "x2"), 2)) for t in dessin(html).findall(".//g[@data-serie='Q']/line")
    ]


@pytest.mark.panne("F27", attendu="a line stops where a year has no data")
def test_la_ligne_s_arrete_ou_une_annee_manque() -> None:
    """No point at 31/12/2019: 2018 and 2020 are never joined (gap method §17.5)."""
    assert segments([2016.0, 2017.0, 2018.0, 2020.0, 2021.0]) == [(2016, 2017), (2017, 2018), (2020, 2021)]


def test_deux_trimestres_voisins_se_suivent() -> None:
    assert segments([2020.0, 2020.25, 2020.5, 2021.0], 0.25) == [(2020, 2020.25), (2020.25, 2020.5)]


def test_aucun_mot_d_une_tendance_n_est_coupe_ni_recouvert_sur_un_telephone() -> None:
    """A telephone leaves 361 px; four digits of 13 px are 33 px wide; two lines of 13 px need 16 px between them."""
    serie = Serie("Q", [Point(2014.0, 6.0, "", ""), Point(2026.0, 11.0, "", "")])
    textes = dessin(tendance([serie], "en % des actifs", "", alt="")).findall(".//text")
    derniere = next(t for t in textes if t.text == "2026")
    assert 361 * position(derniere, "x") / 100 + 33 / 2 <= 361
    titre = next(t for t in textes if "actifs" in (t.text or ""))
    valeurs = [t for t in textes if t.attrib["x"] == "0" and t is not titre]
    assert min(float(t.attrib["y"]) for t in valeurs) - float(titre.attrib["y"]) >= 16


def test_chaque_serie_a_son_trait_et_son_symbole() -> None:
    series = [
        Serie(n, [Point(2016.0, v, "", ""), Point(2017.0, v + 1, "", "")]) for n, v in (("Q", 100.0), ("R", 98.0))
    ]
    svg = dessin(tendance(series, "base 100", "", alt="", origine=100))
    styles = [svg.find(f".//g[@data-serie='{nom}']/line").attrib.get("stroke-dasharray") for nom in "QR"]  # type: ignore[union-attr]
    assert styles == [None, "7 4"]
    assert len(svg.findall(".//g[@data-serie='Q']/circle")) == 2
    assert len(svg.findall(".//g[@data-serie='R']/svg")) == 2
