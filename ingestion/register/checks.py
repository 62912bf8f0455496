"""What is wrong in a table of the local register, row by row: every problem at once, each a sentence.

Belongs here: the rules of a cell, of a row, of the rows together; pure functions of a frame of text.
Does not belong here: reading the file (folder), traces of persons (personal), what becomes of a refused row (gate).
"""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import polars as pl

from ingestion.catalogue import Catalogue
from ingestion.codes import code
from ingestion.frames import BLANCS
from ingestion.numbers import nombre, texte
from ingestion.register.personal import RETIRE, trace
from ingestion.register.schema import CODES, Colonne, Forme, Si, Table

URL = re.compile(r"https?://[^\s/]+\.[^\s/]+\S*")
IDENTIFIANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,39}")
ANNEE = re.compile(r"20[0-4]\d")
FORMES_DE_DATE = (
    (re.compile(r"(\d{4})-(\d{2})-(\d{2})"), (1, 2, 3)),
    (re.compile(r"(\d{2})/(\d{2})/(\d{4})"), (3, 2, 1)),  # what Excel writes back in French
)
ATTENDUS: dict[Forme, str] = {
    "qpv2024": "un code de quartier prioritaire de 2024, par exemple QN01401M",
    "contrat": "un code de contrat de ville, par exemple CN01401M",
    "commune": "un code de commune à cinq caractères, par exemple 14118",
    "epci": "un numéro SIREN d’EPCI à neuf chiffres",
    "departement": "un code de département, par exemple 14",
    "region": "un code de région à deux chiffres, par exemple 28",
    "identifiant": "un identifiant de lettres sans accent, chiffres, points et tirets, de 40 caractères au plus",
    "date": "une date, AAAA-MM-JJ ou JJ/MM/AAAA",
    "annee": "une année à quatre chiffres",
    "nombre": "un nombre",
    "url": "une adresse qui commence par https:// ou http://",
}
COMPLETER = "complétez la cellule"


@dataclass(frozen=True)
class Probleme:
    """Something to say of a cell: `est_refus` sets its row aside, otherwise it is only pointed out.

    `phrase` says what was expected, found and what to do; `ligne` is that of the file, 1 for its header.
    `lu` is what may be shown of the cell: never a trace of a person.
    """

    ligne: int
    colonne: str
    lu: str
    phrase: str
    est_refus: bool = True
    est_personnel: bool = False


@dataclass(frozen=True)
class Ligne:
    """A row: its number, the text of its cells, and what they mean once read (None when they cannot be).

    A column that the file lacks is in neither.
    """

    numero: int
    textes: dict[str, str]
    sens: dict[str, Any]

    def remplie(self, colonne: str) -> bool:
        return self.textes.get(colonne, "") != ""

    def manque(self, colonne: str) -> bool:
        return self.textes.get(colonne) == ""

    def verifie(self, si: Si) -> bool:
        return all(self.sens.get(colonne) in valeurs for colonne, valeurs in si.items())


def controler(cadre: pl.DataFrame, table: Table, quartiers: Collection[str] | None = None) -> list[Probleme]:
    """Every problem of a table, in the order of its rows and columns.

    Args:
        cadre: text of the file under its published names, and `_ligne`; columns of the table that it lacks are
            somebody else's problem (`folder`, or the drift of `normalise`).
        quartiers: codes of the quartiers of 2024 that exist; None when they are not known yet.
    """
    problemes = list(_personnes(cadre, table))
    marques = {(p.ligne, p.colonne) for p in problemes}
    lignes = _lire(cadre, table)
    for ligne in lignes:
        problemes += [p for p in _cellules(ligne, table, quartiers) if (p.ligne, p.colonne) not in marques]
        problemes += _regles_de_ligne(ligne, table)
    problemes += _regles_entre_lignes(lignes, table)
    rang = {colonne: i for i, colonne in enumerate(table.colonnes)}
    return sorted(problemes, key=lambda p: (p.ligne, rang.get(p.colonne, 99), not p.est_refus))


def masquer(cadre: pl.DataFrame, problemes: Collection[Probleme]) -> pl.DataFrame:
    """The frame without the cells that bear a trace of a person."""
    par_colonne: dict[str, list[int]] = defaultdict(list)
    for probleme in problemes:
        if probleme.est_personnel:
            par_colonne[probleme.colonne].append(probleme.ligne)
    return cadre.with_columns(
        pl.when(pl.col("_ligne").is_in(lignes)).then(pl.lit(RETIRE)).otherwise(pl.col(colonne)).alias(colonne)
        for colonne, lignes in par_colonne.items()
    )


def jour(lu: str) -> date | None:
    """The day that a text gives, None when it gives none."""
    for motif, (an, mois, jour_) in FORMES_DE_DATE:
        if trouve := motif.fullmatch(lu):
            try:
                return date(int(trouve[an]), int(trouve[mois]), int(trouve[jour_]))
            except ValueError:
                return None
    return None


