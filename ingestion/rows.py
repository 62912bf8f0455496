"""What becomes of each row of a file: kept, excluded or put in quarantine, and for which territory.

Belongs here: the rules that decide on a row, their order, the sentence of each.
Does not belong here: shapes of codes (codes), values of the cells (cells).
"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from ingestion.catalogue import Cle, Fichier, Jeu
from ingestion.codes import code
from ingestion.columns import Entete
from ingestion.numbers import texte

AGREGAT = "ligne d'agrégat du producteur"
NIVEAUX_ZONES = ("qpv", "ensemble_qpv")


class Regle(NamedTuple):
    """Rows for which `condition` holds get `sort`, for the reason `motif`."""

    condition: pl.Expr
    sort: str
    motif: pl.Expr


def trier(lignes: pl.DataFrame, jeu: Jeu, fichier: Fichier, entete: Entete) -> pl.DataFrame:
    """Decides on each row; the first rule that applies wins.

    Returns:
        The rows with `_lu` (text of the key), `_code`, `_niveau`, `_zonage`, `_sort` (`retenue`, `exclue`,
        `quarantaine`), `_motif` and `_agregat` (an excluded row whose cells are kept as the producer's aggregate).
    Raises:
        ErreurDerive: the key column, or the column of a row to set aside, is missing.
    """
    cle = fichier.cle or jeu.cle
    colonne = entete.exiger("clé", cle.colonnes) if cle.colonnes else None
    niveau = fichier.niveau or jeu.niveau
    lues = lignes.with_columns(_lu=texte(colonne) if colonne else pl.lit(""))
    est_agregat = pl.col("_lu").is_in(list(cle.agregats))
    lues = lues.with_columns(
        _agregat=est_agregat,
        _code=pl.when(est_agregat)
        .then(pl.col("_lu").replace_strict(cle.agregats, default=None, return_dtype=pl.String))
        .otherwise(code(pl.col("_lu"), cle.type)),
        _niveau=pl.when(est_agregat & (cle.type != "france"))
        .then(pl.lit(cle.niveau_agregat))
        .otherwise(pl.lit(niveau)),
        _zonage=pl.lit(jeu.zonage),
    )
    regles = _regles(cle, colonne, (fichier.lecture or jeu.lecture).fin, entete)
    lues = lues.with_columns(
        _sort=pl.coalesce(*[pl.when(r.condition).then(pl.lit(r.sort)) for r in regles], pl.lit("retenue")),
        _motif=pl.coalesce(*[pl.when(r.condition).then(r.motif) for r in regles], _reparation()),
        _zonage=pl.when(pl.col("_niveau").is_in(NIVEAUX_ZONES)).then(pl.col("_zonage")).otherwise(pl.lit("")),
    )
    if cle.type.startswith("qpv"):
        lues = _repetees(lues)
    return lues.with_columns(_agregat=pl.col("_agregat") & (pl.col("_motif").is_null() | (pl.col("_motif") == AGREGAT)))


def _regles(cle: Cle, colonne: str | None, fin: str | None, entete: Entete) -> list[Regle]:
    lu, agregat = pl.col("_lu"), pl.col("_agregat")
    regles = [
        Regle(
            pl.all_horizontal(texte(c) == "" for c in entete.colonnes) & (fin is None), "exclue", pl.lit("ligne vide")
        )
    ]
    if fin is not None:
        regles.append(Regle(((lu == "") & ~agregat).cum_max(), "exclue", pl.lit(fin)))
    for ecart in cle.ecarter:
        valeur = texte(entete.exiger("lignes à écarter", [ecart.colonne]))
        regles.append(Regle(valeur.str.contains(f"^(?:{ecart.valeurs})$"), ecart.sort, pl.lit(ecart.motif)))
    if cle.type != "france":
        regles.append(Regle(agregat, "exclue", pl.lit(AGREGAT)))
    inconnu = pl.col("_code").is_null()
    if cle.exclure is not None:
        return [*regles, Regle(inconnu, "exclue", pl.lit(cle.exclure))]
    phrase = pl.format("code « {} » inattendu dans la colonne " + str(colonne) + f" (type attendu : {cle.type})", lu)
    return [*regles, Regle(inconnu, "quarantaine", phrase)]


def _reparation() -> pl.Expr:
    """The note left on a kept row whose code was repaired."""
    repare = ~pl.col("_agregat") & (pl.col("_lu") != "") & (pl.col("_code") != pl.col("_lu"))
    return pl.when(repare).then(pl.format("code lu « {} », rétabli en « {} »", "_lu", "_code"))


def _repetees(lues: pl.DataFrame) -> pl.DataFrame:
    """Two rows for one quartier contradict each other: neither is published."""
    retenue = pl.col("_sort") == "retenue"
    repetee = retenue & (retenue.sum().over("_code") > 1)
    return lues.with_columns(
        _sort=pl.when(repetee).then(pl.lit("quarantaine")).otherwise("_sort"),
        _motif=pl.when(repetee).then(pl.format("code « {} » répété dans le fichier", "_code")).otherwise("_motif"),
    )
