"""Marts of the warehouse → `tables/<table>.parquet`.

Belongs here: finding the marts, streaming their sorted rows within a memory limit, opening DuckDB for publication.
Does not belong here: how a Parquet file is laid out (parquet), contours (geo), checks on what was written (admission).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from publication.contract import CLES, PREFIXES, TABLES_DE_PUBLICATION, ErreurPublication
from publication.parquet import LIGNES_PAR_GROUPE, ecrire_parquet, schema_publie

# 3 M gaps of 22 columns: 346 MB of peak memory and 3.1 s with 200 MB, 850 MB and 2.2 s without a limit (2 cores).
LIMITE_MEMOIRE = "200MB"


@dataclass(frozen=True)
class TableExtraite:
    """One file of `tables/` or `geo/`: path relative to the release, published schema, key, rows."""

    nom: str
    chemin: str
    schema: pa.Schema
    cle: tuple[str, ...]
    lignes: int


@contextmanager
def duckdb_borne(chemin: Path | None, temporaire: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB that spills to `temporaire` instead of growing; `chemin` is opened read-only, None is in memory."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": LIMITE_MEMOIRE,
        "temp_directory": str(temporaire),
        "threads": "2",
        "preserve_insertion_order": "false",
        "autoinstall_known_extensions": "false",
    }
    connexion = duckdb.connect(str(chemin or ":memory:"), read_only=chemin is not None, config=config)
    try:
        yield connexion
    finally:
        connexion.close()


@contextmanager
def ouvrir_entrepot(entrepot: Path, temporaire: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a finished warehouse for reading.

    Raises:
        ErreurPublication: the file is absent, unreadable, or was left by a build that did not end.
    """
    if not entrepot.is_file():
        raise ErreurPublication(
            f"Entrepôt {entrepot} introuvable : indiquez le fichier .duckdb écrit par la dernière construction dbt."
        )
    journal = entrepot.with_name(entrepot.name + ".wal")
    if journal.exists() and journal.stat().st_size:
        raise ErreurPublication(
            f"Le journal {journal} accompagne l'entrepôt : sa construction n'est pas terminée ou a été interrompue. "
            "Reconstruisez-le dans un nouveau fichier."
        )
    try:
        with duckdb_borne(entrepot, temporaire) as connexion:
            yield connexion
    except duckdb.IOException as erreur:
        raise ErreurPublication(f"Entrepôt {entrepot} illisible ou disque plein : {erreur}") from erreur


def trouver_marts(connexion: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Published table → quoted name of its mart.

    Raises:
        ErreurPublication: a table of the contract has no mart, or a mart is in no contract.
    """
    lignes = connexion.execute(
        "select table_schema, table_name from information_schema.tables order by table_schema, table_name"
    ).fetchall()
    marts: dict[str, str] = {}
    refus = []
    for schema, nom in lignes:
        table = next((nom[len(prefixe) :] for prefixe in PREFIXES if nom.startswith(prefixe)), None)
        if table is None or table in TABLES_DE_PUBLICATION:
            continue
        if table in marts:
            refus.append(
                f"Table {table} : deux modèles la produisent, {marts[table]} et {schema}.{nom} ; gardez-en un."
            )
        if table not in CLES:
            refus.append(
                f"Modèle {nom} : la table {table} n'a pas de clé déclarée ; ajoutez-la à publication/contract.py "
                "ou renommez le modèle s'il n'est pas publié."
            )
        marts[table] = f"{_cite(schema)}.{_cite(nom)}"
    refus += [
        f"Table {table} : ni dim_{table} ni fct_{table} dans l'entrepôt ; chaque table du contrat existe, vide au besoin."
        for table in sorted(set(CLES) - set(marts) - set(TABLES_DE_PUBLICATION))
    ]
    if refus:
        raise ErreurPublication(*refus)
    return marts


def extraire(entrepot: Path, dossier: Path, temporaire: Path, *, est_demo: bool) -> dict[str, TableExtraite]:
    """Write every mart to `dossier/tables/`, sorted by its key.

    Args:
        dossier: the release under construction.
        temporaire: folder where sorts spill.
    Returns:
        table name → what was written.
    Raises:
        ErreurPublication: see `ouvrir_entrepot`, `trouver_marts`, `ecrire_parquet`.
    """
    (dossier / "tables").mkdir(parents=True, exist_ok=True)
    resultat = {}
    with ouvrir_entrepot(entrepot, temporaire) as connexion:
        for table, mart in sorted(trouver_marts(connexion).items()):
            resultat[table] = _extraire_table(connexion, table, mart, dossier, est_demo)
    return resultat


def _extraire_table(
    connexion: duckdb.DuckDBPyConnection, table: str, mart: str, dossier: Path, est_demo: bool
) -> TableExtraite:
    cle = CLES[table]
    colonnes = [ligne[0] for ligne in connexion.execute(f"describe {mart}").fetchall()]
    absentes = [colonne for colonne in cle if colonne not in colonnes]
    if absentes:
        raise ErreurPublication(
            f"Table {table} : la clé demande {', '.join(cle)}, le modèle ne donne pas {', '.join(absentes)} "
            f"(colonnes lues : {', '.join(colonnes)})."
        )
    ordre = ", ".join(f"{_cite(colonne)} nulls first" for colonne in cle)
    lecteur = connexion.execute(f"select * from {mart} order by {ordre}").to_arrow_reader(LIGNES_PAR_GROUPE)
    schema = schema_publie(table, lecteur.schema)
    chemin = f"tables/{table}.parquet"
    lignes = ecrire_parquet(dossier / chemin, lecteur, schema, cle, est_demo=est_demo)
    return TableExtraite(table, chemin, schema, cle, lignes)


def _cite(identifiant: str) -> str:
    return '"' + identifiant.replace('"', '""') + '"'
