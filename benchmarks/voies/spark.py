"""The Spark lane: the Parquet files as views, the models built with dbt-spark, the marts read back.

Belongs here: the session, what kills one of its executors in the middle of a run.
Does not belong here: SQL of the models, what the session method of dbt-spark does with the session.

`local-cluster[2,1,1024]`: two executors of one core and 1,024 MB, each a process of its own that the driver talks to over
sockets and that writes its own shuffle files, as on a cluster; `local[2]` would be threads of the driver.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from benchmarks.voies.couches import tables_sources
from benchmarks.voies.dbt import DBT, SCHEMA, Mart, arguments, marts

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

MAITRE = "local-cluster[2,1,1024]"
# During this model an executor is killed: by then two thirds of the tables are written, and it joins large ones.
MODELE_FRAPPE = "int_valeurs__classees"
DELAI_DU_COUP_S = 0.5


def construire(
    donnees: Path, travail: Path, temoin: Path, *, tuer: bool = False
) -> tuple[Path, dict[str, float], list[str]]:
    """Build the models on Spark.

    Args:
        temoin: the marts of DuckDB; their schemas give the types of the columns under comparison.
        tuer: SIGKILL one executor while `MODELE_FRAPPE` is being built.
    Returns:
        the folder of the marts; seconds of each step; one sentence per executor that was killed.
    Raises:
        RuntimeError: a model failed, or no executor was killed although it was asked for.
    """
    sortie = travail / "marts"
    sortie.mkdir(parents=True)
    debut = time.perf_counter()
    with session(travail) as spark:
        _declarer(spark, donnees)
        instants = [time.perf_counter()]
        coup = Coup(spark) if tuer else None
        lancer(travail, donnees, coup)
        instants.append(time.perf_counter())
        for mart in marts():
            relire(travail, mart, pq.read_schema(temoin / f"{mart.table}.parquet"), sortie)
        frappes = coup.verifier() if coup else []
    return sortie, {"demarrage": instants[0] - debut, "dbt": instants[1] - instants[0]}, frappes


@contextmanager
def session(travail: Path) -> Iterator[SparkSession]:
    """A session whose catalogue, tables and scratch files are under `travail`; its processes have ended afterwards."""
    from pyspark.sql import SparkSession

    reglages = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "2g",
        "spark.local.dir": str(travail / "local"),
        "spark.sql.warehouse.dir": str(travail / "entrepot"),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.shuffle.partitions": "4",
        # A table of 10 MB on the disk, the default, takes hundreds in an executor that has 1 GB for everything: joins of
        # several such tables filled it and never ended.
        "spark.sql.autoBroadcastJoinThreshold": "1m",
        "spark.buffer.pageSize": "1m",
        # Hundreds of files of a few kB: several per task, instead of a task each.
        "spark.sql.files.openCostInBytes": "65536",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.log.level": "ERROR",
    }
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    os.environ["SPARK_WORKER_DIR"] = str(travail / "travaux")
    constructeur = SparkSession.builder.master(MAITRE).appName("observatoire")
    for nom, valeur in reglages.items():
        constructeur = constructeur.config(nom, valeur)
    spark = constructeur.getOrCreate()
    passerelle: Any = spark.sparkContext._gateway
    try:
        yield spark
    finally:
        spark.stop()
        passerelle.shutdown()
        passerelle.proc.stdin.close()
        passerelle.proc.wait(30)


def _declarer(spark: SparkSession, donnees: Path) -> None:
    """Each source of the dbt project as a view on its Parquet files: Spark reads them where they are."""
    for table in tables_sources(DBT, donnees):
        spark.sql(f"create schema if not exists {table.schema}")
        spark.sql(f"create or replace view {table.schema}.{table.nom} as select * from parquet.`{table.motif}`")


def lancer(travail: Path, donnees: Path, coup: Coup | None) -> None:
    """`dbt run` in this process, where the session lives."""
    from dbt.cli.main import dbtRunner

    os.environ |= {"OBSERVATOIRE_DATA": str(donnees), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    rappels: list[Callable[[Any], None]] = [coup.voir] if coup else []
    resultat: Any = dbtRunner(callbacks=rappels).invoke(
        ["--log-level", "none", "--log-level-file", "info", *arguments("spark", travail)]
    )
    if resultat.exception is not None:
        raise RuntimeError(f"dbt run --target spark: {resultat.exception}")
    echecs = [
        f"{r.node.name}: {r.message}" for r in resultat.result.results if str(r.status) not in ("success", "skipped")
    ]
    if echecs or not resultat.success:
        raise RuntimeError("dbt run --target spark:\n" + "\n".join(echecs))


def relire(travail: Path, mart: Mart, schema: pa.Schema, sortie: Path) -> None:
    """Gather the part files of a mart, its columns under the types that DuckDB gave them."""
    parties = ds.dataset(travail / "entrepot" / f"{SCHEMA}.db" / mart.table, format="parquet")
    table = parties.to_table()
    vise = (
        pa.schema([schema.field(nom) for nom in table.schema.names])
        if set(table.schema.names) == set(schema.names)
        else None
    )
    pq.write_table(table.cast(vise) if vise else table, sortie / f"{mart.table}.parquet")


class Coup:
    """SIGKILL to one executor while a model is being built; Spark must notice, replace it and give the same answer."""

    def __init__(self, spark: SparkSession) -> None:
        passerelle: Any = spark.sparkContext._gateway
        self._pilote = int(passerelle.proc.pid)
        self._avant = executeurs(self._pilote)
        self._fil: threading.Timer | None = None
        self._tue: int | None = None

    def voir(self, evenement: Any) -> None:
        """Callback of dbt: the blow falls shortly after the model began."""
        if evenement.info.name == "NodeStart" and evenement.data.node_info.node_name == MODELE_FRAPPE and not self._fil:
            self._fil = threading.Timer(DELAI_DU_COUP_S, self._frapper)
            self._fil.start()

    def _frapper(self) -> None:
        victime = executeurs(self._pilote)[0]
        os.kill(victime, signal.SIGKILL)
        self._tue = victime

    def verifier(self) -> list[str]:
        """One sentence on the executor that was killed and the one that replaced it.

        Raises:
            RuntimeError: nothing was killed, or nothing replaced it.
        """
        apres = executeurs(self._pilote)
        nouveaux = sorted(set(apres) - set(self._avant))
        if self._tue is None or self._tue in apres or not nouveaux:
            raise RuntimeError(
                f"an executor had to be killed and replaced: before {self._avant}, killed {self._tue}, after {apres}"
            )
        return [f"executor {self._tue} killed while {MODELE_FRAPPE} was being built, replaced by {nouveaux[0]}"]


def executeurs(pilote: int) -> list[int]:
    """Process ids of the executors that a driver started, oldest first."""
    trouves = []
    for dossier in Path("/proc").glob("[0-9]*"):
        with suppress(FileNotFoundError, ProcessLookupError):
            commande = (dossier / "cmdline").read_bytes()
            parent = int((dossier / "stat").read_text().rsplit(") ", 1)[1].split()[1])
            if parent == pilote and b"CoarseGrainedExecutorBackend" in commande:
                trouves.append(int(dossier.name))
    return sorted(trouves)
