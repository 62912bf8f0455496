"""The optional background of the map: no request without the setting, tiles at their place with it, a sentence when it cannot be read.

Belongs here: app.fond_plan alone and on the page « Carte » without a browser; the line of nginx that deploy/README.md changes.
Does not belong here: tiles that fail in a browser (tests/browser/test_carte).
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app import fond_plan
from publication.sheets.projection import cadrer

RACINE = Path(__file__).resolve().parents[2]
ESSAI = "https://tuiles.example/{z}/{x}/{y}.png?a=1&b=2"
# Around Caen, 0.1° by 0.05°.
CAEN = cadrer((-0.42, 49.16, -0.32, 49.21), 800, 900, 34)


def page(donnees: Path, monkeypatch: pytest.MonkeyPatch, reglage: str) -> str:
    monkeypatch.setenv("OBSERVATOIRE_DATA", str(donnees))
    monkeypatch.setenv("OBSERVATOIRE_FOND_PLAN", reglage)
    essai = AppTest.from_file(str(RACINE / "app" / "navigation.py"), default_timeout=60)
    essai.switch_page("vues/carte.py")
    essai.query_params["territoire"] = "departement:961"
    essai.run()
    assert not essai.exception
    return " ".join(element.proto.body for element in essai.get("html"))


def test_sans_reglage_la_page_ne_demande_rien(donnees_demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    html = page(donnees_demo, monkeypatch, "")
    assert set(re.findall(r'src="(\w+:)', html)) == {"data:"}
    assert 'class="fond"' not in html
    assert "aucun service extérieur n’est appelé" in html


def test_avec_un_reglage_la_page_nomme_qui_est_appele(donnees_demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    html = page(donnees_demo, monkeypatch, ESSAI)
    adresses = re.findall(r'<img src="(https:[^"]+)" alt=""', html)
    assert len(adresses) > 3
    assert all(re.fullmatch(r"https://tuiles\.example/\d+/\d+/\d+\.png\?a=1&amp;b=2", adresse) for adresse in adresses)
    assert html.index('class="fond"') < html.index('alt="Carte de')
    assert "Votre navigateur le demande à tuiles.example." in html
    assert "aucun service extérieur" not in html
    monkeypatch.setenv("OBSERVATOIRE_FOND_PLAN", "https://data.geopf.fr/wmts?z={z}&x={x}&y={y}")
    assert "Fond de plan : © IGN – Plan IGN. Votre navigateur le demande à data.geopf.fr." in fond_plan.mention()


@pytest.mark.parametrize(
    "reglage",
    [
        "http://tuiles.example/{z}/{x}/{y}.png",
        "https://tuiles.example/{z}/{x}.png",
        'https://tuiles.example/{z}/{x}/{y}" onerror="alert(1)',
        "javascript:{z}{x}{y}",
        "//tuiles.example/{z}/{x}/{y}.png",
    ],
)
def test_un_reglage_illisible_est_dit_et_rien_n_est_demande(reglage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OBSERVATOIRE_FOND_PLAN", reglage)
    assert fond_plan.fond(CAEN) == ""
    assert fond_plan.mention().startswith("Fond de plan absent : OBSERVATOIRE_FOND_PLAN doit être")


def test_les_coins_de_la_grille_sont_ceux_de_web_mercator() -> None:
    """The whole world is one square at zoom 0, up to atan(sinh π) = 85.0511°; at zoom 1 its four tiles meet at 0°, 0°."""
    assert fond_plan.coin(0, 0, 0) == (-180.0, pytest.approx(85.0511287798, abs=1e-9))
    assert fond_plan.coin(1, 1, 1) == (0.0, pytest.approx(0.0, abs=1e-12))
    assert fond_plan.coin(2, 3, 3) == (90.0, pytest.approx(-66.5132604431, abs=1e-9))


def test_les_tuiles_couvrent_l_image_sans_une_de_trop() -> None:
    """At zoom 12 a tile is 360/4096 = 0.0879° wide; the image of 800 px shows 0.109°: 256 px would be zoom 13.3."""
    tuiles = fond_plan.tuiles(CAEN)
    (zoom,) = {z for z, _, _ in tuiles}
    assert zoom == 13
    ouest, sud, est, nord = CAEN.bornes
    assert CAEN.projeter(ouest, nord) == pytest.approx((0, 0), abs=1e-6)
    assert CAEN.projeter(est, sud) == pytest.approx((CAEN.largeur, CAEN.hauteur), abs=1e-6)
    colonnes, rangees = {x for _, x, _ in tuiles}, {y for _, _, y in tuiles}
    assert len(tuiles) == len(colonnes) * len(rangees)
    assert fond_plan.coin(zoom, min(colonnes), 0)[0] <= ouest < fond_plan.coin(zoom, min(colonnes) + 1, 0)[0]
    assert fond_plan.coin(zoom, max(colonnes), 0)[0] <= est < fond_plan.coin(zoom, max(colonnes) + 1, 0)[0]
    assert fond_plan.coin(zoom, 0, min(rangees))[1] >= nord > fond_plan.coin(zoom, 0, min(rangees) + 1)[1]
    assert fond_plan.coin(zoom, 0, max(rangees))[1] >= sud > fond_plan.coin(zoom, 0, max(rangees) + 1)[1]


def test_deux_tuiles_voisines_se_touchent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OBSERVATOIRE_FOND_PLAN", ESSAI)
    lues = re.findall(
        r'/(\d+)/(\d+)\.png[^"]*" alt="" style="left:([-\d.]+)%;top:([-\d.]+)%;width:([\d.]+)%;height:([\d.]+)%"',
        fond_plan.fond(CAEN),
    )
    places = {(int(x), int(y)): tuple(map(float, place)) for x, y, *place in lues}
    assert len(places) == len(fond_plan.tuiles(CAEN))
    for (x, y), (gauche, haut, large, grand) in places.items():
        if (x + 1, y) in places:
            assert places[x + 1, y][0] == pytest.approx(gauche + large, abs=0.003)
        if (x, y + 1) in places:
            assert places[x, y + 1][1] == pytest.approx(haut + grand, abs=0.003)


def test_la_commande_du_guide_autorise_un_hote_et_un_seul() -> None:
    """The sed of deploy/README.md changes one line of the nginx file: that of the application."""
    guide = (RACINE / "deploy" / "README.md").read_text(encoding="utf-8")
    commande = re.search(r'sed -i "s\|([^|]+)\|([^|]+)\|"', guide)
    assert commande is not None
    conf = (RACINE / "deploy" / "nginx" / "observatoire.conf").read_text(encoding="utf-8")
    assert "https:" not in "".join(ligne for ligne in conf.splitlines() if "img-src" in ligne)
    assert conf.count(commande[1]) == 1
    assert commande[2] == commande[1].replace(";", " https://data.geopf.fr;")
    adresse = re.search(r"^OBSERVATOIRE_FOND_PLAN=(https://\S+)$", guide, re.MULTILINE)
    assert adresse is not None
    assert adresse[1].startswith("https://data.geopf.fr/")
    assert all(champ in adresse[1] for champ in ("{z}", "{x}", "{y}"))
