"""Codes of territories: which text is a code of the declared type, and which can be repaired without a doubt.

Belongs here: the shape of each type of code, the lost leading zero, numbers read as decimals.
Does not belong here: whether the territory exists (dbt, against the official lists), rows to set aside (normalise).
"""

from __future__ import annotations

import polars as pl

# sources.md §0.4; communes and départements keep 2A and 2B, three digits are overseas départements.
FORMES = {
    "qpv2015": r"^QP(?:\d{6}|02[AB]\d{3})$",
    "qpv2024": r"^QN(?:\d{3}|02[AB])\d{2}[MINC]$",
    "commune": r"^(?:\d{5}|2[AB]\d{3})$",
    "epci": r"^\d{9}$",
    "departement": r"^(?:0[1-9]|1\d|2[1-9AB]|[3-8]\d|9[0-5]|9[6-8]\d)$",
    "region": r"^\d{2}$",
    "france": r"^(?:FRM|FRHM|FR)$",
    "iris": r"^(?:\d{9}|2[AB]\d{7})$",
    "contrat": r"^(?:CV\d{3}|CN(?:\d{3}|02[AB])\d{2}[MINC])$",
    "zone_emploi": r"^\d{4}$",
    "identifiant": r"^\S.*$",
    "ligne": r"^\d+$",
}
# Length of the text once only the leading zero is missing: 1053 can only be 01053, but 105 could be anything.
SANS_ZERO = {
    "commune": r"^[1-9]\d{3}$",
    "departement": r"^[1-9]$",
    "region": r"^[1-9]$",
    "iris": r"^[1-9]\d{7}$",
    "zone_emploi": r"^[1-9]\d{2}$",
}


def code(cellule: pl.Expr, type_de_code: str) -> pl.Expr:
    """The official code as text, or null when the cell holds none.

    `14.0` is read as `14`, lower case letters are raised, one lost leading zero is put back (`1053` → `01053`).
    """
    if type_de_code == "aucun":
        return pl.lit("")
    if type_de_code in ("identifiant", "ligne"):
        return pl.when(cellule.str.contains(FORMES[type_de_code])).then(cellule)
    majuscule = cellule.str.to_uppercase()
    entier = majuscule.str.replace(r"^(\d+)\.0+$", "$1")
    if type_de_code in SANS_ZERO:
        entier = pl.when(entier.str.contains(SANS_ZERO[type_de_code])).then("0" + entier).otherwise(entier)
    return pl.when(entier.str.contains(FORMES[type_de_code])).then(entier)
