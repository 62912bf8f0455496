"""The pages Méthode, Accessibilité and Mentions légales, on the demo territory.

Belongs here: what they say of the release, of its licences and of the publisher; the conversion of the method page.
Does not belong here: axe and widths (tests/browser), the text of the method (test_formules_methode).
"""

from __future__ import annotations

import html
import re
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from app.markdown import convertir
from publication.method import copier_methode

RACINE = Path(__file__).resolve().parents[2]
SCRIPT = RACINE / "app" / "navigation.py"
ESPACES = re.compile(r"\s+")


def mots(page: AppTest) -> str:
    """The words of a page, tags removed, spaces of any kind as one."""
    corps = " ".join(element.proto.body for element in page.get("html"))
    return ESPACES.sub(" ", html.unescape(re.sub(r"<[^>]+>", " ", corps)))


def ouvrir(chemin: str) -> AppTest:
    page = AppTest.from_file(str(SCRIPT), default_timeout=60).run()
    page = page.switch_page(f"vues/{chemin}.py").run()
    assert not page.exception
    return page


@pytest.fixture(autouse=True)
def donnees(donnees_demo: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OBSERVATOIRE_DATA", str(donnees_demo))
    monkeypatch.delenv("OBSERVATOIRE_CONTACT", raising=False)
    monkeypatch.delenv("OBSERVATOIRE_EDITEUR", raising=False)
    return donnees_demo


def test_la_page_de_methode_de_la_version_est_montree(donnees: Path) -> None:
    attendue = donnees / "releases" / "current" / "methode.md"
    vue = mots(ouvrir("methode"))
    assert ("13. Les indicateurs" if attendue.is_file() else "publiée sans sa page de méthode") in vue


def test_la_copie_est_celle_du_depot(tmp_path: Path) -> None:
    copier_methode(tmp_path)
    assert (tmp_path / "methode.md").read_bytes() == (RACINE / "docs" / "methode.md").read_bytes()


def test_chaque_titre_a_une_ancre_et_aucun_ne_se_repete() -> None:
    source = (RACINE / "docs" / "methode.md").read_text(encoding="utf-8")
    corps, titres = convertir(source)
    assert [t.texte for t in titres] == re.findall(r"^#+ (.+)$", source, flags=re.M)
    ancres = re.findall(r'<h\d id="([^"]+)"', corps)
    assert len(set(ancres)) == len(ancres) == len(titres)
    assert corps.count("<li>") == len(re.findall(r"^- ", source, flags=re.M))
    assert "**" not in corps
    assert "<!--" not in corps


def test_un_texte_hostile_reste_du_texte() -> None:
    corps, _ = convertir("# A\n\n<script>x</script> [ici](javascript:alert) `<b>`\n")
    assert "<script" not in corps
    assert "javascript" not in corps
    assert "<code>&lt;b&gt;</code>" in corps


def test_accessibilite_n_annonce_aucun_taux() -> None:
    vue = mots(ouvrir("accessibilite"))
    assert "Aucun audit complet n’a été fait" in vue
    assert not re.search(r"\d+ ?% (de conformité|conforme)", vue)
    assert "Aucun contact n’est encore indiqué" in vue


def test_le_contact_et_l_editeur_viennent_des_reglages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OBSERVATOIRE_CONTACT", "contact@exemple.test")
    monkeypatch.setenv("OBSERVATOIRE_EDITEUR", "<i>Ville</i>")
    page = ouvrir("mentions")
    corps = " ".join(element.proto.body for element in page.get("html"))
    assert 'href="mailto:contact@exemple.test"' in corps
    assert "&lt;i&gt;Ville&lt;/i&gt;" in corps


def test_chaque_producteur_et_sa_licence_sont_dans_les_mentions(donnees: Path) -> None:
    table = donnees / "releases" / "current" / "tables" / "sources.parquet"
    lignes = duckdb.execute(
        "select distinct producteur, licence, mention from read_parquet(?)", [str(table)]
    ).fetchall()
    page = ouvrir("mentions")
    corps = " ".join(element.proto.body for element in page.get("html"))
    assert corps.count('<th scope="row">') == len(lignes) > 5
    vue = mots(page)
    for producteur, licence, _ in lignes:
        assert ESPACES.sub(" ", f"{producteur} {licence or 'à confirmer'}") in vue
