"""Rows of one small table of a release as typed objects, for one code.

Belongs here: the equality query, the table that an older release does not have.
Does not belong here: the large tables and the sheet itself (fiche), the connection (lecture).
"""

from __future__ import annotations

from typing import TypeVar

from publication.sheets.lecture import Release
from publication.sheets.modele import depuis

T = TypeVar("T")


def lignes(release: Release, table: str, classe: type[T], cle: str, code: str) -> list[T]:
    """Rows whose `cle` is `code`, in the order of the table; none when the release does not have the table.

    Args:
        table, cle: written in the code, never read from an address.
    """
    if table not in release.tables or table in release.tables_vides:
        return []
    return [
        depuis(classe, ligne)
        for ligne in release.lire(f"select * from {{{table}}} where {cle} = ? order by all", [code])
    ]


def toutes(release: Release, table: str, classe: type[T]) -> list[T]:
    """Every row of a small table."""
    if table not in release.tables or table in release.tables_vides:
        return []
    return [depuis(classe, ligne) for ligne in release.lire(f"select * from {{{table}}} order by all")]
