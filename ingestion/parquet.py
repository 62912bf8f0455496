"""Where the layers of a file are on the disk, and how they are written.

Belongs here: paths of the raw and typed layers, atomic writing, what is no longer declared.
Does not belong here: what the layers hold (read, normalise), the published bytes (archive) and the lock (lock).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from ingestion.catalogue import Fichier, Jeu, Millesime

# The writer keeps the description of every group of every column until the file is closed: one group for the cells of a batch.
LIGNES_PAR_GROUPE = 524_288
# Level 3 gives files that are no smaller (1 % larger on synthetic places), for a quarter more time.
NIVEAU_ZSTD = 1
SOMMES = ".sha256"
NATURES = ("cellules", "quarantaine", "lignes")


def chemin_brut(donnees: Path, jeu: Jeu, millesime: Millesime, fichier: Fichier) -> Path:
    """`<data>/raw/<producteur>/<jeu>/<millesime>/<fichier>.parquet`."""
    return donnees / "raw" / jeu.dossier / millesime.millesime / f"{fichier.nom}.parquet"


def chemin_type(donnees: Path, jeu: Jeu, millesime: Millesime, fichier: Fichier, nature: str) -> Path:
    """`<data>/normalise/<producteur>/<jeu>/<millesime>/<fichier>.<nature>.parquet`."""
    return donnees / "normalise" / jeu.dossier / millesime.millesime / f"{fichier.nom}.{nature}.parquet"


def chemin_sommes(donnees: Path, jeu: Jeu, millesime: Millesime, fichier: Fichier) -> Path:
    """`<data>/normalise/<producteur>/<jeu>/<millesime>/<fichier>.sha256`: checksums of the layers of a file."""
    return donnees / "normalise" / jeu.dossier / millesime.millesime / f"{fichier.nom}{SOMMES}"


def ecrire_ensemble(
    tables: dict[Path, pl.DataFrame], mention: dict[str, str] | None = None, sommes: Path | None = None
) -> None:
    """Writes several Parquet files that belong together (`ouvrir_ensemble`), each in one batch."""
    with ouvrir_ensemble(list(tables), mention, sommes) as ensemble:
        ensemble.ajouter(list(tables.values()))


class Ensemble:
    """Parquet files that belong together, written batch by batch beside their places; made by `ouvrir_ensemble`.

    A file of one batch and a file of several hold the same rows; a row group never goes over two batches.
    """

    def __init__(self, chemins: list[Path]) -> None:
        self.a_cote = {chemin: chemin.with_name(f".{chemin.name}.partiel") for chemin in chemins}
        self._redacteurs: dict[Path, Any] = {}
        self._constantes: dict[Path, list[str]] = {}

    def ajouter(self, tables: list[pl.DataFrame]) -> None:
        """One more batch of each file, in the order of the paths; the columns are those of the first batch."""
        import pyarrow.parquet as pq

        for (chemin, temporaire), table in zip(self.a_cote.items(), tables, strict=True):
            if chemin in self._redacteurs and table.is_empty():
                continue
            if chemin not in self._constantes:
                self._constantes[chemin] = _constantes(table)
            lot = _en_arrow(table, self._constantes[chemin])
            if chemin not in self._redacteurs:
                temporaire.parent.mkdir(parents=True, exist_ok=True)
                self._redacteurs[chemin] = pq.ParquetWriter(
                    temporaire,
                    lot.schema,
                    compression="zstd",
                    compression_level=NIVEAU_ZSTD,
                    use_dictionary=_qui_se_repetent(table),
                    # The bounds of a text skip nothing where a group holds every variable, and take a quarter of the writing.
                    write_statistics=[nom for nom, genre in table.schema.items() if genre != pl.String],
                    # A reader finds text, whether a column went through a dictionary or not.
                    store_schema=False,
                )
            # A fixed size of row groups: the default follows the machine, and the bytes with it.
            self._redacteurs[chemin].write_table(lot, row_group_size=LIGNES_PAR_GROUPE)

    def fermer(self, mention: Mapping[str, str] | None = None) -> None:
        """Ends the files, the last one with `mention`; twice does no harm."""
        for chemin, redacteur in self._redacteurs.items():
            if mention and chemin == list(self.a_cote)[-1]:
                redacteur.add_key_value_metadata(dict(mention))
            redacteur.close()
        self._redacteurs = {}


@contextmanager
def ouvrir_ensemble(
    chemins: list[Path], mention: Mapping[str, str] | None = None, sommes: Path | None = None
) -> Iterator[Ensemble]:
    """Files that belong together: zstd, same bytes for the same batches; nothing changes if the block fails.

    Everything is written beside before the first name changes; the last path is taken away first and put back last,
    so that its presence says that the others go with it.

    Args:
        mention: what the last file says of the whole, read again by `mention_de`.
        sommes: where their checksums are written, read again by `abimes`: most single bits flipped in a Parquet file give
            other values and no error.
    """
    ensemble = Ensemble(chemins)
    try:
        yield ensemble
        ensemble.fermer(mention)
        for temporaire in ensemble.a_cote.values():
            with temporaire.open("rb") as flux:
                os.fsync(flux.fileno())
        chemins[-1].unlink(missing_ok=True)
        if sommes is not None:
            lignes = [f"{_somme(temporaire)}  {chemin.name}\n" for chemin, temporaire in ensemble.a_cote.items()]
            _ecrire_texte_a_cote(sommes, "".join(lignes)).replace(sommes)
        for chemin, temporaire in ensemble.a_cote.items():
            temporaire.replace(chemin)
    finally:
        ensemble.fermer()
        for temporaire in ensemble.a_cote.values():
            temporaire.unlink(missing_ok=True)


def abimes(sommes: Path, chemins: Iterable[Path]) -> list[Path]:
    """Those of `chemins` whose bytes are not the ones that were written; none is known where `sommes` is absent."""
    if not sommes.exists():
        return []
    lignes = sommes.read_text(encoding="utf-8", errors="replace").splitlines()
    attendues = {nom: somme for somme, _, nom in (ligne.partition("  ") for ligne in lignes)}
    return [chemin for chemin in chemins if _somme(chemin) != attendues.get(chemin.name)]


def _qui_se_repetent(table: pl.DataFrame) -> list[str]:
    """Columns worth a dictionary: at most half as many values as rows in the first batch.

    A dictionary of values that are all different is written for nothing: twice the time, a quarter more bytes.
    """
    if not table.height:
        return []
    distinctes = table.select(pl.all().approx_n_unique()).row(0)
    return [nom for nom, n in zip(table.columns, distinctes, strict=True) if 2 * n <= table.height]


def _constantes(table: pl.DataFrame) -> list[str]:
    """Columns of text that hold the same value in every row: name of the dataset, digest, level… of a file."""
    textes = [nom for nom, genre in table.schema.items() if genre == pl.String]
    if not (textes and table.height):
        return []
    une_seule = table.select((pl.col(nom) == pl.col(nom).first()).fill_null(False).all() for nom in textes).row(0)
    return [nom for nom, seule in zip(textes, une_seule, strict=True) if seule]


def _en_arrow(table: pl.DataFrame, dictionnaires: list[str]) -> Any:
    """The batch for the Parquet writer, where `dictionnaires` (constant in the first batch) are written as such.

    Written out, the same 64 characters for each of millions of cells are copied then hashed: four times the time.
    """
    import numpy as np
    import pyarrow as pa

    ancien = pl.CompatLevel.oldest()
    autres = table.drop(dictionnaires).to_arrow(compat_level=ancien)
    constantes = set(_constantes(table.select(dictionnaires)))
    indices = pa.array(np.zeros(table.height, dtype=np.int32))

    def colonne(nom: str) -> Any:
        if nom not in dictionnaires:
            return autres.column(nom)
        if nom in constantes:
            return pa.DictionaryArray.from_arrays(indices, pa.array([table[nom][0]], pa.large_string()))
        return table[nom].to_arrow(compat_level=ancien).dictionary_encode()

    return pa.table({nom: colonne(nom) for nom in table.columns})


def chemin_vide(donnees: Path, jeu: Jeu) -> Path:
    """The file of typed cells, without a row, that stands for a dataset of which no file was ever read.

    Its name does not begin with `_` or `.`: Spark takes such files for hidden ones, and would find no table there.
    """
    return donnees / "normalise" / jeu.dossier / "vide" / "vide.cellules.parquet"


def tenir_table_vide(donnees: Path, jeu: Jeu, schema: Mapping[str, Any] | None) -> None:
    """Writes `chemin_vide`, or takes it away when `schema` is None: the warehouse reads the whole folder of a dataset,
    and must find a table there, if only an empty one."""
    chemin = chemin_vide(donnees, jeu)
    if schema is None:
        chemin.unlink(missing_ok=True)
    elif not chemin.exists():
        ecrire_ensemble({chemin: pl.DataFrame(schema=schema)})


def mention_de(chemin: Path) -> dict[str, str]:
    """What `ecrire_ensemble` wrote beside the rows of a file; empty when the file is absent or unreadable."""
    try:
        return dict(pl.read_parquet_metadata(chemin))
    except (FileNotFoundError, pl.exceptions.PolarsError):
        return {}


def retirer_non_declares(donnees: Path, jeux: Iterable[Jeu]) -> list[Path]:
    """Removes the layers of files that no card declares any more, and what an interrupted run left.

    The archive is never touched: a vintage put back is read again from there.
    """
    declares = {
        chemin
        for jeu in jeux
        for millesime in jeu.millesimes
        for fichier in millesime.fichiers
        for chemin in (
            chemin_vide(donnees, jeu),
            chemin_brut(donnees, jeu, millesime, fichier),
            chemin_sommes(donnees, jeu, millesime, fichier),
            *(chemin_type(donnees, jeu, millesime, fichier, nature) for nature in NATURES),
        )
    }
    presents = [p for couche in ("raw", "normalise") for p in (donnees / couche).rglob("*") if p.is_file()]
    retires = sorted(p for p in presents if p not in declares)
    for chemin in retires:
        chemin.unlink()
    return [chemin for chemin in retires if chemin.suffix != SOMMES]


def _ecrire_texte_a_cote(chemin: Path, texte: str) -> Path:
    temporaire = chemin.with_name(f".{chemin.name}.partiel")
    with temporaire.open("w", encoding="utf-8", newline="\n") as flux:
        flux.write(texte)
        flux.flush()
        os.fsync(flux.fileno())
    return temporaire


def _somme(chemin: Path) -> str:
    with chemin.open("rb") as flux:
        return hashlib.file_digest(flux, "sha256").hexdigest()
