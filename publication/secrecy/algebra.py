"""Exact linear algebra on a few unknowns: which are determined, and between which bounds the others lie.

Belongs here: rational elimination, rational simplex, connected components; names of unknowns are opaque.
Does not belong here: what an unknown stands for (relations), floating-point numbers, any tolerance.

A masked cell j is exposed when the unit vector e_j lies in the row space of the relations (gap_method §13).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

# Any hashable name.
Inconnue: TypeAlias = Any
Ligne: TypeAlias = dict[Inconnue, Fraction]
ZERO, UN = Fraction(0), Fraction(1)


@dataclass(frozen=True)
class Equation:
    """Σ coefficient × unknown = `second`; `nom` is what a person is told, `fichiers` the files that each
    publish it (none: it is true everywhere), `est_ajoutee` says that it is ours and not the publisher's."""

    termes: Mapping[Inconnue, Fraction]
    second: Fraction
    nom: str
    fichiers: frozenset[str] = frozenset()
    est_ajoutee: bool = False


@dataclass(frozen=True)
class Intervalle:
    """Bounds of an unknown that is at least 0; `haut` is None when nothing limits it."""

    bas: Fraction
    haut: Fraction | None

    @property
    def largeur(self) -> Fraction | None:
        return None if self.haut is None else self.haut - self.bas


def composantes(equations: Sequence[Equation]) -> list[list[int]]:
    """Positions of the equations of each connected component, in the order they are given."""
    parent = list(range(len(equations)))

    def racine(rang: int) -> int:
        while parent[rang] != rang:
            parent[rang] = parent[parent[rang]]
            rang = parent[rang]
        return rang

    premiere: dict[Inconnue, int] = {}
    for rang, equation in enumerate(equations):
        for inconnue in equation.termes:
            ancienne = premiere.setdefault(inconnue, rang)
            gauche, droite = sorted((racine(ancienne), racine(rang)))
            parent[droite] = gauche
    groupes: dict[int, list[int]] = defaultdict(list)
    for rang in range(len(equations)):
        groupes[racine(rang)].append(rang)
    return list(groupes.values())


def determinees(equations: Sequence[Equation]) -> dict[Inconnue, list[int]]:
    """Unknowns whose value the equations fix → positions of equations that fix it.

    The second members play no part: a relation exposes a cell whatever the figures are.
    """
    lignes: list[tuple[Inconnue, Ligne, dict[int, Fraction]]] = []
    for rang, equation in enumerate(equations):
        ligne = {nom: valeur for nom, valeur in equation.termes.items() if valeur}
        recette = {rang: UN}
        for pivot, faite, faite_recette in lignes:
            _ajouter(ligne, faite, facteur := -ligne.get(pivot, ZERO))
            _ajouter(recette, faite_recette, facteur)
        if not ligne:
            continue
        pivot = next(iter(ligne))
        echelle = UN / ligne[pivot]
        ligne = {nom: valeur * echelle for nom, valeur in ligne.items()}
        recette = {source: valeur * echelle for source, valeur in recette.items()}
        for _, faite, faite_recette in lignes:
            _ajouter(faite, ligne, facteur := -faite.get(pivot, ZERO))
            _ajouter(faite_recette, recette, facteur)
        lignes.append((pivot, ligne, recette))
    return {pivot: sorted(recette) for pivot, ligne, recette in lignes if len(ligne) == 1}


def _ajouter(cible: dict[Any, Fraction], source: Mapping[Any, Fraction], facteur: Fraction) -> None:
    if not facteur:
        return
    for nom, valeur in source.items():
        somme = cible.get(nom, ZERO) + facteur * valeur
        if somme:
            cible[nom] = somme
        else:
            cible.pop(nom, None)


def intervalles(
    equations: Sequence[Equation], inconnues: Iterable[Inconnue], *, assez_large: Fraction
) -> dict[Inconnue, Intervalle | None]:
    """Bounds of `inconnues` when every unknown of the equations is at least 0.

    Args:
        assez_large: a cell seen to vary by as much is not measured further; its interval is then a part of the real one.
    Returns:
        None for every unknown when no solution exists: published figures then contradict each other.
    """
    demandees = list(inconnues)
    groupes = _interchangeables(equations)
    chefs = {nom: membres[0] for membres in groupes for nom in membres}
    reduites = [
        Equation({nom: c for nom, c in e.termes.items() if chefs[nom] == nom}, e.second, e.nom) for e in equations
    ]
    tableau = _Tableau.de(reduites)
    if tableau is None:
        return dict.fromkeys(demandees)
    seules = {membres[0] for membres in groupes if len(membres) == 1}
    mesures = {
        chef: _mesurer(tableau, chef, assez_large, part_de_zero=chef not in seules)
        for chef in dict.fromkeys(chefs[nom] for nom in demandees)
    }
    return {nom: mesures[chefs[nom]] for nom in demandees}


