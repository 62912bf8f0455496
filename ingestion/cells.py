"""The cells of a block in the long form: value, text or the reason why there is none.

Belongs here: the status of a cell (gap_method §14), quality notes, precision, bounds, lists.
Does not belong here: which column holds a variable (columns), which rows count (rows), the shape of numbers (numbers).

A block is put in the long form first and typed in one go: an expression per column would take twice the time.
"""

from __future__ import annotations

import re
from typing import Any

import polars as pl

from ingestion.catalogue import Bloc, Variable
from ingestion.columns import ColonneResolue, Entete, candidat
from ingestion.frames import BLANCS
from ingestion.numbers import BORNES, est_vide, hors_bornes, nombre, texte
from ingestion.periods import periode

PRUDENCE = "a_interpreter_avec_prudence"
DE_LA_LIGNE = ["ligne", "niveau", "code_territoire", "zonage", "precision", "_note", "_statut_vide"]
DE_LA_LIGNE_DATEE = ["_periode", "_date_reference", "_est_date_deduite"]
DE_LA_COLONNE: dict[str, Any] = {
    "_colonne": pl.String,
    "bloc": pl.String,
    "variable": pl.String,
    "periode": pl.String,
    "date_reference": pl.Date,
    "est_date_deduite": pl.Boolean,
    "colonne_source": pl.String,
    "_bas": pl.Float64,
    "_haut": pl.Float64,
}
# One order for every frame, so that they can be put end to end.
SORTIE = [
    *DE_LA_LIGNE[:5],
    *list(DE_LA_COLONNE)[1:7],
    "rang",
    "valeur",
    "valeur_texte",
    "statut",
    "mention",
    "_lu",
    "_motif",
]

Numerotees = list[tuple[str, ColonneResolue]]


def cellules_du_bloc(
    lignes: pl.DataFrame,
    entete: Entete,
    bloc: Bloc,
    colonnes: list[ColonneResolue],
    marques: dict[str, str],
    declaree: str | None,
) -> list[pl.DataFrame]:
    """Frames of cells: the numbers of the block, then its texts, then each list.

    Args:
        lignes: rows of `rows.trier` whose cells are kept.
        declaree: declared period of the block, for the names of the note and precision columns.
    Returns:
        Columns of `normalise.CELLULES` but the constants of the file, and `_lu`, `_motif` (null: read without trouble).
    """
    # Two variables may share a column, so columns go by number here.
    numerotees = [(str(rang), colonne) for rang, colonne in enumerate(colonnes)]
    contexte = _contexte(lignes, entete, bloc, numerotees, marques, declaree)
    nombres = [(n, c) for n, c in numerotees if c.fiche.type not in ("texte", "liste")]
    textes = [(n, c) for n, c in numerotees if c.fiche.type == "texte"]
    listes = [(n, c) for n, c in numerotees if c.fiche.type == "liste"]
    traduits = [(n, c) for n, c in textes if c.fiche.valeurs]
    simples = [(n, c) for n, c in textes if not c.fiche.valeurs]
    cadres = [_nombres(_longues(contexte, bloc, nombres, marques))] if nombres else []
    cadres += [_textes(_longues(contexte, bloc, simples, marques))] if simples else []
    cadres += [_traduits(_longues(contexte, bloc, [(n, c)], marques), c.fiche.valeurs) for n, c in traduits]
    cadres += [_liste(_longues(contexte, bloc, [(n, c)], marques), c.fiche) for n, c in listes]
    prudence = pl.when((pl.col("_note") == 1) & (pl.col("statut") == "observe")).then(pl.lit(PRUDENCE))
    return [cadre.with_columns(mention=prudence).select(SORTIE) for cadre in cadres]


