"""Rows of the small tables of a release as typed objects, for one code.

Belongs here: reading a small table once and finding its rows by a code, the table that an older release does not have.
Does not belong here: the large tables and the sheet itself (fiche), the connection (lecture).
"""

from __future__ import annotations

from typing import Any, TypeVar

from publication.sheets.lecture import Release
from publication.sheets.modele import depuis

T = TypeVar("T")


def lignes(release: Release, table: str, classe: type[T], cle: str, code: str) -> list[T]:
    """Rows whose `cle` is `code`, in the order of the table; none when the release does not have the table.

    Args:
        table, cle: written in the code, never read from an address.
    """
    return list(index(release, table, classe, cle).get(code, []))


def index(release: Release, table: str, classe: type[T], cle: str) -> dict[str, list[T]]:
    """Code → rows of a small table, read once and kept with the release."""
    nom = (table, classe, cle)
    if nom not in release.memoire:
        par_code: dict[str, list[T]] = {}
        for ligne in _lignes(release, table):
            par_code.setdefault(ligne[cle], []).append(depuis(classe, ligne))
        release.memoire[nom] = par_code
    trouve: dict[str, list[T]] = release.memoire[nom]
    return trouve


def toutes(release: Release, table: str, classe: type[T]) -> list[T]:
    """Every row of a small table."""
    return [depuis(classe, ligne) for ligne in _lignes(release, table)]


def _lignes(release: Release, table: str) -> list[dict[str, Any]]:
    if table not in release.tables or table in release.tables_vides:
        return []
    return release.lire(f"select * from {{{table}}} order by all")
