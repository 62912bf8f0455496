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
from ingestion.periods import Periode

AGREGAT = "ligne d'agrégat du producteur"
MODALITE = "modalité qui n'est pas reprise"
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
    numero = pl.col("_ligne").cast(pl.String) if cle.type == "ligne" else pl.lit("")
    lues = lignes.with_columns(_lu=texte(colonne) if colonne else numero)
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
    lues = _repetees(lues, cle, entete, _colonne_periode(jeu, fichier, entete))
    return lues.with_columns(_agregat=pl.col("_agregat") & (pl.col("_motif").is_null() | (pl.col("_motif") == AGREGAT)))


def se_decident_seules(jeu: Jeu, fichier: Fichier) -> bool:
    """True when the fate of a row depends on no other row of the file: it may then be read in batches."""
    cle = fichier.cle or jeu.cle
    return _repetitions(cle) == "gardees" and (fichier.lecture or jeu.lecture).fin is None


def _repetitions(cle: Cle) -> str:
    return cle.repetees or ("quarantaine" if cle.type.startswith("qpv") else "gardees")


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


def _colonne_periode(jeu: Jeu, fichier: Fichier, entete: Entete) -> str | None:
    """The column that dates the rows of the file: the same territory may come back at another date."""
    for bloc in jeu.blocs:
        if bloc.colonne_periode and (fichier.blocs is None or bloc.nom in fichier.blocs):
            return entete.exiger("période", bloc.colonne_periode)
    return None


def _repetees(lues: pl.DataFrame, cle: Cle, entete: Entete, periode: str | None) -> pl.DataFrame:
    """What a second row for the same key means (`Cle.repetees`)."""
    regle = _repetitions(cle)
    if regle == "gardees":
        return lues
    retenue = pl.col("_sort") == "retenue"
    groupe = ["_code", periode] if periode else ["_code"]
    if regle == "quarantaine":
        repetee = retenue & (retenue.sum().over(groupe) > 1)
        sort, motif = "quarantaine", pl.format("code « {} » répété dans le fichier", "_code")
    else:
        rang = texte(entete.exiger("départage", [cle.departage])) if cle.departage else pl.lit("")
        ordre = pl.struct(retenue, rang, pl.col("_ligne"))
        repetee = retenue & (pl.col("_ligne") != pl.col("_ligne").sort_by(ordre).last().over(groupe))
        sort, motif = "exclue", pl.format("code « {} » répété : une autre ligne du fichier est plus récente", "_code")
    return lues.with_columns(
        _sort=pl.when(repetee).then(pl.lit(sort)).otherwise("_sort"),
        _motif=pl.when(repetee).then(motif).otherwise("_motif"),
    )


def dater(triees: pl.DataFrame, colonne: str, periodes: dict[str, Periode]) -> pl.DataFrame:
    """The rows with `_periode`, `_date_reference`, `_est_date_deduite` read in a column of theirs.

    A kept row whose period cannot be read goes to quarantine.

    Args:
        periodes: text of the column → period; a text that is not there cannot be read.
    """
    connues = pl.DataFrame(
        [(lue, *periode) for lue, periode in periodes.items()],
        schema={"_lue": pl.String, "_periode": pl.String, "_date_reference": pl.Date, "_est_date_deduite": pl.Boolean},
        orient="row",
    )
    datees = triees.with_columns(_lue=texte(colonne)).join(connues, on="_lue", how="left", maintain_order="left")
    illisible = (pl.col("_sort") == "retenue") & pl.col("_periode").is_null()
    motif = pl.format("période « {} » illisible dans la colonne " + colonne, "_lue")
    return datees.with_columns(
        _sort=pl.when(illisible).then(pl.lit("quarantaine")).otherwise("_sort"),
        _motif=pl.when(illisible).then(motif).otherwise("_motif"),
    ).drop("_lue")


def sans_modalite(triees: pl.DataFrame, retenues: pl.Expr) -> pl.DataFrame:
    """The rows of a file that holds one figure per row: those that feed no declared variable are excluded."""
    inutile = (pl.col("_sort") == "retenue") & ~retenues
    return triees.with_columns(
        _sort=pl.when(inutile).then(pl.lit("exclue")).otherwise("_sort"),
        _motif=pl.when(inutile).then(pl.lit(MODALITE)).otherwise("_motif"),
    )
