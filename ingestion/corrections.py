"""Known publisher errors, put right on the text that was read.

Belongs here: the guard of a correction and its application.
Does not belong here: the corrections themselves (catalogue/corrections.yml), the raw layer (it keeps the error).
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from ingestion.catalogue import Correction, Fichier, Jeu, Millesime
from ingestion.columns import Entete


class ErreurCorrection(ValueError):
    """The published cell no longer reads what the correction expects; the sentence says which to take away."""


def corriger(
    lignes: pl.DataFrame, corrections: Iterable[Correction], jeu: Jeu, millesime: Millesime, fichier: Fichier
) -> pl.DataFrame:
    """The rows with the corrections declared for this file.

    Raises:
        ErreurCorrection: the published cell changed, so the correction must be taken away.
        ErreurDerive: the column is missing.
    """
    lieu = f"{jeu.jeu}, millésime {millesime.millesime}, {fichier.nom}"
    entete = Entete(lieu, lignes.columns)
    for correction in corrections:
        if (correction.jeu, correction.millesime, correction.fichier) != (jeu.jeu, millesime.millesime, fichier.nom):
            continue
        colonne = entete.exiger("correction", [correction.colonne])
        ici = pl.col("_ligne") == correction.ligne
        publiees = lignes.filter(ici)[colonne].to_list()
        if publiees != [correction.valeur_publiee]:
            raise ErreurCorrection(
                f"{lieu}, ligne {correction.ligne}, colonne {colonne} : la correction attend « {correction.valeur_publiee} » "
                f"et trouve {publiees}. Le producteur a changé le fichier : retirer ou revoir la correction (corrections.yml)."
            )
        lignes = lignes.with_columns(
            pl.when(ici).then(pl.lit(correction.valeur_corrigee)).otherwise(colonne).alias(colonne)
        )
    return lignes