def _interchangeables(equations: Sequence[Equation]) -> list[list[Inconnue]]:
    """Unknowns with the same coefficients everywhere: only their sum matters, and each lies between 0 and that sum."""
    colonnes: dict[Inconnue, list[tuple[int, Fraction]]] = defaultdict(list)
    for rang, equation in enumerate(equations):
        for nom, coefficient in equation.termes.items():
            colonnes[nom].append((rang, coefficient))
    groupes: dict[tuple[tuple[int, Fraction], ...], list[Inconnue]] = defaultdict(list)
    for nom, colonne in colonnes.items():
        groupes[tuple(colonne)].append(nom)
    return list(groupes.values())


def _mesurer(tableau: _Tableau, nom: Inconnue, assez_large: Fraction, *, part_de_zero: bool) -> Intervalle:
    bas = ZERO if part_de_zero else tableau.valeur(nom)
    if not tableau.optimiser(nom, 1):
        return Intervalle(bas, None)
    haut = tableau.valeur(nom)
    if not part_de_zero and haut - bas < assez_large:
        tableau.optimiser(nom, -1)
        bas = tableau.valeur(nom)
    return Intervalle(bas, haut)


class _Tableau:
    """Simplex tableau in rationals; Bland's rule, so it always stops."""

    def __init__(self, lignes: list[Ligne], seconds: list[Fraction], bases: list[Inconnue]) -> None:
        self.lignes, self.seconds, self.bases = lignes, seconds, bases
        self.ordre = {nom: rang for rang, nom in enumerate(dict.fromkeys(n for ligne in lignes for n in ligne))}

    @classmethod
    def de(cls, equations: Sequence[Equation]) -> _Tableau | None:
        """A feasible basis, or None when there is none (phase one with one artificial unknown per row)."""
        lignes: list[Ligne] = []
        seconds: list[Fraction] = []
        for rang, equation in enumerate(equations):
            signe = -UN if equation.second < 0 else UN
            ligne: Ligne = {nom: signe * valeur for nom, valeur in equation.termes.items() if valeur}
            ligne[("artificielle", rang)] = UN
            lignes.append(ligne)
            seconds.append(signe * equation.second)
        artificielles: list[Inconnue] = [("artificielle", rang) for rang in range(len(equations))]
        tableau = cls(lignes, seconds, list(artificielles))
        tableau._maximiser(dict.fromkeys(artificielles, -UN))
        if any(s for base, s in zip(tableau.bases, tableau.seconds, strict=True) if base in set(artificielles)):
            return None
        tableau._oublier(set(artificielles))
        return tableau

    def _oublier(self, artificielles: set[Inconnue]) -> None:
        for rang in reversed(range(len(self.lignes))):
            if self.bases[rang] in artificielles:
                utile = next((nom for nom in self.lignes[rang] if nom not in artificielles), None)
                if utile is None:
                    del self.lignes[rang], self.seconds[rang], self.bases[rang]
                else:
                    self._pivoter(rang, utile)
        for ligne in self.lignes:
            for nom in artificielles:
                ligne.pop(nom, None)

    def valeur(self, nom: Inconnue) -> Fraction:
        return next((s for base, s in zip(self.bases, self.seconds, strict=True) if base == nom), ZERO)

    def optimiser(self, nom: Inconnue, sens: int) -> bool:
        """Move to the largest (sens 1) or smallest (−1) value of an unknown; False when it has no limit."""
        return self._maximiser({nom: Fraction(sens)})

    def _maximiser(self, objectif: Mapping[Inconnue, Fraction]) -> bool:
        while True:
            reduits: dict[Inconnue, Fraction] = dict(objectif)
            for base, ligne in zip(self.bases, self.lignes, strict=True):
                _ajouter(reduits, ligne, -reduits.get(base, ZERO))
            entrante = min((n for n, v in reduits.items() if v > 0), key=self._rang, default=None)
            if entrante is None:
                return True
            rapports = [
                (self.seconds[rang] / ligne[entrante], self._rang(self.bases[rang]), rang)
                for rang, ligne in enumerate(self.lignes)
                if ligne.get(entrante, ZERO) > 0
            ]
            if not rapports:
                return False
            self._pivoter(min(rapports)[2], entrante)

    def _rang(self, nom: Inconnue) -> int:
        return self.ordre[nom]

    def _pivoter(self, rang: int, entrante: Inconnue) -> None:
        echelle = UN / self.lignes[rang][entrante]
        self.lignes[rang] = {nom: valeur * echelle for nom, valeur in self.lignes[rang].items()}
        self.seconds[rang] *= echelle
        for autre, ligne in enumerate(self.lignes):
            facteur = ligne.get(entrante, ZERO)
            if autre != rang and facteur:
                _ajouter(ligne, self.lignes[rang], -facteur)
                self.seconds[autre] -= facteur * self.seconds[rang]
        self.bases[rang] = entrante