# --- reading --------------------------------------------------------------------------------------------------------


def _personnes(cadre: pl.DataFrame, table: Table) -> Iterator[Probleme]:
    """Traces of persons, in every column of the file, declared or not."""
    for colonne in (c for c in cadre.columns if c != "_ligne"):
        est_adresse = colonne in table.colonnes and table.colonnes[colonne].forme == "url"
        for ligne, lu in cadre.select("_ligne", colonne).iter_rows():
            if phrase := trace(lu or "", est_adresse=est_adresse):
                yield Probleme(ligne, colonne, RETIRE, phrase, est_personnel=True)


def _lire(cadre: pl.DataFrame, table: Table) -> list[Ligne]:
    """The rows that hold something, their cells read as the layers will read them."""
    presentes = [c for c in table.colonnes.values() if c.nom in cadre.columns]
    lues = cadre.select(
        "_ligne",
        *(texte(c.nom).alias(c.nom) for c in presentes),
        *(code(texte(c.nom), c.forme).alias(f"_{c.nom}") for c in presentes if c.forme in CODES),
        *(nombre(texte(c.nom)).alias(f"_{c.nom}") for c in presentes if c.forme == "nombre"),
    )
    lignes = []
    for brut in lues.iter_rows(named=True):
        textes = {c.nom: brut[c.nom] or "" for c in presentes}
        if any(textes.values()):
            lignes.append(Ligne(brut["_ligne"], textes, {c.nom: _sens(c, textes[c.nom], brut) for c in presentes}))
    return lignes


def _sens(colonne: Colonne, lu: str, brut: dict[str, Any]) -> Any:
    if colonne.forme == "choix":
        return colonne.choix.get(lu)
    if colonne.forme == "date":
        return jour(lu)
    if colonne.forme in CODES or colonne.forme == "nombre":
        return brut[f"_{colonne.nom}"]
    return lu or None


# --- one cell -------------------------------------------------------------------------------------------------------


def _cellules(ligne: Ligne, table: Table, quartiers: Collection[str] | None) -> Iterator[Probleme]:
    for nom, lu in ligne.textes.items():
        colonne = table.colonnes[nom]
        phrase = _phrase_de_cellule(colonne, lu, ligne.sens.get(colonne.nom), quartiers)
        if phrase is not None:
            yield Probleme(ligne.numero, colonne.nom, lu, phrase)


def _phrase_de_cellule(colonne: Colonne, lu: str, sens: Any, quartiers: Collection[str] | None) -> str | None:
    """The sentence of a cell that does not hold to its column, None when it does."""
    if lu == "":
        return (
            f"attendu une valeur, trouvé une cellule vide ; {COMPLETER} : {colonne.aide}"
            if colonne.obligatoire
            else None
        )
    trouve = f"trouvé « {_court(lu)} »"
    if colonne.forme == "choix" and sens is None:
        proche = difflib.get_close_matches(lu.casefold(), [m.casefold() for m in colonne.choix], 1, 0.6)
        suite = f" ; écrivez « {next(m for m in colonne.choix if m.casefold() == proche[0])} »" if proche else ""
        return f"attendu l’un des mots {_liste(colonne.mots)}, {trouve}{suite or ' ; reprenez l’un de ces mots'}"
    if colonne.forme in CODES and sens is None:
        return f"attendu {ATTENDUS[colonne.forme]}, {trouve} ; corrigez le code"
    if colonne.forme == "qpv2024" and quartiers is not None and sens not in quartiers:
        return (
            f"attendu le code d’un quartier prioritaire qui existe, {trouve}{_proche(sens, quartiers)} ; "
            "corrigez le code d’après la liste des quartiers"
        )
    if colonne.forme in ("date", "nombre") and sens is None:
        return f"attendu {ATTENDUS[colonne.forme]}, {trouve} ; corrigez la cellule"
    motif = {"annee": ANNEE, "url": URL, "identifiant": IDENTIFIANT}.get(colonne.forme)
    if motif is not None and not motif.fullmatch(lu):
        return f"attendu {ATTENDUS[colonne.forme]}, {trouve} ; corrigez la cellule"
    if colonne.forme == "nombre":
        return _hors_bornes(colonne, sens, trouve)
    if len(lu) > colonne.longueur_max:
        return f"attendu {colonne.longueur_max} caractères au plus, trouvé {len(lu)} ; raccourcissez le texte"
    return None


