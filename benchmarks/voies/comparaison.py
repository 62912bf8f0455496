"""Two builds of a mart, row for row.

Belongs here: what counts as a difference, and how it is said.
Does not belong here: how a mart was built or read from its engine.

Floating point is not associative and engines do not add in the same order: numbers within TOLERANCE of each other,
relatively to the larger one, are the same. Everything else is equal or different, absent values included.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from benchmarks.voies.dbt import Mart

TOLERANCE = 1e-9
MONTREES = 20


@dataclass(frozen=True)
class Constat:
    """What the comparison of one mart found; `differences` holds a sentence each, the first ones only."""

    table: str
    lignes: int
    nb_differences: int
    differences: list[str] = field(default_factory=list)


def comparer(temoin: Path, autre: Path, mart: Mart, voie: str) -> Constat:
    """Compare `<folder>/<table>.parquet` of DuckDB and of another engine.

    Returns:
        rows of DuckDB's mart, number of rows that differ, the first differences with key, column and both values.
    """
    with duckdb.connect() as connexion:
        connexion.execute("set memory_limit = '2GB'")
        connexion.execute(f"create view ici as from '{temoin / mart.table}.parquet'")
        connexion.execute(f"create view la as from '{autre / mart.table}.parquet'")
        colonnes = _types(connexion, "ici")
        autres = _types(connexion, "la")
        if list(colonnes) != list(autres):
            phrase = f"{mart.table} : colonnes {', '.join(colonnes)} avec DuckDB, {', '.join(autres)} avec {voie}."
            return Constat(mart.table, _compter(connexion, "ici"), 1, [phrase])
        _refuser_les_cles_repetees(connexion, mart, voie)
        return _constater(connexion, mart, colonnes, voie)


def _constater(connexion: duckdb.DuckDBPyConnection, mart: Mart, colonnes: dict[str, str], voie: str) -> Constat:
    """Join both sides on the key; a row differs when it is on one side only or when one of its columns does."""
    valeurs = [nom for nom in colonnes if nom not in mart.cle]
    jointure = " and ".join(f"ici.{nom} is not distinct from la.{nom}" for nom in mart.cle)
    ecarts = {nom: _ecart(nom, colonnes[nom]) for nom in valeurs}
    seules = "(ici.present is null) <> (la.present is null)"
    connexion.execute(
        f"create table differentes as select {', '.join(f'coalesce(ici.{n}, la.{n}) as cle_{n}' for n in mart.cle)}, "
        f"ici.present as present_ici, la.present as present_la"
        f"{''.join(f', ici.{n} as ici_{n}, la.{n} as la_{n}, {e} as ecart_{n}' for n, e in ecarts.items())} "
        f"from (select *, 1 as present from ici) as ici full join (select *, 1 as present from la) as la on {jointure} "
        f"where {' or '.join([seules, *ecarts.values()])}"
    )
    lu = connexion.execute(f"from differentes order by all limit {MONTREES}")
    noms = [colonne[0] for colonne in lu.description]
    phrases = [p for ligne in lu.fetchall() for p in _phrases(mart, valeurs, dict(zip(noms, ligne, strict=True)), voie)]
    return Constat(mart.table, _compter(connexion, "ici"), _compter(connexion, "differentes"), phrases)


def _ecart(nom: str, type_sql: str) -> str:
    if type_sql not in ("DOUBLE", "FLOAT"):
        return f"ici.{nom} is distinct from la.{nom}"
    return (
        f"(case when ici.{nom} is null or la.{nom} is null then ici.{nom} is distinct from la.{nom} "
        f"else abs(ici.{nom} - la.{nom}) > {TOLERANCE} * greatest(abs(ici.{nom}), abs(la.{nom})) end)"
    )


def _phrases(mart: Mart, valeurs: Sequence[str], ligne: dict[str, object], voie: str) -> list[str]:
    cle = ", ".join(f"{nom}={ligne[f'cle_{nom}']}" for nom in mart.cle)
    if ligne["present_la"] is None:
        return [f"{mart.table}, {cle} : présente avec DuckDB, absente avec {voie}."]
    if ligne["present_ici"] is None:
        return [f"{mart.table}, {cle} : absente avec DuckDB, présente avec {voie}."]
    return [
        f"{mart.table}, {cle}, colonne {nom} : {ligne[f'ici_{nom}']!r} avec DuckDB, {ligne[f'la_{nom}']!r} avec {voie}."
        for nom in valeurs
        if ligne[f"ecart_{nom}"]
    ]


def _refuser_les_cles_repetees(connexion: duckdb.DuckDBPyConnection, mart: Mart, voie: str) -> None:
    """A key that identifies two rows would pair them anyhow."""
    cle = ", ".join(mart.cle)
    for cote, nom in (("ici", "DuckDB"), ("la", voie)):
        repetee = connexion.execute(f"select {cle} from {cote} group by {cle} having count(*) > 1 limit 1").fetchone()
        if repetee is not None:
            raise ValueError(
                f"{mart.table}, {nom}: several rows have the key {dict(zip(mart.cle, repetee, strict=True))}"
            )


def _types(connexion: duckdb.DuckDBPyConnection, vue: str) -> dict[str, str]:
    return {ligne[0]: ligne[1] for ligne in connexion.execute(f"describe {vue}").fetchall()}


def _compter(connexion: duckdb.DuckDBPyConnection, relation: str) -> int:
    compte = connexion.execute(f"select count(*) from {relation}").fetchone()
    return int(compte[0]) if compte else 0
