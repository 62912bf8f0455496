"""Parquet files whose bytes depend on their rows alone.

Belongs here: writer options, row groups, refusal of a key that is empty or repeated and of numbers that are not numbers.
Does not belong here: where the rows come from (extracts, geo, quality, dictionary).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from publication.contract import MENTION_DEMO, VERSION_SCHEMA, ErreurPublication, type_de

# 65,536 rows: 46 groups for 3 M gaps, so that one quartier reads two of them, and 40 MB held while writing.
LIGNES_PAR_GROUPE = 65_536
OPTIONS = {
    "compression": "zstd",
    "compression_level": 6,
    "version": "2.6",
    "data_page_version": "1.0",
    "use_dictionary": True,
    "write_statistics": True,
    "store_schema": True,
}


def schema_publie(table: str, brut: pa.Schema) -> pa.Schema:
    """Schema under which `brut` is published.

    Raises:
        ErreurPublication: a column has a type that a release does not admit.
    """
    champs, refus = [], []
    for champ in brut:
        connu = type_de(champ.type)
        if connu is None:
            refus.append(
                f"Table {table}, colonne {champ.name} : type {champ.type} lu dans l'entrepôt, attendu texte, booléen, "
                "entier, nombre (double) ou date ; convertissez-la dans le modèle dbt."
            )
        else:
            champs.append(pa.field(champ.name, connu.arrow))
    if refus:
        raise ErreurPublication(*refus)
    return pa.schema(champs)


def ecrire_parquet(
    chemin: Path,
    lots: Iterable[pa.RecordBatch],
    schema: pa.Schema,
    cle: Sequence[str],
    *,
    est_demo: bool,
    metadonnees: dict[str, str] | None = None,
) -> int:
    """Write sorted batches to one Parquet file, one row group at a time.

    Args:
        lots: batches already sorted by `cle`; their sizes have no effect on the bytes written.
        metadonnees: key-value metadata of the file, in addition to the version of the schema.
    Returns:
        the number of rows.
    Raises:
        ErreurPublication: a key is empty or repeated, or a number is infinite or NaN.
    """
    annotations = {"version_schema": str(VERSION_SCHEMA), **(metadonnees or {})}
    if est_demo:
        annotations["avertissement"] = MENTION_DEMO
    schema = schema.with_metadata(annotations)
    garde = _Garde(chemin.stem, cle)
    lignes = 0
    with pq.ParquetWriter(chemin, schema, **OPTIONS) as fichier:
        for groupe in _groupes(lots, schema):
            garde.examiner(groupe)
            fichier.write_table(groupe, row_group_size=LIGNES_PAR_GROUPE)
            lignes += groupe.num_rows
    return lignes


def _groupes(lots: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.Table]:
    """Cut batches into tables of exactly LIGNES_PAR_GROUPE rows, each column in one chunk.

    Page boundaries follow chunk boundaries: without `combine_chunks` the bytes would depend on the batches received.
    """
    attente: list[pa.RecordBatch] = []
    en_attente = 0
    for lot in lots:
        while lot.num_rows:
            pris = lot.slice(0, LIGNES_PAR_GROUPE - en_attente)
            lot = lot.slice(pris.num_rows)
            attente.append(pris)
            en_attente += pris.num_rows
            if en_attente == LIGNES_PAR_GROUPE:
                yield _reunir(attente, schema)
                attente, en_attente = [], 0
    if attente:
        yield _reunir(attente, schema)


def _reunir(lots: list[pa.RecordBatch], schema: pa.Schema) -> pa.Table:
    """One chunk per column, and one zero: an engine writes −0.0 or 0.0 for the same difference, depending on its plan."""
    table = pa.Table.from_batches(lots).cast(schema).combine_chunks()
    for rang, champ in enumerate(schema):
        if pa.types.is_floating(champ.type):
            table = table.set_column(rang, champ, pc.add(table[champ.name], pa.scalar(0.0, champ.type)))
    return table


class _Garde:
    """Refuses what would make a table ambiguous or unreadable, row group after row group."""

    def __init__(self, table: str, cle: Sequence[str]) -> None:
        self.table = table
        self.cle = list(cle)
        self.derniere: pa.Table | None = None

    def examiner(self, groupe: pa.Table) -> None:
        self._nombres(groupe)
        for colonne in self.cle:
            if groupe[colonne].null_count:
                rang = pc.index(pc.is_null(groupe[colonne]), pa.scalar(True)).as_py()
                raise ErreurPublication(
                    f"Table {self.table} : la colonne {colonne} fait partie de la clé et elle est vide, par exemple pour "
                    f"{self._cle(groupe, rang)} ; corrigez le modèle dbt de cette table."
                )
        self._doublons(groupe)

    def _nombres(self, groupe: pa.Table) -> None:
        for champ in groupe.schema:
            if not pa.types.is_floating(champ.type):
                continue
            fini = pc.all(pc.is_finite(groupe[champ.name]), skip_nulls=True).as_py()
            if fini is False:
                rang = pc.index(pc.is_finite(groupe[champ.name]), pa.scalar(False)).as_py()
                raise ErreurPublication(
                    f"Table {self.table}, colonne {champ.name} : valeur infinie ou NaN pour {self._cle(groupe, rang)} ; "
                    "une valeur absente est vide et porte un statut."
                )

    def _doublons(self, groupe: pa.Table) -> None:
        cles = groupe.select(self.cle)
        if self.derniere is not None:
            cles = pa.concat_tables([self.derniere, cles]).combine_chunks()
        self.derniere = cles.slice(cles.num_rows - 1)
        egales: pa.ChunkedArray | None = None
        for colonne in self.cle:
            meme = pc.equal(cles[colonne].slice(1), cles[colonne].slice(0, cles.num_rows - 1))
            egales = meme if egales is None else pc.and_(egales, meme)
        if egales is not None and pc.any(egales).as_py():
            rang = pc.index(egales, pa.scalar(True)).as_py()
            raise ErreurPublication(
                f"Table {self.table} : la clé ({', '.join(self.cle)}) doit être unique, elle est répétée pour "
                f"{self._cle(cles, rang)} ; corrigez le modèle dbt de cette table."
            )

    def _cle(self, lignes: pa.Table, rang: int) -> str:
        return ", ".join(f"{colonne} = {lignes[colonne][rang].as_py()}" for colonne in self.cle)
