"""The page « Journal »: two releases of the demo, the second with three figures touched by this test.

Belongs here: publication.sheets.versions, app.journal and the page `journal` without a browser.
Does not belong here: how changes are counted (tests/unit/test_publication_diff), the feed (test_publication_feed).
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from app import journal
from publication.diff import comparer
from publication.sheets.fiche import Registre
from publication.sheets.lecture import ErreurRelease, chemin_courant, ouvrir, releases_presentes, texte_verifie
from publication.sheets.modele import Source
from publication.sheets.versions import lire, lister

SCRIPT = Path(__file__).resolve().parents[2] / "app" / "navigation.py"
SECONDE = "20270104-0123456789ab"
CODE, POPULATION = "QP961001", "population_municipale"


def sceller(release: Path) -> None:
    fichiers = [f for f in sorted(release.rglob("*")) if f.is_file() and f.name != "SHA256SUMS"]
    lignes = [f"{hashlib.sha256(f.read_bytes()).hexdigest()}  {f.relative_to(release).as_posix()}\n" for f in fichiers]
    (release / "SHA256SUMS").write_text("".join(lignes), encoding="utf-8")


@pytest.fixture(scope="module")
def donnees(donnees_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo release, then one where a population is changed, one masked, a row removed and a vintage renamed."""
    origine = (donnees_demo / "releases" / "current").resolve()
    releases = tmp_path_factory.mktemp("journal") / "releases"
    premiere, seconde = releases / origine.name, releases / SECONDE
    for copie in (premiere, seconde):
        shutil.copytree(origine, copie, ignore=shutil.ignore_patterns("quartiers"))
    sceller(premiere)
    quartier = f"niveau = 'qpv' and code_territoire = '{CODE}' and indicateur = '{POPULATION}'"
    masque = "niveau = 'qpv' and code_territoire = 'QP961002' and indicateur = 'population_municipale' and periode = '2018'"  # fmt: skip
    table = seconde / "tables" / "valeurs.parquet"
    duckdb.sql(
        f"copy (select * replace (case when {quartier} and periode = '2018' then 4321 when {masque} then null else valeur end as valeur,"
        f" case when {masque} then 'secret' else statut end as statut) from '{premiere}/tables/valeurs.parquet'"
        f" where not ({quartier} and periode = '2013')) to '{table}' (format parquet)"
    )
    duckdb.sql(
        "copy (select * replace (case when jeu = 'anct.adultes_relais' and millesime = '2024' then '2026' else millesime end as millesime)"
        f" from '{premiere}/tables/sources.parquet') to '{seconde}/tables/sources.parquet' (format parquet)"
    )
    sceller(seconde)
    differences = comparer(premiere, seconde)
    (seconde / "diff.json").write_text(json.dumps(differences), encoding="utf-8")
    sceller(seconde)
    (releases / "current").symlink_to(SECONDE)
    (releases / ".construction-1-abc").mkdir()
    return releases.parent


@pytest.fixture(scope="module")
def registre(donnees: Path) -> Registre:
    return Registre(ouvrir(chemin_courant(donnees / "releases")))


def test_toutes_les_versions_et_elles_seules(donnees: Path, donnees_demo: Path) -> None:
    versions = lister(releases_presentes(donnees / "releases"))
    premiere = (donnees_demo / "releases" / "current").resolve().name
    assert [v.identifiant for v in versions] == [SECONDE, premiere]
    assert versions[0].jour == date(2027, 1, 4)
    assert (versions[0].avant, versions[1].avant) == (premiere, None)
    ligne = duckdb.sql(f"select count(*) from '{donnees}/releases/{premiere}/tables/valeurs.parquet'").fetchone()
    assert ligne is not None
    assert versions[1].comptes == {"ajoutes": ligne[0], "modifies": 0, "supprimes": 0}


def test_la_page_dit_ce_qui_a_change(donnees: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OBSERVATOIRE_DATA", str(donnees))
    page = AppTest.from_file(str(SCRIPT), default_timeout=60)
    page.switch_page("vues/journal.py")
    page.run()
    assert not page.exception
    texte = " ".join(element.proto.body for element in page.get("html"))
    assert "<h1>Journal</h1>" in texte
    assert "2\u00a0chiffres ont changé depuis la version" in texte
    assert "0\u00a0ajouté, 1\u00a0supprimé" in texte
    relais = next(li for li in re.findall(r"<tr>.*?</tr>", texte) if "anct.adultes_relais" in li and ">2026<" in li)
    assert re.findall(r"<td>(.*?)</td>", relais) == ["2024", "2026", "—"]
    change = next(li for li in re.findall(r"<tr>.*?</tr>", texte) if "4\u202f321" in li)
    avant = duckdb.sql(
        f"select valeur from '{chemin_courant(donnees / 'releases').parent}/2026*/tables/valeurs.parquet' where code_territoire = '{CODE}' and indicateur = '{POPULATION}' and periode = '2018'"
    ).fetchone()
    assert avant is not None
    assert re.sub(r"\D", "", re.findall(r'<td class="nb">(.*?)</td>', change)[0]) == f"{avant[0]:.0f}"
    masque = next(li for li in re.findall(r"<tr>.*?</tr>", texte) if "QP961002" in li)
    assert all(">s</abbr>" in cellule for cellule in re.findall(r'<td class="nb">(.*?)</td>', masque))
    assert "demo_2026_001" in texte  # the erratum of the demonstration
    assert "Aucune date n’est connue" in texte
    assert "Le fil Atom sera écrit" in texte
    assert ">None<" not in texte


def test_une_version_abimee_reste_dans_la_liste(donnees: Path, tmp_path: Path) -> None:
    copie = tmp_path / SECONDE
    shutil.copytree(donnees / "releases" / SECONDE, copie)
    (copie / "diff.json").write_text("{}", encoding="utf-8")
    version = lire(copie)
    assert "diff.json" in version.erreur
    assert journal.phrase(version) == version.erreur
    assert journal.tableau_versions([version], "").count('class="absence"') == 3
    sceller(copie)
    assert "n’est pas lisible" in lire(copie).erreur
    with pytest.raises(ErreurRelease, match=r"absent\.txt"):
        texte_verifie(copie, "absent.txt")


def test_errata_et_prochaines_publications(registre: Registre) -> None:
    """What neither release has yet: written from rows made here, the most recent correction first."""
    lignes: list[dict[str, Any]] = [
        {"identifiant": "E-1", "indicateur": POPULATION, "code_territoire": CODE, "periode": "2018", "texte": "Une <b>faute", "date": date(2026, 5, 1)},
        {"identifiant": "E-2", "indicateur": None, "code_territoire": None, "periode": None, "texte": "Autre", "date": date(2026, 6, 2)},
    ]  # fmt: skip
    html = journal.errata(registre, lignes)
    assert html.index("E-2") < html.index("E-1")
    assert "Une &lt;b&gt;faute" in html
    assert "1ᵉʳ\u00a0mai\u00a02026" in html
    champs = dict.fromkeys(Source.__annotations__)
    annoncee = Source(**(champs | {"jeu": "x", "titre": "Revenus", "producteur": "Insee", "prochaine_publication": date(2027, 2, 15)}))  # type: ignore[arg-type]  # fmt: skip
    assert "15\u00a0février\u00a02027" in journal.prochaines([annoncee])