def _hors_bornes(colonne: Colonne, valeur: float, trouve: str) -> str | None:
    bas, haut = colonne.bornes
    if (bas is None or valeur >= bas) and (haut is None or valeur <= haut):
        return None
    attendu = (
        f"de {_ecrire(bas)} à {_ecrire(haut)}" if haut is not None and bas is not None else f"d’au moins {_ecrire(bas)}"
    )
    return f"attendu un nombre {attendu}, {trouve} ; corrigez le nombre"


def _proche(lu: str, connus: Collection[str]) -> str:
    proches = difflib.get_close_matches(lu, list(connus), 1, 0.8)
    return f" (le plus proche est {proches[0]})" if proches else ""


def _court(lu: str) -> str:
    propre = " ".join(lu.strip(BLANCS).split())
    return propre if len(propre) <= 60 else propre[:59] + "…"


def _liste(mots: Collection[str]) -> str:
    return ", ".join(f"« {mot} »" for mot in mots)


def _ecrire(valeur: float | None) -> str:
    return "" if valeur is None else f"{valeur:g}".replace(".", ",")


# --- one row --------------------------------------------------------------------------------------------------------


def _regles_de_ligne(ligne: Ligne, table: Table) -> Iterator[Probleme]:
    regles = table.regles
    for debut, fin in regles.ordre:
        d, f = ligne.sens.get(debut), ligne.sens.get(fin)
        if d is not None and f is not None and d > f:
            phrase = f"attendu une date au plus tard le {f:%d/%m/%Y} ({fin}), trouvé le {d:%d/%m/%Y} ; corrigez l’une des deux dates"
            yield Probleme(ligne.numero, debut, ligne.textes[debut], phrase)
    for depasse in regles.depasse:
        d, f = ligne.sens.get(depasse.avant), ligne.sens.get(depasse.apres)
        if ligne.verifie(depasse.si) and d is not None and f is not None and d >= f:
            phrase = (
                f"attendu une date avant le {f:%d/%m/%Y} ({depasse.apres}) parce que {_condition(ligne, depasse.si)}, trouvé le "
                f"{d:%d/%m/%Y} ({depasse.pourquoi}) ; corrigez la date ou l’état"
            )
            yield Probleme(ligne.numero, depasse.avant, ligne.textes[depasse.avant], phrase)
    for petit, grand in regles.au_plus:
        p, g = ligne.sens.get(petit), ligne.sens.get(grand)
        if p is not None and g is not None and p > g:
            phrase = f"attendu un nombre au plus égal à {grand} ({ligne.textes[grand]}), trouvé « {ligne.textes[petit]} » ; corrigez l’un des deux"
            yield Probleme(ligne.numero, petit, ligne.textes[petit], phrase)
    yield from _presences(ligne, table)
    yield from _delai(ligne, table)
    if regles.seulement and ligne.sens.get("indicateur") not in (None, *regles.seulement.indicateur):
        lu = ligne.textes["indicateur"]
        phrase = f"attendu dans ce fichier {_liste(regles.seulement.indicateur)}, trouvé « {lu} » ({regles.seulement.pourquoi}) ; déplacez la ligne dans le fichier qui convient"
        yield Probleme(ligne.numero, "indicateur", lu, phrase)
    yield from _petits_effectifs(ligne, table)


def _presences(ligne: Ligne, table: Table) -> Iterator[Probleme]:
    """Cells that another one asks for, or forbids."""
    for exige in table.regles.exige:
        demande = ligne.remplie(exige.si_remplie) if exige.si_remplie else ligne.verifie(exige.si)
        for colonne in exige.colonnes if demande else []:
            if ligne.manque(colonne):
                phrase = f"attendu une valeur parce que {_condition(ligne, exige.si, exige.si_remplie)}, trouvé une cellule vide ({exige.pourquoi}) ; {COMPLETER}"
                yield Probleme(ligne.numero, colonne, "", phrase)
    for vides in table.regles.vides:
        for colonne in vides.colonnes if ligne.verifie(vides.si) else []:
            if ligne.remplie(colonne) and ligne.sens.get(colonne) != 0:
                lu = ligne.textes[colonne]
                phrase = f"attendu une cellule vide parce que {_condition(ligne, vides.si)}, trouvé « {_court(lu)} » ({vides.pourquoi}) ; videz la cellule ou corrigez l’autre"
                yield Probleme(ligne.numero, colonne, lu, phrase)
    for remarque in table.regles.remarques:
        if ligne.verifie(remarque.si) and ligne.manque(remarque.vide):
            yield Probleme(ligne.numero, remarque.vide, "", remarque.phrase.removesuffix("."), est_refus=False)


def _condition(ligne: Ligne, si: Si, remplie: str | None = None) -> str:
    if remplie is not None:
        return f"{remplie} est rempli"
    return " et ".join(f"{colonne} est « {ligne.textes[colonne]} »" for colonne in si)


