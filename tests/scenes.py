"""Scenes that tests of a whole refresh share: a copied folder, a renamed column, a vintage taken out of the cards.

Belongs here: preparing what a refresh starts from, comparing two releases row by row.
Does not belong here: running a refresh, assertions.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import duckdb
import yaml

# The refresh lock, dbt's files and the log are written in place: sharing them would touch the original.
PROPRES_A_UN_DOSSIER = ("rafraichissement.verrou", "entrepot", "dbt", "journaux")


def copier_donnees(donnees: Path, copie: Path) -> Path:
    """A data folder that shares the bytes of another: every file is replaced, never written in place."""
    shutil.copytree(
        donnees, copie, copy_function=os.link, symlinks=True, ignore=shutil.ignore_patterns(*PROPRES_A_UN_DOSSIER)
    )
    return copie


def renommer_colonne(fichier: Path, ancienne: str, nouvelle: str, separateur: str = ";") -> None:
    """Rename a column in the header of a copied csv file, and nothing else."""
    entete, reste = fichier.read_bytes().split(b"\n", 1)
    colonnes = entete.decode("utf-8").rstrip("\r").split(separateur)
    assert ancienne in colonnes, f"{fichier}: no column {ancienne} among {colonnes}"
    renommees = separateur.join(nouvelle if colonne == ancienne else colonne for colonne in colonnes)
    fichier.chmod(0o644)
    fichier.write_bytes(renommees.encode("utf-8") + (b"\r\n" if entete.endswith(b"\r") else b"\n") + reste)


def retirer_millesime(catalogue: Path, copie: Path, jeu: str, millesime: str) -> Path:
    """A copy of the cards without one vintage of one dataset."""
    shutil.copytree(catalogue, copie)
    (chemin,) = [p for p in (copie / "sources").rglob("*.yml") if f"jeu: {jeu}\n" in p.read_text(encoding="utf-8")]
    fiches: dict[str, Any] = yaml.load(chemin.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    carte = next(carte for carte in fiches["jeux"] if carte["jeu"] == jeu)
    restants = [m for m in carte["millesimes"] if m["millesime"] != millesime]
    assert len(restants) == len(carte["millesimes"]) - 1
    carte["millesimes"] = restants
    carte["controles"] = [c for c in carte.get("controles", []) if c["millesime"] != millesime]
    chemin.write_text(yaml.dump(fiches, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return copie


def lignes_en_plus(release: Path, autre: Path, table: str) -> list[tuple[Any, ...]]:
    """Rows of a table of `release`, every column compared, that `autre` does not have."""
    requete = (
        f"select * from '{release}/tables/{table}.parquet' except all select * from '{autre}/tables/{table}.parquet'"
    )
    return duckdb.sql(requete).fetchall()


def empreinte(release: Path) -> str:
    """Digest of the content in a release's identifier, whose other half is the UTC day it was first published."""
    return release.name.split("-")[1]


def compter(release: Path, table: str, condition: str = "true") -> int:
    """Number of rows of a table of a release."""
    ligne = duckdb.sql(f"select count(*) from '{release}/tables/{table}.parquet' where {condition}").fetchone()
    assert ligne is not None
    return int(ligne[0])
