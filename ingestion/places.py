"""Places between the disk and the calculations of proximity: typed cells in, `<data>/spatial` out.

Belongs here: which datasets hold places, their identifiers, the attributes kept of each, the files written for dbt.
Does not belong here: distances and rejections (proximity), contours (contours), typing of the cells (normalise).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl

from ingestion.catalogue import Catalogue, Fichier, Jeu, Millesime, Points
from ingestion.codes import code
from ingestion.parquet import chemin_type, ecrire_ensemble
from ingestion.proximity import LIGNE, POINTS, REJETS, Lieux, rapprocher
from ingestion.spatial import Spatial

# Variables read as they are when the card of the dataset has them; empty otherwise.
TEXTES = ("libelle", "code_commune", "code_departement", "date_maj", "secteur", "statut_education_prioritaire")
NOMBRES = ("ips",)
FORMATS_DE_DATE = ("%Y-%m-%d", "%d/%m/%Y")
FICHIERS = {"points": "points", "proximites": "proximites", "rejets": "rejets_points"}


def calculer(catalogue: Catalogue, donnees: Path, spatial: Spatial) -> Lieux:
    """Read the places under `<donnees>/normalise`, attach them to the contours, write `<donnees>/spatial`.

    Returns:
        what was written: `points.parquet`, `proximites.parquet`, `rejets_points.parquet`.
    """
    contours = pl.concat(
        couche.select(pl.lit(zonage).alias("zonage"), "code_territoire", "wkb")
        for zonage, couche in (("2015", spatial.contours_2015), ("2024", spatial.contours_2024))
    )
    lieux = avec_echantillons(rapprocher(lire_points(catalogue, donnees), contours), catalogue, donnees)
    ecrire(lieux, donnees)
    return lieux


def lire_points(catalogue: Catalogue, donnees: Path) -> pl.DataFrame:
    """The kept rows of the datasets whose card has `points`, schema `proximity.POINTS`: every vintage but the samples, every
    place but those whose position the producer does not know.

    The identifier of a school is the official one. A service has none that all producers share: its identifier is
    `<jeu>:<producer's identifier>`, or `<jeu>:<file>:<row>` when the producer gives none.
    """
    morceaux = [pl.DataFrame(schema=POINTS)]
    for jeu, millesime, fichier in catalogue.fichiers():
        if jeu.points is not None:
            lus = _points(jeu, jeu.points, millesime, fichier, donnees)
            morceaux.append(lus.filter(pl.col("motif").is_null()).select(*POINTS))
    return pl.concat(morceaux)


def avec_echantillons(lieux: Lieux, catalogue: Catalogue, donnees: Path) -> Lieux:
    """The same places, and among the rejections those of the vintages that are no national list or without a position."""
    morceaux = [lieux.rejets]
    for jeu, millesime, fichier in catalogue.fichiers():
        if jeu.points is not None:
            lus = _points(jeu, jeu.points, millesime, fichier, donnees).filter(pl.col("motif").is_not_null())
            morceaux.append(lus.with_columns(sort=pl.lit("exclue")).select(*REJETS))
    return replace(lieux, rejets=pl.concat(morceaux).sort(LIGNE))


def ecrire(lieux: Lieux, donnees: Path) -> None:
    """Write the three tables together, the same bytes for the same places."""
    ecrire_ensemble({donnees / "spatial" / f"{nom}.parquet": getattr(lieux, champ) for champ, nom in FICHIERS.items()})


def _points(jeu: Jeu, points: Points, millesime: Millesime, fichier: Fichier, donnees: Path) -> pl.DataFrame:
    """The kept rows of one file, none when it was never read, and `motif`: why its card does not let one be placed.

    An attribute is null when its cell has no value.
    """
    cellules, lignes = (chemin_type(donnees, jeu, millesime, fichier, n) for n in ("cellules", "lignes"))
    if not (cellules.exists() and lignes.exists()):
        return pl.DataFrame(schema=POINTS | {"motif": pl.String})
    retenues = pl.scan_parquet(lignes).filter(pl.col("sort") == "retenue").select("ligne", "code_territoire")
    nombres = {points.longitude: "longitude", points.latitude: "latitude"} | {n: n for n in NOMBRES}
    textes = {t: t for t in TEXTES}
    if points.variable_nature:
        textes[points.variable_nature] = "nature"
    inconnue = points.position_inconnue
    if inconnue is not None:
        textes[inconnue.variable] = "_position"
    colonnes = [_attribut("valeur", variable, nom) for variable, nom in nombres.items()]
    colonnes += [_attribut("valeur_texte", variable, nom) for variable, nom in textes.items()]
    attributs = (
        pl.scan_parquet(cellules)
        .filter(pl.col("variable").is_in([*nombres, *textes]))
        .group_by("ligne")
        .agg(*colonnes, pl.col("empreinte_sha256").first())
    )
    lus = retenues.join(attributs, on="ligne", how="left", maintain_order="left")
    if points.nature:
        lus = lus.with_columns(nature=pl.lit(points.nature))
    lus = lus.with_columns(
        motif=pl.lit(points.echantillons.get(millesime.millesime), pl.String),
        table_publiee=pl.lit(points.table),
        identifiant=_identifiant(jeu, points, fichier),
        jeu=pl.lit(jeu.jeu),
        millesime=pl.lit(millesime.millesime),
        fichier=pl.lit(fichier.nom),
        code_commune=code(pl.col("code_commune"), "commune"),
        date_maj=pl.coalesce(
            pl.col("date_maj").str.slice(0, 10).str.to_date(forme, strict=False) for forme in FORMATS_DE_DATE
        ),
    )
    if inconnue is not None:
        sans_position = pl.when(pl.col("_position").is_in(inconnue.valeurs)).then(pl.lit(inconnue.motif))
        lus = lus.with_columns(motif=pl.coalesce("motif", sans_position))
    return lus.select("motif", *(pl.col(nom).cast(type_) for nom, type_ in POINTS.items())).collect()


def _attribut(colonne: str, variable: str, nom: str) -> pl.Expr:
    """The value of a variable among the cells of a row."""
    return pl.col(colonne).filter(pl.col("variable") == variable).drop_nulls().first().alias(nom)


def _identifiant(jeu: Jeu, points: Points, fichier: Fichier) -> pl.Expr:
    if points.table == "etablissements":
        return pl.col("code_territoire")
    prefixe = f"{jeu.jeu}:{fichier.nom}" if (fichier.cle or jeu.cle).type == "ligne" else jeu.jeu
    return pl.lit(f"{prefixe}:") + pl.col("code_territoire")
