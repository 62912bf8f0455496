"""What a file of the local register must be: its card and registre/schema.yml put together.

Belongs here: the typed form of `schema.yml`, and the `Table` of a file, column by column.
Does not belong here: applying the rules (checks), reading a file (folder).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field, ValidationError

from ingestion.catalogue import Bloc, Catalogue, ErreurCatalogue, Fiche, Fichier, Jeu, Variable
from ingestion.register.location import PRODUCTEUR, est_registre

RACINE = Path(__file__).resolve().parent.parent.parent / "registre"
SCHEMA = RACINE / "schema.yml"
LONGUEUR_MAX = 200

Forme = Literal[
    "qpv2024", "contrat", "commune", "epci", "departement", "region",  # codes of territories
    "identifiant", "choix", "date", "annee", "nombre", "url", "indicateur", "texte",
]  # fmt: skip
CODES = ("qpv2024", "contrat", "commune", "epci", "departement", "region")
Si = dict[str, list[str]]


class Renvoi(Fiche):
    """The value is one of those of a column of another file of the register."""

    fichier: str
    colonne: str


class RegleColonne(Fiche):
    """What the card does not say of a column; `forme` is deduced from the card where it is None."""

    obligatoire: bool = False
    forme: Forme | None = None
    longueur_max: int | None = None
    renvoi: Renvoi | None = None
    aide: str


class Exige(Fiche):
    """When `si` holds (or when the cell `si_remplie` is filled), every cell of `colonnes` is filled."""

    si: Si = Field(default={})
    si_remplie: str | None = None
    colonnes: list[str]
    pourquoi: str


class Vides(Fiche):
    """When `si` holds, every cell of `colonnes` is empty (a number may be 0)."""

    si: Si
    colonnes: list[str]
    pourquoi: str


class Remarque(Fiche):
    """When `si` holds and the cell `vide` is empty, the row is kept and something is said of it."""

    si: Si
    vide: str
    phrase: str


class Depasse(Fiche):
    """When `si` holds, the date `avant` comes before the date `apres`."""

    si: Si
    avant: str
    apres: str
    pourquoi: str


class MemeValeur(Fiche):
    """Rows that share `par` read the same text in each of `colonnes`."""

    par: list[str]
    colonnes: list[str]


class SommeMax(Fiche):
    """The sum of `colonne` over the rows that share `par` is at most `maximum`."""

    par: list[str]
    colonne: str
    maximum: float
    pourquoi: str


class Delai(Fiche):
    """`fin` comes more than a, and at most b, years after `debut`; `annees`: value of column `selon` → (a, b)."""

    debut: str
    fin: str
    selon: str
    annees: dict[str, tuple[int, int]]


class Seulement(Fiche):
    """The only values of the column `indicateur` that this file may hold."""

    indicateur: list[str]
    pourquoi: str


class Effectifs(Fiche):
    """Counts of persons, masked under `effectif_publie_min` when they are published (gap_method §13.3)."""

    si: Si
    numerateur: str
    denominateur: str


class RegleFichier(Fiche):
    """The rules of a file; `si` is read in the words of the cards (`tenu`, `validee`), not in those of the file."""

    aide: str
    cle: list[str]
    colonnes: dict[str, RegleColonne]
    ordre: list[tuple[str, str]] = Field(default=[], description="pairs of dates, the first at most the second")
    au_plus: list[tuple[str, str]] = Field(default=[], description="pairs of numbers, the first at most the second")
    exige: list[Exige] = Field(default=[])
    vides: list[Vides] = Field(default=[])
    remarques: list[Remarque] = Field(default=[])
    depasse: list[Depasse] = Field(default=[])
    meme_valeur: list[MemeValeur] = Field(default=[])
    somme_max: list[SommeMax] = Field(default=[])
    delai: Delai | None = None
    seulement: Seulement | None = None
    effectifs: Effectifs | None = None


class Schema(Fiche):
    """registre/schema.yml."""

    fichiers: dict[str, RegleFichier]


@dataclass(frozen=True)
class Colonne:
    """A column of a file: what it may read, from the card and the schema.

    `choix`: published text → word of the card, in the order of the card; `bornes` for numbers.
    """

    nom: str
    forme: Forme
    obligatoire: bool
    aide: str
    longueur_max: int
    choix: dict[str, str]
    bornes: tuple[float | None, float | None]
    renvoi: Renvoi | None

    @property
    def mots(self) -> list[str]:
        """One text per word of the card, the first declared: what the template asks for."""
        return list({mot: texte for texte, mot in reversed(self.choix.items())}.values())[::-1]


@dataclass(frozen=True)
class Table:
    """A file of the register."""

    jeu: Jeu
    fichier: Fichier
    regles: RegleFichier
    colonnes: dict[str, Colonne]

    @property
    def nom(self) -> str:
        return self.fichier.fichier

    @property
    def nom_du_jeu(self) -> str:
        """The folder of its dataset in a deposit, under `registre/`."""
        return self.jeu.jeu.removeprefix(f"{PRODUCTEUR}.")


@cache
def lire_schema(chemin: Path = SCHEMA) -> Schema:
    """The rules of every file.

    Raises:
        ErreurCatalogue: the file does not hold to its form.
    """
    try:
        return Schema.model_validate(yaml.load(chemin.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))
    except (ValidationError, yaml.YAMLError) as erreur:
        raise ErreurCatalogue(f"{chemin}: {erreur}") from erreur


def tables(catalogue: Catalogue) -> dict[str, Table]:
    """File name → table, in the order of the cards."""
    return {fichier.fichier: table(jeu, fichier) for jeu, _, fichier in catalogue.fichiers() if est_registre(jeu)}


def table(jeu: Jeu, fichier: Fichier) -> Table:
    """The table of a declared file.

    Raises:
        ErreurCatalogue: the schema does not describe the file, or describes a column that the card does not read.
    """
    regles = lire_schema().fichiers.get(fichier.fichier)
    if regles is None:
        raise ErreurCatalogue(f"{SCHEMA}: {fichier.fichier} of {jeu.jeu} is missing; describe its columns there.")
    variables = dict(_variables(jeu, fichier))
    cle = fichier.cle or jeu.cle
    inconnues = set(regles.colonnes) ^ (set(variables) | set(cle.colonnes) | set(_periodes(jeu, fichier)))
    if inconnues:
        raise ErreurCatalogue(
            f"{SCHEMA}: {fichier.fichier}: the card and the schema do not have the same columns: {sorted(inconnues)}"
        )
    types: dict[str, Any] = dict.fromkeys(cle.colonnes, cle.type)
    colonnes = {nom: _colonne(nom, regle, variables.get(nom), types.get(nom)) for nom, regle in regles.colonnes.items()}
    return Table(jeu, fichier, regles, colonnes)


def _blocs(jeu: Jeu, fichier: Fichier) -> list[Bloc]:
    return [bloc for bloc in jeu.blocs if fichier.blocs is None or bloc.nom in fichier.blocs]


def _variables(jeu: Jeu, fichier: Fichier) -> list[tuple[str, Variable]]:
    return [(variable.colonnes[0], variable) for bloc in _blocs(jeu, fichier) for variable in bloc.variables.values()]


def _periodes(jeu: Jeu, fichier: Fichier) -> list[str]:
    return [colonne for bloc in _blocs(jeu, fichier) for colonne in bloc.colonne_periode]


def _colonne(nom: str, regle: RegleColonne, variable: Variable | None, type_de_cle: Any) -> Colonne:
    from ingestion.numbers import BORNES

    forme = regle.forme or type_de_cle
    choix: dict[str, str] = {}
    bornes: tuple[float | None, float | None] = (None, None)
    if variable is not None:
        choix = variable.valeurs
        forme = forme or ("choix" if choix else "texte" if variable.type == "texte" else "nombre")
        bornes = variable.bornes or BORNES.get(variable.type, (None, None))
    return Colonne(
        nom=nom,
        forme=forme or "texte",
        obligatoire=regle.obligatoire,
        aide=regle.aide,
        longueur_max=regle.longueur_max or LONGUEUR_MAX,
        choix=choix,
        bornes=bornes,
        renvoi=regle.renvoi,
    )
