"""Periods as the cards write them, to a text that sorts and a reference date.

Belongs here: the forms of a period (contract.md) and the day each one means.
Does not belong here: which period a block holds (catalogue).
"""

from __future__ import annotations

import calendar
import re
from datetime import date
from typing import NamedTuple

from ingestion.catalogue import ErreurCatalogue


class Periode(NamedTuple):
    """`periode` as published by the observatory, its reference date (None: not established), deduced or not."""

    periode: str
    date_reference: date | None
    est_date_deduite: bool


def periode(declaree: str, jour_reference: str) -> Periode:
    """Reads a declared period; a final `*` marks a deduced date.

    `2018` means the reference day of its block; a quarter, a month and `2013_2018` (a change) mean their last day,
    the latter in the year of arrival; `2022-2023` (school year) means 1 September of its first year; `base-2022` has
    no established date.

    Raises:
        ErreurCatalogue: unknown form.
    """
    est_deduite, nom = declaree.endswith("*"), declaree.removesuffix("*")
    # SDMX writes quarters with a Q, other services without a hyphen.
    nom = re.sub(r"^(\d{4})-?[QT]([1-4])$", r"\1-T\2", nom)
    if nom.startswith("base-"):
        return Periode(nom, None, est_deduite)
    return Periode(nom, _date(nom, jour_reference), est_deduite)


def annee(declaree: str) -> str:
    """Year of a declared period, for `{aaaa}` and `{aa}` in the names of columns: that of arrival for a change."""
    annees = re.findall(r"(?<!\d)\d{4}(?!\d)", declaree)
    if not annees:
        raise ErreurCatalogue(f"period « {declaree} »: no year in it, so `{{aa}}` cannot be replaced in a column name")
    return str(annees[1] if "_" in declaree else annees[0])


def _date(nom: str, jour_reference: str) -> date:
    if m := re.fullmatch(r"(?:\d{4}_)?(\d{4})", nom):
        return date.fromisoformat(f"{m[1]}-{jour_reference}")
    if m := re.fullmatch(r"(\d{4})-T([1-4])", nom):
        return _fin_de_mois(int(m[1]), 3 * int(m[2]))
    if m := re.fullmatch(r"(\d{4})-(\d{4})", nom):
        return date(int(m[1]), 9, 1)
    if m := re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", nom):
        return _fin_de_mois(int(m[1]), int(m[2]))
    try:
        return date.fromisoformat(nom)
    except ValueError as erreur:
        raise ErreurCatalogue(
            f"period « {nom} »: expected 2018, 2021-T4, 2022-07, 2021-12-31, 2022-2023, 2013_2018 or base-2022"
        ) from erreur


def _fin_de_mois(an: int, mois: int) -> date:
    return date(an, mois, calendar.monthrange(an, mois)[1])
