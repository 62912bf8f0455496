"""Tests of the search: folding, codes, words, order, limits.

Belongs here: which quartiers answer a query.
Does not belong here: the search box (tests/browser).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from release_essai import ecrire_release

from app.recherche import Entree, chercher, indexer, plier
from publication.sheets.fiche import Registre
from publication.sheets.lecture import ouvrir


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> list[Entree]:
    chemin: Path = ecrire_release(tmp_path_factory.mktemp("releases"))
    registre = Registre(ouvrir(chemin))
    return indexer(registre.quartiers.values(), lambda code: registre.nom("commune", code), registre.liens)


def codes(index: list[Entree], requete: str) -> list[str]:
    return [entree.territoire.code_territoire for entree in chercher(index, requete)[0]]


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("Guérinière", "gueriniere"),
        ("L’Île-aux-Moines", "l ile aux moines"),
        ("  CŒUR  de   Ville ", "coeur de ville"),
        ("St-Jean / Ste Anne", "saint jean sainte anne"),
        ("!?", ""),
    ],
)
def test_plier(texte: str, attendu: str) -> None:
    assert plier(texte) == attendu


@pytest.mark.parametrize("requete", ["gueriniere", "Guérinière", "GUÉRINIÈRE", "guérin", "guériniere caen", "ifs guer"])
def test_un_nom_sans_accent_ni_casse_mene_aux_deux_zonages(index: list[Entree], requete: str) -> None:
    assert sorted(codes(index, requete)) == ["QN01403M", "QP014003"]


@pytest.mark.parametrize("requete", ["QN01403M", "qn01403m", "qn 01403 m", " QN01403M "])
def test_un_code_mene_a_sa_fiche_puis_a_celle_de_l_autre_zonage(index: list[Entree], requete: str) -> None:
    assert codes(index, requete) == ["QN01403M", "QP014003"]


def test_un_debut_de_code(index: list[Entree]) -> None:
    assert codes(index, "QP0140") == ["QP014008", "QP014001", "QP014003"]  # by name


def test_les_traits_d_union_ne_comptent_pas(index: list[Entree]) -> None:
    assert codes(index, "belles-portes le bois") == codes(index, "Belles Portes") == ["QP014008"]


def test_tous_les_mots_doivent_repondre(index: list[Entree]) -> None:
    assert codes(index, "gueriniere rouen") == []


def test_le_nom_exact_passe_avant_la_commune(index: list[Entree]) -> None:
    assert codes(index, "chemin vert")[:2] == ["QN01401M", "QP014001"]


@pytest.mark.parametrize(
    "requete", ["", "   ", "'; DROP TABLE valeurs; --", "<script>", "%2e%2e/", "\x00", "é" * 100_000]
)
def test_une_requete_vide_ou_hostile_ne_trouve_rien(index: list[Entree], requete: str) -> None:
    assert chercher(index, requete) == ([], 0)


def test_le_total_est_compte_au_dela_de_la_limite(index: list[Entree]) -> None:
    reponses, total = chercher(index, "caen", limite=2)
    assert (len(reponses), total) == (2, 5)