def _delai(ligne: Ligne, table: Table) -> Iterator[Probleme]:
    regle = table.regles.delai
    if regle is None:
        return
    debut, fin, selon = (ligne.sens.get(c) for c in (regle.debut, regle.fin, regle.selon))
    annees = regle.annees.get(_ecrire(selon)) if selon is not None else None
    if debut is None or fin is None or annees is None or debut > fin:
        return
    bas, haut = (_annees_apres(debut, n) for n in annees)
    if not bas <= fin <= haut:
        phrase = (
            f"attendu pour le {regle.selon} {_ecrire(selon)} une date du {bas:%d/%m/%Y} au {haut:%d/%m/%Y} ({annees[0]} à {annees[1]} ans "
            f"après {regle.debut}), trouvé le {fin:%d/%m/%Y} ; corrigez la date ou le terme"
        )
        yield Probleme(ligne.numero, regle.fin, ligne.textes[regle.fin], phrase)


def _annees_apres(debut: date, nombre_d_annees: int) -> date:
    """The same day, years later; 29 February becomes 28."""
    try:
        return debut.replace(year=debut.year + nombre_d_annees)
    except ValueError:
        return debut.replace(year=debut.year + nombre_d_annees, day=28)


def _petits_effectifs(ligne: Ligne, table: Table) -> Iterator[Probleme]:
    regle = table.regles.effectifs
    if regle is None or not ligne.verifie(regle.si):
        return
    numerateur, denominateur = ligne.sens.get(regle.numerateur), ligne.sens.get(regle.denominateur)
    if numerateur is None or denominateur is None or numerateur > denominateur:
        return
    if min(numerateur, denominateur - numerateur) < effectif_publie_min():
        phrase = f"moins de {effectif_publie_min()} personnes d’un côté du rapport : le chiffre sera publié « secret statistique », sans les effectifs"
        yield Probleme(ligne.numero, regle.numerateur, ligne.textes[regle.numerateur], phrase, est_refus=False)


@cache
def effectif_publie_min() -> int:
    """The smallest own count of persons that is published (catalogue/methode.yml)."""
    return int(Catalogue().methode["parametres"]["effectif_publie_min"])


# --- several rows ---------------------------------------------------------------------------------------------------


def _regles_entre_lignes(lignes: list[Ligne], table: Table) -> Iterator[Probleme]:
    presentes = set(lignes[0].textes) if lignes else set()
    for cle, memes in _groupes(lignes, table.regles.cle):
        if len(memes) > 1 and presentes.issuperset(table.regles.cle):
            phrase = f"attendu une seule ligne pour {' + '.join(table.regles.cle)}, trouvé {' + '.join(cle)} aux lignes {_numeros(memes)} ; gardez une ligne ou changez l’identifiant"
            colonne = table.regles.cle[-1]
            yield from (Probleme(m.numero, colonne, m.textes[colonne], phrase) for m in memes)
    for regle in table.regles.meme_valeur:
        for cle, memes in _groupes(lignes, regle.par):
            for colonne in presentes.intersection(regle.colonnes):
                valeurs = dict.fromkeys(m.textes[colonne] for m in memes)
                if len({m.sens.get(colonne) for m in memes}) > 1:
                    phrase = f"attendu la même valeur aux lignes {_numeros(memes)} ({' + '.join(cle)}), trouvé {_liste(valeurs)} ; écrivez partout la même"
                    yield from (Probleme(m.numero, colonne, m.textes[colonne], phrase) for m in memes)
    for somme in table.regles.somme_max:
        for cle, memes in _groupes(lignes, somme.par) if somme.colonne in presentes else ():
            total = sum(m.sens.get(somme.colonne) or 0 for m in memes)
            if len(memes) > 1 and total > somme.maximum + 1e-9:
                phrase = f"attendu une somme d’au plus {_ecrire(somme.maximum)} pour {' + '.join(cle)}, trouvé {_ecrire(round(total, 4))} aux lignes {_numeros(memes)} ({somme.pourquoi}) ; répartissez le poste entre ses quartiers"
                yield from (Probleme(m.numero, somme.colonne, m.textes[somme.colonne], phrase) for m in memes)


def _groupes(lignes: list[Ligne], colonnes: list[str]) -> Iterator[tuple[tuple[str, ...], list[Ligne]]]:
    """Rows that share a key, as it reads; a code repaired counts as the code."""
    groupes: dict[tuple[str, ...], list[Ligne]] = defaultdict(list)
    for ligne in lignes:
        cle = tuple(str(ligne.sens.get(c) or ligne.textes.get(c, "")) for c in colonnes)
        if any(cle):
            groupes[cle].append(ligne)
    yield from groupes.items()


def _numeros(lignes: list[Ligne]) -> str:
    *debut, fin = [str(ligne.numero) for ligne in lignes]
    return f"{', '.join(debut)} et {fin}" if debut else fin
