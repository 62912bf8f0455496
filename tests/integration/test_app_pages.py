"""Every page run without a browser, on the demo territory: no exception, the right page, the right words.

Belongs here: quick paths of the script, and what it says when there is no release to read.
Does not belong here: what a browser shows (tests/browser), the reader itself (test_lecture_release).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

SCRIPT = Path(__file__).resolve().parents[2] / "app" / "navigation.py"


def texte(page: AppTest) -> str:
    """Everything the page writes as HTML."""
    return " ".join(element.proto.body for element in page.get("html"))


@pytest.fixture
def page(donnees_demo: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("OBSERVATOIRE_DATA", str(donnees_demo))
    return AppTest.from_file(str(SCRIPT), default_timeout=60)


def test_accueil(page: AppTest) -> None:
    page.run()
    assert not page.exception
    assert "Ce que l’on peut dire" in texte(page)
    page.text_input(key="q").set_value("tisseurs de brume").run()
    assert not page.exception
    assert "2\u00a0quartiers répondent" in texte(page)


def test_une_adresse_de_l_accueil_avec_un_code_mene_a_la_fiche(page: AppTest) -> None:
    page.query_params["qpv"] = "QP961001"
    page.run()
    assert not page.exception
    assert "<h1>Les Tisseurs de Brume</h1>" in texte(page)


def test_changer_de_reference_change_les_cartes_et_l_adresse(page: AppTest) -> None:
    page.query_params["qpv"] = "QP961001"
    page.run()
    page.selectbox(key="choix_reference").set_value("region").run()
    assert not page.exception
    assert page.query_params["reference"] == "region"
    assert "Merlande-Atlantique (QPV compris)" in texte(page)


def test_chaque_fiche_s_ouvre(donnees_demo: Path) -> None:
    """All 123 quartiers, without the interface: the sections that are pure functions of a sheet."""
    from publication.sheets.fiche import Registre, construire
    from publication.sheets.lecture import chemin_courant, ouvrir
    from publication.sheets.sections import bandeau, carte, chiffres_cles, geographies, manquantes, sources, themes

    registre = Registre(ouvrir(chemin_courant(donnees_demo / "releases")))
    assert len(registre.quartiers) == 123
    for code in registre.quartiers:
        fiche = construire(registre, code)
        assert fiche is not None
        contours = registre.release.contours([code, *fiche.valeurs_liees])
        morceaux = [
            bandeau.bandeau(fiche),
            bandeau.section_en_bref(fiche, "auto"),
            chiffres_cles.section_chiffres_cles(fiche, "auto"),
            themes.tableau_theme(fiche, themes.indicateurs_de(fiche, ("emploi", "transversal")), "auto", "Tout"),
            carte.section_carte(fiche, contours),
            geographies.section_geographies(fiche),
            manquantes.section_manquantes(fiche),
            sources.section_sources(fiche, ""),
        ]
        html = " ".join(morceaux)
        assert code in html
        assert ">None<" not in html
        assert ">nan" not in html.lower()


def test_sans_release_la_page_dit_quoi_faire(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OBSERVATOIRE_DATA", str(tmp_path))
    page = AppTest.from_file(str(SCRIPT), default_timeout=60).run()
    assert not page.exception
    assert "Aucune donnée à afficher" in texte(page)
    assert "observatoire refresh" in texte(page)
