"""The PostgreSQL lane: load the Parquet files, build the models with dbt-postgres, read the marts back.

Belongs here: types, COPY in both directions.
Does not belong here: the server (serveur_postgres), SQL of the models.
"""

from __future__ import annotations

import io
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from benchmarks.voies.couches import TableSource, fichiers, tables_sources
from benchmarks.voies.dbt import DBT, SCHEMA, Mart, lancer, marts
from benchmarks.voies.serveur_postgres import PORT, Serveur, serveur

if TYPE_CHECKING:
    import psycopg2.extensions

LOT = 65_536
TYPES = {
    pa.string(): "text",
    pa.large_string(): "text",
    pa.bool_(): "boolean",
    pa.int16(): "smallint",
    pa.int32(): "integer",
    pa.int64(): "bigint",
    pa.float64(): "double precision",
    pa.date32(): "date",
    pa.large_binary(): "text",
}


def construire(donnees: Path, travail: Path, temoin: Path) -> tuple[Path, dict[str, float]]:
    """Build the models on a private PostgreSQL server.

    Args:
        temoin: the marts of DuckDB; their schemas give the types under which PostgreSQL's are read back.
    Returns:
        the folder of the marts, one `<table>.parquet` each; seconds of each step.
    """

    import psycopg2

    sortie = travail / "marts"
    sortie.mkdir(parents=True)
    with serveur() as hote:
        instants = [time.perf_counter()]
        connexion = psycopg2.connect(host=str(hote.socket), port=PORT, user=hote.utilisateur, dbname="postgres")
        with connexion:
            for table in tables_sources(DBT, donnees):
                charger(connexion, table)
        with connexion, connexion.cursor() as curseur:
            curseur.execute("analyze")
        instants.append(time.perf_counter())
        dbt_s = lancer("postgres", travail, variables(hote) | {"OBSERVATOIRE_DATA": str(donnees)})
        instants.append(time.perf_counter())
        with connexion:
            for mart in marts():
                relire(connexion, mart, pq.read_schema(temoin / f"{mart.table}.parquet"), sortie)
        connexion.close()
    return sortie, {"chargement": instants[1] - instants[0], "dbt": dbt_s}


def variables(hote: Serveur) -> dict[str, str]:
    """What the target `postgres` of dbt_project/profiles.yml reads."""
    return {"OBSERVATOIRE_POSTGRES_HOTE": str(hote.socket), "OBSERVATOIRE_POSTGRES_UTILISATEUR": hote.utilisateur}


def charger(connexion: psycopg2.extensions.connection, table: TableSource) -> None:
    """Create a table of a source and copy its Parquet files into it, batch by batch."""
    chemins = fichiers(table)
    schema = pq.read_schema(chemins[0])
    colonnes = ", ".join(f'"{champ.name}" {TYPES[champ.type]}' for champ in schema)
    with connexion.cursor() as curseur:
        curseur.execute(f"create schema if not exists {table.schema}")
        curseur.execute(f"create table {table.schema}.{table.nom} ({colonnes})")
        for chemin in chemins:
            for lot in pq.ParquetFile(chemin).iter_batches(LOT, columns=schema.names):
                copie = f"copy {table.schema}.{table.nom} from stdin (format csv)"
                curseur.copy_expert(copie, io.BytesIO(_en_csv(lot)))


def _en_csv(lot: pa.RecordBatch) -> bytes:
    """Every present value between quotes, so that an empty text is not taken for an absent one; bytes in hexadecimal."""
    colonnes = [_texte(colonne) if pa.types.is_large_binary(colonne.type) else colonne for colonne in lot.columns]
    sortie = io.BytesIO()
    options = pa_csv.WriteOptions(include_header=False, quoting_style="all_valid")
    pa_csv.write_csv(pa.record_batch(colonnes, names=lot.schema.names), sortie, options)
    return sortie.getvalue()


def _texte(colonne: pa.Array) -> pa.Array:
    return pa.array([None if octets is None else octets.hex() for octets in colonne.to_pylist()], pa.string())


def relire(connexion: psycopg2.extensions.connection, mart: Mart, schema: pa.Schema, sortie: Path) -> None:
    """Write a mart of PostgreSQL as Parquet, its columns under the types that DuckDB gave them."""
    brut = sortie / f"{mart.table}.csv"
    with brut.open("wb") as flux, connexion.cursor() as curseur:
        curseur.copy_expert(f"copy {SCHEMA}.{mart.table} to stdout (format csv, header)", flux)
    lecture = pa_csv.open_csv(
        brut,
        parse_options=pa_csv.ParseOptions(newlines_in_values=True),
        convert_options=pa_csv.ConvertOptions(
            column_types={champ.name: champ.type for champ in schema},
            null_values=[""],
            true_values=["t"],
            false_values=["f"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    with pq.ParquetWriter(sortie / f"{mart.table}.parquet", lecture.schema) as ecrivain:
        for lot in lecture:
            ecrivain.write_batch(lot)
    brut.unlink()
