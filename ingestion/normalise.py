"""Text to typed cells: every published cell of a declared variable with its territory, its period and its status.

Belongs here: the three frames of a file and their schemas.
Does not belong here: names of columns (columns), fate of the rows (rows), status of a cell (cells), any SQL.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import groupby
from math import ceil
from typing import Any, NamedTuple

import polars as pl

from ingestion.catalogue import Bloc, ErreurCatalogue, Fichier, Jeu, Millesime, Variable
from ingestion.cells import cellules_du_bloc
from ingestion.columns import ColonneResolue, Entete, ErreurDerive, resoudre
from ingestion.numbers import texte
from ingestion.periods import periode
from ingestion.rows import dater, sans_modalite, trier

__all__ = ["CELLULES", "LIGNES", "QUARANTAINE", "ErreurDerive", "Normalise", "normaliser", "tranches"]

# Cells typed at a time: the twenty columns of so many cells take some 200 MB.
CELLULES_PAR_TRANCHE = 500_000

CELLULES: dict[str, Any] = {
    "jeu": pl.String,
    "millesime": pl.String,
    "fichier": pl.String,
    "ligne": pl.Int32,
    "niveau": pl.String,
    "code_territoire": pl.String,
    "zonage": pl.String,
    "bloc": pl.String,
    "variable": pl.String,
    "rang": pl.Int16,
    "periode": pl.String,
    "date_reference": pl.Date,
    "est_date_deduite": pl.Boolean,
    "valeur": pl.Float64,
    "valeur_texte": pl.String,
    "statut": pl.String,
    "precision": pl.Float64,
    "mention": pl.String,
    "colonne_source": pl.String,
    "empreinte_sha256": pl.String,
}
_FICHIER = ("jeu", "millesime", "fichier", "ligne")
LIGNES = {c: CELLULES[c] for c in (*_FICHIER, "niveau", "code_territoire", "zonage")}
LIGNES |= dict.fromkeys(("libelle", "sort", "motif"), pl.String)
QUARANTAINE = {c: CELLULES[c] for c in _FICHIER} | dict.fromkeys(("colonne", "valeur_lue", "motif"), pl.String)


class Normalise(NamedTuple):
    """The three frames of a file, with the schemas above: typed cells, fate of each row, what could not be read."""

    cellules: pl.DataFrame
    lignes: pl.DataFrame
    quarantaine: pl.DataFrame


def normaliser(lignes: pl.DataFrame, jeu: Jeu, millesime: Millesime, fichier: Fichier, empreinte: str) -> Normalise:
    """Types the text of one file.

    Args:
        lignes: frame of `read.lire`.
        empreinte: sha256 of the published file, carried by every cell.
    Raises:
        ErreurDerive: a declared column is missing.
        ErreurCatalogue: the card names a block without a period in this vintage.
    """
    entete = Entete(f"{jeu.jeu}, millésime {millesime.millesime}, {fichier.nom}", lignes.columns)
    blocs = [
        (b, resoudre(entete, b, millesime.millesime, millesime.periodes.get(b.nom)))
        for b in _blocs(jeu, millesime, fichier)
    ]
    triees = _ecarter_modalites(trier(lignes, jeu, fichier, entete), entete, blocs)
    morceaux = []
    for bloc, colonnes in blocs:
        triees = _dater(triees, entete, bloc)
        gardees = triees.filter((pl.col("_sort") == "retenue") | pl.col("_agregat"))
        for ou, memes in groupby(sorted(colonnes, key=_filtre), key=_filtre):
            utiles = gardees.filter(_condition(entete, dict(ou)))
            declaree = millesime.periodes.get(bloc.nom)
            morceaux += cellules_du_bloc(utiles, entete, bloc, list(memes), dict(jeu.marques), declaree)
    vide = pl.DataFrame(schema=CELLULES | {"_lu": pl.String, "_motif": pl.String})
    longues = pl.concat(morceaux) if morceaux else vide
    libelle = next((c.colonne for _, colonnes in blocs for c in colonnes if c.variable == "libelle"), None)
    constantes = {
        "jeu": jeu.jeu,
        "millesime": millesime.millesime,
        "fichier": fichier.nom,
        "empreinte_sha256": empreinte,
    }
    return Normalise(
        _table(longues, constantes, CELLULES),
        _table(_fates(triees, libelle), constantes, LIGNES),
        _table(_illisibles(triees, longues, (fichier.cle or jeu.cle).colonnes), constantes, QUARANTAINE),
    )


def tranches(lignes: pl.DataFrame, jeu: Jeu, millesime: Millesime, fichier: Fichier) -> Iterator[pl.DataFrame]:
    """A batch in pieces of some `CELLULES_PAR_TRANCHE` cells: wide rows make as many cells as many narrow ones.

    Raises:
        ErreurCatalogue: the card names a block without a period in this vintage.
    """
    par_ligne = cellules_par_ligne(_blocs(jeu, millesime, fichier), lignes.width)
    nombre = ceil(lignes.height * par_ligne / CELLULES_PAR_TRANCHE)
    if nombre <= 1:
        yield lignes
    else:
        yield from lignes.iter_slices(ceil(lignes.height / nombre))


def cellules_par_ligne(blocs: list[Bloc], colonnes: int) -> int:
    """About how many cells a row of `colonnes` columns gives: of the variables that have a filter, those of one filter."""
    total = 0
    for bloc in blocs:
        par_filtre = Counter(_ou(variable) for variable in bloc.variables.values())
        total += par_filtre.pop((), 0) + max(par_filtre.values(), default=0)
        if any(v.motif_colonnes for v in bloc.variables.values()):
            total += colonnes
    return total


Ou = tuple[tuple[str, tuple[str, ...]], ...]


def _ou(variable: Variable) -> Ou:
    """The filter of a variable, as something that can be sorted."""
    return tuple((nom, tuple(valeurs)) for nom, valeurs in sorted(variable.ou.items()))


def _filtre(colonne: ColonneResolue) -> Ou:
    return _ou(colonne.fiche)


def _condition(entete: Entete, ou: dict[str, tuple[str, ...]]) -> pl.Expr:
    """True on the rows that a filter keeps."""
    conditions = [texte(entete.exiger("filtre", [nom])).is_in(list(valeurs)) for nom, valeurs in ou.items()]
    return pl.all_horizontal(conditions) if conditions else pl.lit(True)


def _ecarter_modalites(
    triees: pl.DataFrame, entete: Entete, blocs: list[tuple[Bloc, list[ColonneResolue]]]
) -> pl.DataFrame:
    filtres = {_filtre(colonne) for _, colonnes in blocs for colonne in colonnes}
    if not filtres or () in filtres:
        return triees
    return sans_modalite(triees, pl.any_horizontal([_condition(entete, dict(ou)) for ou in sorted(filtres)]))


def _dater(triees: pl.DataFrame, entete: Entete, bloc: Bloc) -> pl.DataFrame:
    """The rows with the period that they carry, when the block is dated row by row."""
    if not bloc.colonne_periode:
        return triees
    colonne = entete.exiger("période", bloc.colonne_periode)
    lues = triees.select(texte(colonne).unique()).to_series().to_list()
    connues = {}
    for lue in lues:
        with suppress(ErreurCatalogue):
            connues[lue] = periode(lue, bloc.jour_reference)
    sans = [c for c in ("_periode", "_date_reference", "_est_date_deduite") if c in triees.columns]
    return dater(triees.drop(sans), colonne, connues)


def _blocs(jeu: Jeu, millesime: Millesime, fichier: Fichier) -> list[Bloc]:
    """Blocks that the file holds: those it names, otherwise those of the vintage and those that date themselves."""
    retenus = []
    for bloc in jeu.blocs:
        a_une_periode = bloc.nom in millesime.periodes or bloc.se_date
        if fichier.blocs is not None and bloc.nom in fichier.blocs and not a_une_periode:
            raise ErreurCatalogue(
                f"{jeu.jeu} {millesime.millesime}: block {bloc.nom} of {fichier.nom} has no period in `periodes`"
            )
        if a_une_periode and (fichier.blocs is None or bloc.nom in fichier.blocs):
            retenus.append(bloc)
    return retenus


def _table(donnees: pl.DataFrame, constantes: dict[str, str], schema: dict[str, Any]) -> pl.DataFrame:
    """The frame with exactly the columns of the schema, in its order."""
    manquantes = [pl.lit(v).alias(c) for c, v in constantes.items() if c in schema]
    return donnees.with_columns(manquantes).select(pl.col(c).cast(t) for c, t in schema.items())


def _fates(triees: pl.DataFrame, libelle: str | None) -> pl.DataFrame:
    """One row per row of the file; one that is not kept shows its key as it was read."""
    return triees.select(
        pl.col("_ligne").alias("ligne"),
        pl.col("_niveau").alias("niveau"),
        pl.coalesce("_code", "_lu").alias("code_territoire"),
        pl.col("_zonage").alias("zonage"),
        (texte(libelle) if libelle else pl.lit(None, pl.String)).alias("libelle"),
        pl.col("_sort").alias("sort"),
        pl.col("_motif").alias("motif"),
    )


def _illisibles(triees: pl.DataFrame, longues: pl.DataFrame, cles: list[str]) -> pl.DataFrame:
    """Rows in quarantine (column = the key) and cells that could not be read."""
    lignes = triees.filter(pl.col("_sort") == "quarantaine").select(
        pl.col("_ligne").alias("ligne"),
        pl.lit(cles[0] if cles else "").alias("colonne"),
        pl.col("_lu").alias("valeur_lue"),
        pl.col("_motif").alias("motif"),
    )
    cellules = longues.filter(pl.col("_motif").is_not_null()).select(
        pl.col("ligne"),
        pl.col("colonne_source").alias("colonne"),
        pl.col("_lu").alias("valeur_lue"),
        pl.col("_motif").alias("motif"),
    )
    return pl.concat([lignes, cellules]).sort("ligne", "colonne", maintain_order=True)
