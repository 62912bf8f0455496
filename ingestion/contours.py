"""Contours between the disk and the spatial calculations: raw layers in, `<data>/spatial` out.

Belongs here: which layers of contours are read, the column of their code, the files written for dbt.
Does not belong here: geometry (spatial), reading published files (read).
"""

from __future__ import annotations

import io
from pathlib import Path

import polars as pl

from ingestion.archive import ecrire_atomique
from ingestion.catalogue import Catalogue, Fichier, Jeu, Millesime
from ingestion.codes import code
from ingestion.spatial import SCHEMAS, Couche, Spatial, construire

ZONAGES = {"2015": "qpv2015", "2024": "qpv2024"}


def calculer(catalogue: Catalogue, donnees: Path) -> Spatial:
    """Read the layers under `<donnees>/raw`, compute and write `<donnees>/spatial`; returns what was written."""
    spatial = construire(lire_couches(catalogue, donnees))
    ecrire(spatial, donnees)
    return spatial


def lire_couches(catalogue: Catalogue, donnees: Path) -> list[Couche]:
    """The layers of contours under `<donnees>/raw`, in the order of the cards.

    Only the latest vintage present of a dataset is read: an edition of the contours replaces the one before.
    """
    couches = []
    for jeu in catalogue.jeux.values():
        if jeu.niveau != "qpv" or jeu.cle.type != ZONAGES.get(jeu.zonage) or not a_des_contours(jeu):
            continue
        for millesime in reversed(jeu.millesimes):
            presentes = [
                (f, chemin) for f in millesime.fichiers if (chemin := _brut(donnees, jeu, millesime, f)).exists()
            ]
            if presentes:
                couches += [_lire_couche(jeu, millesime, fichier, chemin) for fichier, chemin in presentes]
                break
    return couches


def a_des_contours(jeu: Jeu) -> bool:
    """True when a file of the dataset is a layer of shapes."""
    fichiers = [fichier for millesime in jeu.millesimes for fichier in millesime.fichiers]
    lectures = [jeu.lecture, *(f.lecture for f in fichiers), *(f.lecture_live for f in fichiers)]
    return any(lecture.format in ("shapefile", "geojson") for lecture in lectures if lecture)


def _brut(donnees: Path, jeu: Jeu, millesime: Millesime, fichier: Fichier) -> Path:
    return donnees / "raw" / jeu.dossier / millesime.millesime / f"{fichier.nom}.parquet"


def _lire_couche(jeu: Jeu, millesime: Millesime, fichier: Fichier, chemin: Path) -> Couche:
    brut = pl.read_parquet(chemin)
    cle = fichier.cle or jeu.cle
    colonne = next((nom for nom in cle.colonnes if nom in brut.columns), None)
    manquantes = [nom for nom in ("_geometrie", "_crs") if nom not in brut.columns]
    if colonne is None or manquantes:
        raise ValueError(
            f"{chemin} : attendu une colonne parmi {', '.join(cle.colonnes)} et les colonnes _geometrie et _crs, trouvé "
            f"{', '.join(brut.columns)}. Corrigez `cle` ou `lecture` dans la fiche de {jeu.jeu}."
        )
    lignes = brut.select(
        pl.col("_ligne").cast(pl.Int32).alias("ligne"),
        code(pl.col(colonne).str.strip_chars(), ZONAGES[jeu.zonage]).alias("code_territoire"),
        pl.col("_geometrie").fill_null("").alias("wkt"),
        pl.col("_crs").fill_null("").alias("crs"),
        pl.col("_empreinte").alias("empreinte"),
    )
    return Couche(jeu.zonage, jeu.jeu, millesime.millesime, fichier.nom, lignes)


def ecrire(spatial: Spatial, donnees: Path) -> None:
    """Write `<donnees>/spatial/*.parquet`, each atomically, the same bytes for the same contours."""
    for nom in SCHEMAS:
        tampon = io.BytesIO()
        getattr(spatial, nom).write_parquet(tampon, compression="zstd", statistics=False)
        ecrire_atomique(donnees / "spatial" / f"{nom}.parquet", tampon.getvalue())
