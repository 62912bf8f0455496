"""Tests of the exact calculation behind the secrecy test: what equations fix, and between which bounds.

Belongs here: small systems solved by hand or by trying every integer point.
Does not belong here: figures of a release (test_publication_secrecy), the published bases (tests/data).
"""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from publication.secrecy.algebra import Equation, composantes, determinees, intervalles

LARGE = Fraction(1000)


def equation(termes: dict[str, int], second: int, nom: str = "relation") -> Equation:
    return Equation({lettre: Fraction(c) for lettre, c in termes.items()}, Fraction(second), nom)


def test_une_seule_cellule_masquee_dans_une_repartition_se_deduit_de_son_total() -> None:
    """Total 20, parts 12 and ?: the relation left is x = 8."""
    assert determinees([equation({"x": 1}, 8)]) == {"x": [0]}


def test_deux_cellules_masquees_ne_se_deduisent_pas_de_leur_somme() -> None:
    assert determinees([equation({"x": 1, "y": 1}, 8)]) == {}


def test_des_repartitions_liees_exposent_ce_qu_aucune_n_expose_seule() -> None:
    """x + y = 12, y + z = 9, x + z = 11: each holds two masked cells, together they give x = 7, y = 5, z = 4."""
    paires = [equation({"x": 1, "y": 1}, 12), equation({"y": 1, "z": 1}, 9), equation({"x": 1, "z": 1}, 11)]
    assert determinees(paires[:2]) == {}
    assert determinees(paires) == {"x": [0, 1, 2], "y": [0, 1, 2], "z": [0, 1, 2]}


def test_un_tableau_croise_dont_les_marges_sont_publiees_ne_s_expose_pas() -> None:
    """Sex × age, two by two, four masked cells: the four margins leave one free number."""
    marges = [({"fj": 1, "fa": 1}, 10), ({"hj": 1, "ha": 1}, 20), ({"fj": 1, "hj": 1}, 12), ({"fa": 1, "ha": 1}, 18)]
    assert determinees([equation(*marge) for marge in marges]) == {}


def test_les_relations_nommees_suffisent_et_elles_seules() -> None:
    """x + y = 8 and y = 3 give x; the third relation is about something else."""
    relations = [equation({"z": 1, "t": 1}, 5), equation({"x": 1, "y": 1}, 8), equation({"y": 1}, 3)]
    assert determinees(relations) == {"y": [2], "x": [1, 2]}


def test_une_cellule_entre_zero_et_un_petit_total() -> None:
    (intervalle,) = intervalles([equation({"x": 1, "y": 1}, 10)], ["x"], assez_large=LARGE).values()
    assert intervalle is not None
    assert (intervalle.bas, intervalle.haut, intervalle.largeur) == (0, 10, 10)


def test_une_cellule_que_rien_ne_borne() -> None:
    (intervalle,) = intervalles([equation({"x": 1, "y": -1}, 4)], ["x"], assez_large=LARGE).values()
    assert intervalle is not None
    assert intervalle.largeur is None


def test_des_chiffres_qui_se_contredisent_ne_bornent_rien() -> None:
    contradiction = [equation({"x": 1, "y": 1}, 10), equation({"x": 1, "y": 1}, 12)]
    assert intervalles(contradiction, ["x"], assez_large=LARGE) == {"x": None}


def test_les_composantes_suivent_les_inconnues_communes() -> None:
    relations = [
        equation({"a": 1}, 1),
        equation({"b": 1, "c": 1}, 1),
        equation({"d": 1}, 1),
        equation({"c": 1, "a": 1}, 1),
    ]
    assert composantes(relations) == [[0, 1, 3], [2]]


# Coefficients of at most 2 give steps of at most 6 from a solution between 0 and 2.
BORNES = range(-8, 10)
LETTRES = "xyz"
coefficients = st.lists(st.sampled_from([-1, 0, 1, 2]), min_size=3, max_size=3)
solutions = st.lists(st.integers(0, 2), min_size=3, max_size=3)


@settings(max_examples=60)
@given(st.lists(coefficients, min_size=1, max_size=3), solutions)
@example([[1, 1, 0], [0, 1, 1]], [1, 1, 1])
def test_deux_points_entiers_differents_excluent_l_exposition(matrice: list[list[int]], solution: list[int]) -> None:
    """Every integer point of a wide box is tried: a cell is fixed exactly when it never takes two values there."""
    relations = [
        equation(
            {lettre: c for lettre, c in zip(LETTRES, ligne, strict=True) if c},
            sum(c * v for c, v in zip(ligne, solution, strict=True)),
        )
        for ligne in matrice
        if any(ligne)
    ]
    presentes = sorted({lettre for r in relations for lettre in r.termes})
    if not presentes:
        return
    points = [
        dict(zip(presentes, point, strict=True))
        for point in itertools.product(BORNES, repeat=len(presentes))
        if all(
            sum(c * dict(zip(presentes, point, strict=True))[nom] for nom, c in r.termes.items()) == r.second
            for r in relations
        )
    ]
    fixees = determinees(relations)
    bornes = intervalles(relations, presentes, assez_large=LARGE)
    for lettre in presentes:
        valeurs = {point[lettre] for point in points}
        if len(valeurs) > 1:
            assert lettre not in fixees
        else:
            assert lettre in fixees, (relations, lettre)
        intervalle = bornes[lettre]
        assert intervalle is not None
        possibles = {point[lettre] for point in points if min(point.values()) >= 0}
        if intervalle.haut is not None:
            assert intervalle.bas <= min(possibles)
            assert max(possibles) <= intervalle.haut


@pytest.mark.parametrize("ordre", list(itertools.permutations(range(3))))
def test_l_ordre_des_relations_ne_change_rien(ordre: tuple[int, ...]) -> None:
    """x + y = 8, y + z = 9, x + 2y + z = 17: the third is the sum of the two others; t = 5 stands alone."""
    relations = [
        equation({"x": 1, "y": 1}, 8),
        equation({"y": 1, "z": 1, "t": 1}, 14),
        equation({"x": 1, "y": 2, "z": 1}, 17),
    ]
    melangees = [relations[rang] for rang in ordre]
    assert determinees(melangees).keys() == {"t"}
    bornes = intervalles(melangees, "xyz", assez_large=LARGE)
    assert {nom: (i.bas, i.haut) for nom, i in bornes.items() if i is not None} == {
        "x": (0, 8),
        "y": (0, 8),
        "z": (1, 9),
    }
