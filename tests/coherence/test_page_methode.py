"""The method page is what the cards and its template give today, in words a reader knows.

Belongs here: staleness of `docs/methode.md`, the words it may not hold, the words of the screen against the cards.
Does not belong here: the figures of its examples (tests/data/test_exemples_page_methode.py).
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ingestion.catalogue import Catalogue, ErreurCatalogue
from publication.method_page import DOCS, SORTIE, ecrire_nombre, texte_de_la_page
from publication.sheets.sections.ecart import ETIQUETTES

RACINE = Path(__file__).resolve().parents[2]
MACRO = RACINE / "dbt_project" / "macros" / "methode" / "evolutions.sql"


def test_la_page_est_a_jour() -> None:
    assert SORTIE.read_text(encoding="utf-8") == texte_de_la_page(Catalogue()), (
        "docs/methode.md is stale: run `make docs` and commit it"
    )


def test_la_page_definit_tous_les_indicateurs_et_toutes_leurs_ruptures() -> None:
    page = SORTIE.read_text(encoding="utf-8")
    catalogue = Catalogue()
    assert [i for i in catalogue.indicateurs if f"(`{i}`)" not in page] == []
    ruptures = {code for i in catalogue.indicateurs.values() for code in i.ruptures}
    assert [code for code in sorted(ruptures) if f"| {code} |" not in page] == []
    for nom in ("parametres", "motifs", "statuts"):
        absents = [c for c in catalogue.methode[nom] if f"`{c}`" not in page]
        # The reasons that set a line of a file aside are told where sources are, not where gaps are.
        assert [c for c in absents if not c.startswith(("ligne_", "code_", "nombre_", "valeur_"))] == [], nom


def test_chaque_parametre_est_decrit() -> None:
    methode = Catalogue().methode
    assert methode["parametres"].keys() == methode["descriptions"].keys()


def test_les_mots_de_la_page_sont_ceux_de_l_ecran_et_du_calcul() -> None:
    """The five codes of the SQL have one sentence each; no code is ever a word for a reader."""
    etiquettes = Catalogue().methode["etiquettes"]
    assert set(etiquettes) == set(re.findall(r"(?:then|else) '(\w+)'", MACRO.read_text(encoding="utf-8")))
    assert {code: e["mot"] for code, e in etiquettes.items()} == ETIQUETTES
    page = SORTIE.read_text(encoding="utf-8").lower()
    for code in ("décrochage", "decrochage", "rattrapage"):
        assert code not in page


def test_aucun_taux_de_chomage_n_est_donne_a_un_quartier() -> None:
    for ligne in SORTIE.read_text(encoding="utf-8").splitlines():
        assert not ("taux de chômage" in ligne.lower() and re.search(r"\bQ[PN]\d{3}", ligne)), ligne


@pytest.mark.parametrize(
    ("valeur", "decimales", "signe", "ecrit"),
    [
        (13160, 0, False, "13\u202f160"), (-36.64, 1, True, "−36,6"), (0.25, 1, True, "+0,3"), (-0.25, 1, False, "−0,3"),
        (3.841458820694124, None, False, "3,841458820694124"), (60000, None, False, "60\u202f000"), (0, 1, True, "0,0"),
    ],
)  # fmt: skip
def test_un_nombre_s_ecrit_en_francais(valeur: float, decimales: int | None, signe: bool, ecrit: str) -> None:
    assert ecrire_nombre(valeur, decimales, signe) == ecrit


def page_modifiee(tmp_path: Path, avant: str, apres: str) -> Path:
    (tmp_path / "modeles").mkdir()
    for nom in ("methode.md", "exemples.yml"):
        texte = (DOCS / "modeles" / nom).read_text(encoding="utf-8")
        (tmp_path / "modeles" / nom).write_text(texte.replace(avant, apres), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("avant", "apres", "message"),
    [
        ("{tendance_khi2}", "{inconnu}", r"unknown figures \['inconnu'\]"),
        ("{tendance_khi2}", "7,6", r"quoted nowhere \['tendance_khi2'\]"),
        ("<!-- genere: motifs -->", "", "parts"),
    ],
)
def test_un_modele_qui_ne_tient_pas_est_refuse(tmp_path: Path, avant: str, apres: str, message: str) -> None:
    with pytest.raises(ErreurCatalogue, match=message):
        texte_de_la_page(Catalogue(), page_modifiee(tmp_path, avant, apres))


def test_un_indicateur_attendu_dit_pourquoi() -> None:
    page = SORTIE.read_text(encoding="utf-8")
    attentes = [i.attente for i in Catalogue().indicateurs.values() if i.attente]
    assert attentes
    assert [phrase for phrase in attentes if f"- attendu : {phrase}" not in page] == []
    assert (DOCS / "secret.md").is_file(), "docs/modeles/methode.md links to a page that is gone"