def _contexte(
    lignes: pl.DataFrame,
    entete: Entete,
    bloc: Bloc,
    numerotees: Numerotees,
    marques: dict[str, str],
    declaree: str | None,
) -> pl.DataFrame:
    """Per row: the text of each column under its number, the territory, the note, what an empty cell means."""
    note = entete.trouver([candidat(c, declaree) for c in bloc.note])
    precision = entete.trouver([candidat(c, declaree) for c in bloc.precision])
    remplies = [~est_vide(pl.col(n)) & ~pl.col(n).is_in(list(marques)) for n, _ in numerotees]
    contexte = lignes.select(
        *(_sans_suffixe(c).alias(n) for n, c in numerotees),
        pl.col("_ligne").alias("ligne"),
        pl.col("_niveau").alias("niveau"),
        pl.col("_code").alias("code_territoire"),
        pl.col("_zonage").alias("zonage"),
        *(pl.col(c) for c in DE_LA_LIGNE_DATEE if bloc.colonne_periode),
        (nombre(texte(precision)) if precision else pl.lit(None, pl.Float64)).alias("precision"),
        (nombre(texte(note)) if note else pl.lit(None, pl.Float64)).alias("_note"),
        *(
            texte(entete.exiger("statut d'une cellule vide", [c])).replace_strict(s, default=None).alias(f"_vide_{c}")
            for c, s in bloc.statuts_vides.items()
        ),
    )
    contexte = contexte.with_columns(_remplie=pl.any_horizontal(remplies) if remplies else pl.lit(False))
    return contexte.with_columns(
        _statut_vide=pl.coalesce(*(f"_vide_{c}" for c in bloc.statuts_vides), _statut_vide(bloc))
    )


def _sans_suffixe(colonne: ColonneResolue) -> pl.Expr:
    """The cell without what the producer writes after each number."""
    cellule = texte(colonne.colonne)
    return cellule.str.strip_suffix(colonne.fiche.suffixe).str.strip_chars(BLANCS) if colonne.fiche.suffixe else cellule


def _statut_vide(bloc: Bloc) -> pl.Expr:
    """Status of an empty cell, from the rule of the block, its note and what else the row holds."""
    secret, non_diffuse, note = pl.lit("secret"), pl.lit("non_diffuse"), pl.col("_note")
    if bloc.regle_vide in ("secret", "non_diffuse"):
        statut: pl.Expr = pl.lit(bloc.regle_vide)
    else:
        statut = pl.when(pl.col("_remplie")).then(secret).otherwise(non_diffuse)
    if bloc.regle_vide == "note":
        statut = pl.when(note == 0).then(secret).when(note >= 2).then(non_diffuse).otherwise(statut)
    if bloc.hors_champ is not None:
        statut = pl.when(pl.col("code_territoire").str.contains(bloc.hors_champ)).then(non_diffuse).otherwise(statut)
    return statut


def _longues(contexte: pl.DataFrame, bloc: Bloc, numerotees: Numerotees, marques: dict[str, str]) -> pl.DataFrame:
    """One row per cell: its text `_lu`, the status of its mark `_marque`, and the facts of its row and column."""
    colonnes = pl.DataFrame([_faits(bloc, n, c) for n, c in numerotees], schema=DE_LA_COLONNE, orient="row")
    index = [*DE_LA_LIGNE, *(DE_LA_LIGNE_DATEE if bloc.colonne_periode else [])]
    longues = contexte.unpivot(
        on=[n for n, _ in numerotees], index=index, variable_name="_colonne", value_name="_lu"
    ).join(colonnes, on="_colonne", how="left", maintain_order="left")
    longues = _dater(longues) if bloc.colonne_periode else longues
    lu = pl.col("_lu")
    marque = lu.replace_strict(marques, default=None, return_dtype=pl.String) if marques else pl.lit(None, pl.String)
    return longues.with_columns(_marque=marque)


def _dater(longues: pl.DataFrame) -> pl.DataFrame:
    """The cells with the period of their row instead of that of their column."""
    datees = longues.with_columns(pl.col(c).alias(c.removeprefix("_")) for c in DE_LA_LIGNE_DATEE)
    return datees.drop(DE_LA_LIGNE_DATEE)


def _faits(bloc: Bloc, numero: str, colonne: ColonneResolue) -> tuple[Any, ...]:
    """The row of a column in `DE_LA_COLONNE`."""
    quand = ("", None, False) if bloc.colonne_periode else periode(colonne.periode, bloc.jour_reference)
    bas, haut = colonne.fiche.bornes or BORNES.get(colonne.fiche.type, (None, None))
    return (numero, bloc.nom, colonne.variable, *quand, colonne.colonne, bas, haut)


