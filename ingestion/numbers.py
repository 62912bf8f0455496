"""Published text to numbers, by expressions over whole columns.

Belongs here: thousands marks, decimal marks, minus signs, what is not a number, default bounds by type.
Does not belong here: suppression marks and empty cells (normalise), units (catalogue).
"""

from __future__ import annotations

import polars as pl

from ingestion.frames import BLANCS

MILLIERS = " \u00a0\u202f\u2009"
# A thousands mark stands before groups of three digits only: « 12 34 » is not a number but two cells run together.
NOMBRE = (
    rf"^[+-]?(?:[0-9]{{1,3}}(?:[{MILLIERS}][0-9]{{3}})+|[0-9]+)(?:[.,][0-9]*)?(?:[eE][+-]?[0-9]+)?$|^[+-]?[.,][0-9]+$"
)
# A lone decimal mark is a missing value (Filosofi 2021, column of the precision).
VIDES = ["", ",", "."]
BORNES: dict[str, tuple[float | None, float | None]] = {
    "effectif": (0.0, None),
    "taux": (0.0, 100.0),
    "rapport": (0.0, None),
    "euros": (None, None),
    "evolution": (None, None),
    "nombre": (None, None),
}


def texte(colonne: str) -> pl.Expr:
    """The cell without the blanks around it."""
    return pl.col(colonne).str.strip_chars(BLANCS)


def est_vide(cellule: pl.Expr) -> pl.Expr:
    """True for an empty cell and for a lone decimal mark."""
    return cellule.is_in(VIDES)


def nombre(cellule: pl.Expr) -> pl.Expr:
    """Float64, or null when the text is not a finite number (`NaN`, `inf`, `1e400`, `1.234,5`, words).

    Accepted: U+0020, U+00A0, U+2009, U+202F between groups of three digits, `,` or `.` before the decimals, `-` or
    U+2212 before the number (sources.md §2.1).
    """
    propre = cellule.str.replace_all("\u2212", "-", literal=True)
    chiffres = propre.str.replace_all(f"[{MILLIERS}]", "").str.replace(",", ".", literal=True)
    lu = pl.when(propre.str.contains(NOMBRE)).then(chiffres).cast(pl.Float64, strict=False)
    return pl.when(lu.is_finite()).then(lu)


def hors_bornes(valeur: pl.Expr, bas: pl.Expr, haut: pl.Expr) -> pl.Expr:
    """True when a number lies outside the bounds, both included (null: no bound)."""
    return (valeur < bas).fill_null(False) | (valeur > haut).fill_null(False)
