"""From columns of text to the one shape every reader returns.

Belongs here: names of columns (stripped, nameless, repeated), the number of the physical row, the error of the readers.
Does not belong here: how a format is parsed (read_*), what a cell means (normalise).
"""

from __future__ import annotations

import polars as pl

from ingestion.catalogue import Lecture

# Spaces met around names and values in published files: plain, no-break, narrow no-break, thin, tabulation.
BLANCS = " \t\r\n\u00a0\u202f\u2009\ufeff"

# What the raw layer adds to the published columns; any other name, `_sans_nom_3` or `_geometrie` included, is published.
AUDIT = ("_jeu", "_millesime", "_ligne", "_empreinte", "_ingere_le")


class ErreurLecture(ValueError):
    """A file cannot be read as its card says; the sentence names the file, the place, what was expected and found."""


def tableau(nom: str, entetes: list[str], donnees: pl.DataFrame, lignes: pl.Series) -> pl.DataFrame:
    """Gives its published names to a frame of text.

    Args:
        nom: name of the file, for the errors.
        entetes: one published name per column of `donnees`, possibly blank.
        donnees: columns of text, in the order of the file.
        lignes: 1-based physical row of each record.
    Returns:
        The named columns, stripped of the blanks around the name, an empty cell being `""`; a nameless column that
        holds a value becomes `_sans_nom_<position>`, one that holds none is dropped; `_ligne` Int32 comes last.
    Raises:
        ErreurLecture: no record, or a name given to two columns.
    """
    if donnees.height == 0:
        raise ErreurLecture(f"{nom} : aucune ligne de données sous l'en-tête ; vérifier que le fichier est complet.")
    noms = [entete.strip(BLANCS) for entete in entetes]
    repetes = sorted({n for n in noms if n and noms.count(n) > 1})
    if repetes:
        positions = [i + 1 for i, n in enumerate(noms) if n == repetes[0]]
        raise ErreurLecture(
            f"{nom} : le nom de colonne « {repetes[0]} » est donné à plusieurs colonnes (positions {positions}) ; "
            "chaque nom doit être unique, sinon la colonne lue serait choisie au hasard."
        )
    donnees = donnees.with_columns(pl.col(c).fill_null("") for c in donnees.columns if donnees[c].null_count())
    gardees: dict[str, str] = {}
    for position, (nom_publie, colonne) in enumerate(zip(noms, donnees.columns, strict=True), start=1):
        if nom_publie:
            gardees[colonne] = nom_publie
        elif donnees[colonne].str.len_bytes().max() and (donnees[colonne].str.strip_chars(BLANCS) != "").any():
            gardees[colonne] = f"_sans_nom_{position}"
    if not gardees:
        raise ErreurLecture(
            f"{nom} : aucune colonne n'a de nom ni de valeur ; vérifier le séparateur et la ligne d'en-tête."
        )
    cadre = donnees.select(pl.col(colonne).alias(nom_publie) for colonne, nom_publie in gardees.items())
    return cadre.with_columns(lignes.cast(pl.Int32).alias("_ligne"))


def seulement(cadre: pl.DataFrame, nom: str, lecture: Lecture) -> pl.DataFrame:
    """The rows that the card asks for (`Lecture.seulement`), all of them when it asks for none in particular.

    Raises:
        ErreurLecture: a column of the filter is missing.
    """
    if not lecture.seulement:
        return cadre
    exiger_filtre(nom, cadre.columns, lecture)
    return cadre.filter(pl.any_horizontal(pl.col(c).str.contains(motif) for c, motif in lecture.seulement.items()))


def aucune_ligne(nom: str, lecture: Lecture) -> ErreurLecture:
    """The error of a file where nothing matches `Lecture.seulement`."""
    filtre = " ou ".join(f"{c} ~ {motif}" for c, motif in lecture.seulement.items())
    return ErreurLecture(f"{nom} : aucune ligne ne répond à « {filtre} » ; vérifier `seulement` dans la fiche.")


def exiger_filtre(nom: str, colonnes: list[str], lecture: Lecture) -> None:
    """The columns of `Lecture.seulement` are there.

    Raises:
        ErreurLecture: one of them is missing.
    """
    if absentes := [colonne for colonne in lecture.seulement if colonne not in colonnes]:
        raise ErreurLecture(
            f"{nom} : colonne de filtre introuvable : {', '.join(absentes)}. Colonnes trouvées : {', '.join(colonnes)}. "
            "Corriger `seulement` dans la fiche."
        )