def _nombres(lues: pl.DataFrame) -> pl.DataFrame:
    """Numbers with their status; one that cannot be read or lies outside the bounds has none, and a reason."""
    lu, marque, valeur = pl.col("_lu"), pl.col("_marque"), pl.col("_nombre")
    a_lire = marque.is_null() & ~est_vide(lu)
    bornes = [pl.col(c).cast(pl.String).str.strip_suffix(".0").fill_null("∞") for c in ("_bas", "_haut")]
    motif = (
        pl.when(a_lire & valeur.is_null())
        .then(pl.lit("nombre illisible"))
        .when(a_lire & hors_bornes(valeur, pl.col("_bas"), pl.col("_haut")))
        .then(pl.format("valeur hors des bornes, de {} à {}", *bornes))
    )
    statut = pl.coalesce(
        marque,
        pl.when(est_vide(lu)).then(pl.col("_statut_vide")),
        pl.when(pl.col("_motif").is_not_null()).then(pl.lit("non_calculable")),
        pl.lit("observe"),
    )
    lues = lues.with_columns(_nombre=nombre(lu)).with_columns(_motif=motif)
    return lues.with_columns(
        statut=statut,
        rang=pl.lit(0, pl.Int16),
        valeur=pl.when(a_lire & pl.col("_motif").is_null()).then(valeur),
        valeur_texte=pl.lit(None, pl.String),
    )


def _textes(lues: pl.DataFrame) -> pl.DataFrame:
    """Texts with their status."""
    statut = pl.coalesce("_marque", pl.when(pl.col("_lu") == "").then(pl.col("_statut_vide")), pl.lit("observe"))
    return lues.with_columns(
        statut=statut,
        rang=pl.lit(0, pl.Int16),
        valeur=pl.lit(None, pl.Float64),
        valeur_texte=pl.when(statut == "observe").then(pl.col("_lu")),
        _motif=pl.lit(None, pl.String),
    )


def _traduits(lues: pl.DataFrame, valeurs: dict[str, str]) -> pl.DataFrame:
    """Texts put in our own words; one without translation has no value, and a reason.

    An empty cell is translated like any other when the card gives its meaning.
    """
    textes = _textes(lues)
    if "" in valeurs:
        vide = (pl.col("_lu") == "") & pl.col("_marque").is_null()
        textes = textes.with_columns(
            statut=pl.when(vide).then(pl.lit("observe")).otherwise("statut"),
            valeur_texte=pl.when(vide).then(pl.lit("")).otherwise("valeur_texte"),
        )
    traduit = pl.col("valeur_texte").replace_strict(valeurs, default=None, return_dtype=pl.String)
    inconnu = (pl.col("statut") == "observe") & traduit.is_null()
    return textes.with_columns(
        valeur_texte=traduit,
        statut=pl.when(inconnu).then(pl.lit("non_calculable")).otherwise("statut"),
        _motif=pl.when(inconnu).then(pl.lit("texte sans équivalent déclaré dans la fiche")),
    )


def _liste(lues: pl.DataFrame, fiche: Variable) -> pl.DataFrame:
    """One row per element of a list, numbered from 1; a list without element keeps one row, numbered 0."""
    element = pl.col("valeur_texte")
    if fiche.elements is None:
        decoupes = element.str.split(fiche.separateur or "")
    else:
        decoupes = element.str.extract_all(fiche.elements)
        if re.compile(fiche.elements).groups:
            decoupes = decoupes.list.eval(pl.element().str.extract(fiche.elements, 1))
    remplis = decoupes.list.eval(pl.element().str.strip_chars().filter(pl.element().str.strip_chars() != ""))
    # A null list keeps its row when it is exploded; an empty one would lose it.
    elements = _textes(lues).with_columns(remplis).with_columns(pl.when(element.list.len() > 0).then(element))
    elements = elements.explode("valeur_texte")
    introuvable = (pl.col("statut") == "observe") & element.is_null()
    elements = elements.with_columns(
        statut=pl.when(introuvable).then(pl.lit("non_calculable")).otherwise("statut"),
        _motif=pl.when(introuvable).then(pl.lit("aucun élément de la liste n'est reconnu")).otherwise("_motif"),
    )
    rang = pl.when(element.is_null()).then(0).otherwise(pl.int_range(1, pl.len() + 1).over("ligne"))
    return elements.with_columns(rang=rang.cast(pl.Int16))
