"""Published figures → equations between the counts of one territory.

Belongs here: what each row of `valeurs` says of the counts behind it, partitions, combinations of values.
Does not belong here: totals of several territories (sums), solving (solver).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from publication.secrecy.algebra import UN, Equation
from publication.secrecy.masked import Publiees
from publication.secrecy.rules import PREMIERE, ROLES, Regles

# A figure computed in floating point is read back as the count it stands for: 1e-6 is far under one person.
CHIFFRES = 6


class Grandeur(NamedTuple):
    """One count: where, when, which column."""

    niveau: str
    code: str
    zonage: str
    periode: str
    colonne: str


@dataclass(frozen=True)
class Cible:
    """A masked row: rebuilt when all of `grandeurs` are known, or when `principale`, published nowhere, is deduced.

    A numerator that another indicator publishes is no secret: the index of a quartier is masked for its base alone.
    """

    cellule: tuple[str, str, str, str, str]
    fichier: str
    est_seuil_propre: bool
    grandeurs: tuple[Grandeur, ...]
    principale: Grandeur
    est_effectif: bool


def rationnel(valeur: float) -> Fraction:
    if valeur.is_integer():
        return Fraction(int(valeur))
    return Fraction(round(valeur * 10**CHIFFRES), 10**CHIFFRES)


def fichier_de(ligne: Mapping[str, Any]) -> str:
    return f"{ligne['jeu']} {ligne['millesime']}"


class Lecteur:
    """Rows of `valeurs` → unknowns and equations."""

    def __init__(self, publiees: Publiees) -> None:
        self.regles, self.premieres, self.rapports = publiees.regles, publiees.premieres, publiees.rapports
        # A total is repeated beside each of its parts: thirteen times for the registered job seekers of a quartier.
        self._dits: set[tuple[Any, ...]] = set()

    def grandeurs(self, ligne: Mapping[str, Any], role: str) -> tuple[Grandeur, ...]:
        resultat = []
        for colonne in self.regles.colonnes(ligne["jeu"], ligne["indicateur"], role):
            nom, _, date = colonne.partition("@")
            periode = self.premieres[ligne["indicateur"]] if f"@{date}" == PREMIERE else ligne["periode"]
            resultat.append(Grandeur(ligne["niveau"], ligne["code_territoire"], ligne["zonage"], periode, nom))
        return tuple(resultat)

    def somme(self, ligne: Mapping[str, Any], role: str) -> tuple[Grandeur, list[Equation]]:
        """The unknown a figure shows; several columns make one more unknown, their sum."""
        parties = self.grandeurs(ligne, role)
        if len(parties) == 1:
            return parties[0], []
        nom = " + ".join(p.colonne.split(":")[-1] for p in parties)
        total = parties[0]._replace(colonne=f"{parties[0].colonne.split(':')[0]}:({nom})")
        termes = {total: UN, **dict.fromkeys(parties, -UN)}
        return total, [Equation(termes, Fraction(0), f"{total.colonne.split(':')[-1]} est une somme")]

    def publiees(self, ligne: Mapping[str, Any]) -> list[Equation]:
        """What the figures of a row say, without what an earlier row has said."""
        equations = []
        for role in ROLES:
            if ligne[role] is None:
                continue
            inconnue, definitions = self.somme(ligne, role)
            fait = (inconnue, ligne[role], ligne["jeu"], ligne["millesime"])
            if fait in self._dits:
                continue
            self._dits.add(fait)
            nom = f"{ligne['indicateur']} ({role}) publié pour {ligne['code_territoire']}, {ligne['periode']}"
            equations += definitions
            equations.append(Equation({inconnue: UN}, rationnel(ligne[role]), nom, frozenset({fichier_de(ligne)})))
        if ligne["valeur"] is not None and (ligne["numerateur"] is None or ligne["denominateur"] is None):
            equations += self._rapport(ligne)
        return equations

    def _rapport(self, ligne: Mapping[str, Any]) -> list[Equation]:
        """A share or an index published alone: value × denominator = 100 × numerator."""
        if not {(ligne["jeu"], ligne["indicateur"], role) for role in ROLES[1:]} <= self.regles.chiffres.keys():
            return []
        numerateur, definitions = self.somme(ligne, "numerateur")
        denominateur, autres = self.somme(ligne, "denominateur")
        nom = f"{ligne['indicateur']} publié pour {ligne['code_territoire']}, {ligne['periode']}, × son dénominateur"
        if numerateur == denominateur:
            return []
        termes = {numerateur: Fraction(100), denominateur: -rationnel(ligne["valeur"])}
        return [*definitions, *autres, Equation(termes, Fraction(0), nom, frozenset({fichier_de(ligne)}))]

    def cible(self, ligne: Mapping[str, Any]) -> tuple[Cible, list[Equation]]:
        """A masked row, as what would rebuild it."""
        est_rapport = ligne["indicateur"] in self.rapports
        est_effectif = ligne["indicateur"] in self.regles.effectifs
        if not est_rapport:
            inconnue, definitions = self.somme(ligne, "valeur")
            grandeurs: tuple[Grandeur, ...] = (inconnue,)
        else:
            inconnue, definitions = self.somme(ligne, "numerateur")
            denominateur, autres = self.somme(ligne, "denominateur")
            grandeurs, definitions = (inconnue, denominateur), definitions + autres
        cellule = (
            ligne["niveau"],
            ligne["code_territoire"],
            ligne["zonage"],
            ligne["indicateur"],
            ligne["periode"],
        )
        propre = self.regles.est_seuil_propre(ligne["jeu"])
        return (
            Cible(cellule, fichier_de(ligne), propre, grandeurs, inconnue, est_effectif),
            definitions,
        )


def relations_du_territoire(publiees: Publiees, lecteur: Lecteur) -> tuple[list[Cible], list[Equation]]:
    """Every masked row of a declared indicator, and all that its territory publishes beside it."""
    cibles: list[Cible] = []
    equations: list[Equation] = []
    for ligne in publiees.voisines.iter_rows(named=True):
        equations += lecteur.publiees(ligne)
        if ligne["statut"] == "secret":
            cible, definitions = lecteur.cible(ligne)
            cibles.append(cible)
            equations += definitions
    vues = [g for e in equations for g in e.termes if isinstance(g, Grandeur)]
    equations += partitions(publiees.regles, [*vues, *(g for cible in cibles for g in cible.grandeurs)])
    return cibles, equations + combinaisons(publiees.regles, publiees.voisines.iter_rows(named=True), lecteur)


def partitions(regles: Regles, grandeurs: Iterable[Grandeur]) -> list[Equation]:
    """The declared partitions that touch these counts, at their territory and period.

    A part that is never published is one more unknown, so a partition only matters when two of its terms are met.
    """
    vues: dict[tuple[str, str, str, str], set[str]] = defaultdict(set)
    for g in grandeurs:
        vues[g[:4]].add(g.colonne)
    equations = []
    for lieu, presentes in sorted(vues.items()):
        for partition in regles.partitions:
            if len(presentes & {partition.total, *partition.parties}) < 2:
                continue
            termes = {Grandeur(*lieu, partition.total): UN}
            termes |= {Grandeur(*lieu, partie): -UN for partie in partition.parties}
            if not partition.exhaustive:
                termes[Grandeur(*lieu, f"reste de {partition.phrase}")] = -UN
            equations.append(Equation(termes, Fraction(0), partition.phrase))
    return equations


def combinaisons(regles: Regles, lignes: Iterable[Mapping[str, Any]], lecteur: Lecteur) -> list[Equation]:
    """Declared sums of values equal to zero; the one that is computed here is not the publisher's."""
    par_lieu: dict[tuple[str, ...], dict[str, Grandeur]] = defaultdict(dict)
    for ligne in lignes:
        lieu = (ligne["niveau"], ligne["code_territoire"], ligne["zonage"], ligne["periode"])
        par_lieu[lieu][ligne["indicateur"]] = lecteur.somme(ligne, "valeur")[0]
    equations = []
    for presents in par_lieu.values():
        for termes in regles.combinaisons:
            if termes.keys() <= presents.keys():
                nom = " ; ".join(f"{c:+d} × {indicateur}" for indicateur, c in termes.items()) + " = 0"
                lies: dict[Any, Fraction] = {presents[i]: Fraction(c) for i, c in termes.items()}
                equations.append(Equation(lies, Fraction(0), nom, est_ajoutee=True))
    return equations
