"""Which masked rows the equations of a release give away.

Belongs here: known counts put in their place, one component at a time, what the publisher's own file gives by itself.
Does not belong here: where equations come from (relations, sums), the sentences (report).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from publication.secrecy.algebra import ZERO, Equation, Inconnue, composantes, determinees, intervalles
from publication.secrecy.relations import Cible


@dataclass(frozen=True)
class Trouvaille:
    """A masked row that can be rebuilt (`largeur` is None) or bounded too closely, the relations that do it, and
    whether the publisher's own file is enough."""

    cible: Cible
    relations: tuple[str, ...]
    largeur: Fraction | None
    est_du_producteur: bool


def chercher(cibles: Sequence[Cible], equations: Sequence[Equation], largeur_min: int) -> list[Trouvaille]:
    """Rows rebuilt, or whose count lies in an interval narrower than `largeur_min`; the order of the rows is free."""
    uniques = _uniques(equations)
    trouvees = _resoudre(cibles, uniques, largeur_min)
    if not trouvees:
        return []
    equations = _autour([cible for cible, _, _ in trouvees], uniques)
    par_fichier: dict[str, list[Cible]] = defaultdict(list)
    for cible, _, _ in trouvees:
        par_fichier[cible.fichier].append(cible)
    du_producteur = set()
    for fichier, concernees in par_fichier.items():
        seules = [e for e in equations if not e.est_ajoutee and (not e.fichiers or fichier in e.fichiers)]
        du_producteur |= {
            (cible.cellule, largeur is None) for cible, _, largeur in _resoudre(concernees, seules, largeur_min)
        }
    return [
        Trouvaille(
            cible,
            relations,
            largeur,
            not cible.est_seuil_propre
            and ((cible.cellule, largeur is None) in du_producteur or (cible.cellule, True) in du_producteur),
        )
        for cible, relations, largeur in trouvees
    ]


Brute = tuple[Cible, tuple[str, ...], Fraction | None]


def _resoudre(cibles: Sequence[Cible], equations: Sequence[Equation], largeur_min: int) -> list[Brute]:
    connues, restantes, sources = _remplacer(equations)
    visees = {g for cible in cibles for g in cible.grandeurs} - connues.keys()
    deduites: dict[Inconnue, tuple[str, ...]] = {}
    largeurs: dict[Inconnue, tuple[Fraction, tuple[str, ...]]] = {}
    effectifs = {cible.principale for cible in cibles if cible.est_effectif}
    for rangs in composantes(restantes):
        composante = [restantes[rang] for rang in rangs]
        presentes = {g for e in composante for g in e.termes} & visees
        if not presentes:
            continue

        def noms(choisis: Iterable[int], rangs: Sequence[int] = rangs) -> tuple[str, ...]:
            return tuple(dict.fromkeys(nom for rang in choisis for nom in sources[rangs[rang]]))

        deduites |= {g: noms(choisis) for g, choisis in determinees(composante).items()}
        mesurees = sorted((presentes & effectifs) - deduites.keys(), key=str)
        for g, intervalle in intervalles(composante, mesurees, assez_large=Fraction(largeur_min)).items():
            if intervalle is not None and intervalle.largeur is not None and intervalle.largeur < largeur_min:
                proches = noms(rang for rang, e in enumerate(composante) if g in e.termes)
                largeurs[g] = (intervalle.largeur, proches)
    connus = {g: (nom,) for g, (_, nom) in connues.items()}
    return list(_bilan(sorted(cibles, key=lambda c: c.cellule), connus | deduites, deduites.keys(), largeurs))


def _autour(cibles: Sequence[Cible], equations: Sequence[Equation]) -> list[Equation]:
    """The equations that may say something of these rows."""
    visees = {g for cible in cibles for g in cible.grandeurs}
    groupes = [[equations[rang] for rang in rangs] for rangs in composantes(equations)]
    return [e for groupe in groupes if any(g in visees for e in groupe for g in e.termes) for e in groupe]


def _bilan(
    cibles: Iterable[Cible],
    fixees: Mapping[Inconnue, tuple[str, ...]],
    deduites: Set[Inconnue],
    largeurs: Mapping[Inconnue, tuple[Fraction, tuple[str, ...]]],
) -> Iterable[Brute]:
    for cible in cibles:
        revelees = [g for g in cible.grandeurs if g in fixees]
        if len(revelees) == len(cible.grandeurs) or cible.principale in deduites:
            yield cible, tuple(dict.fromkeys(nom for g in revelees for nom in fixees[g])), None
        elif cible.est_effectif and cible.principale in largeurs:
            largeur, noms = largeurs[cible.principale]
            yield cible, noms, largeur


def _uniques(equations: Sequence[Equation]) -> list[Equation]:
    """One of each, whichever file says it; sorted, so that the order of the rows is free."""
    vues: dict[Any, Equation] = {}
    for equation in sorted(equations, key=lambda e: (len(e.termes), e.est_ajoutee, e.nom)):
        identite = (frozenset(equation.termes.items()), equation.second)
        deja = vues.get(identite)
        fichiers = equation.fichiers if deja is None else deja.fichiers | equation.fichiers
        vues[identite] = replace(equation if deja is None else deja, fichiers=fichiers)
    return list(vues.values())


def _remplacer(
    equations: Sequence[Equation],
) -> tuple[dict[Inconnue, tuple[Fraction, str]], list[Equation], list[tuple[str, ...]]]:
    """Counts published as such; the other equations restricted to what is not, and what each of them rests on."""
    connues: dict[Inconnue, tuple[Fraction, str]] = {}
    for equation in equations:
        if len(equation.termes) == 1:
            ((inconnue, coefficient),) = equation.termes.items()
            if coefficient:
                connues.setdefault(inconnue, (equation.second / coefficient, equation.nom))
    restantes, sources = [], []
    for equation in equations:
        remplacees = [g for g in equation.termes if g in connues]
        termes = {g: c for g, c in equation.termes.items() if g not in connues and c}
        if termes:
            second = equation.second - sum((equation.termes[g] * connues[g][0] for g in remplacees), start=ZERO)
            restantes.append(Equation(termes, second, equation.nom, equation.fichiers, equation.est_ajoutee))
            sources.append((equation.nom, *(connues[g][1] for g in remplacees)))
    return connues, restantes, sources
