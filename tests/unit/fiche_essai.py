"""A card that exists nowhere and tables of a few rows, for the tests of the typed layer.

Belongs here: what the tests of rows, cells, columns and periods share.
Does not belong here: expected values (the tests).
"""

from __future__ import annotations

from typing import Any

import polars as pl

from ingestion.catalogue import Attendus, Bloc, Cle, Fichier, Jeu, Lecture, Licence, Millesime, Variable
from ingestion.normalise import Normalise, normaliser

QPV = Cle(colonnes=["CODGEO"], type="qpv2015", agregats={"Ensemble": "QPV-FR"})
TAUX = {"taux_pauvrete_60": Variable(colonnes=["TP60"], type="taux")}


def fiche(blocs: list[Bloc], periodes: dict[str, str], **autres: Any) -> Jeu:
    """A card with one vintage « 2022 » and one file."""
    valeurs: dict[str, Any] = {
        "jeu": "insee.essai",
        "titre": "Essai",
        "producteur": "Insee",
        "theme": "revenus",
        "description": "Jeu d'essai",
        "page": "https://www.insee.fr/fr/statistiques/0000000",
        "statut_page": "a_confirmer",
        "licence": Licence(nom="Licence Ouverte 2.0", statut="a_confirmer"),
        "cadence": "annuelle",
        "mention": "Source : essai",
        "zonage": "2015",
        "niveau": "qpv",
        "lecture": Lecture(format="csv"),
        "cle": QPV,
        "blocs": blocs,
        "attendus": Attendus(description="lignes écrites dans ce test"),
        "millesimes": [
            Millesime(
                millesime="2022",
                periodes=periodes,
                fichiers=[Fichier(fichier="essai.csv", chemin="insee/essai/essai.csv", statut_url="a_confirmer")],
            )
        ],
    }
    return Jeu(**(valeurs | autres))


def typer(texte: str, jeu: Jeu, **fichier: Any) -> Normalise:
    """Types a small table written as « A;B » lines; the first data row is line 2 of the file."""
    entete, *enregistrements = [ligne.strip().split(";") for ligne in texte.strip().splitlines()]
    cadre = pl.DataFrame(enregistrements, schema=dict.fromkeys(entete, pl.String), orient="row")
    cadre = cadre.with_columns(pl.int_range(2, len(enregistrements) + 2, dtype=pl.Int32).alias("_ligne"))
    declare = jeu.millesimes[0].fichiers[0].model_copy(update=fichier)
    return normaliser(cadre, jeu, jeu.millesimes[0], declare, "e" * 64)


def bloc(variables: dict[str, Variable] | None = None, regle_vide: str = "secret", **autres: Any) -> Bloc:
    return Bloc.model_validate({"nom": "filosofi", "regle_vide": regle_vide, "variables": variables or TAUX} | autres)


def statuts(normalise: Normalise) -> list[tuple[str, str]]:
    return normalise.cellules.select("code_territoire", "statut").rows()
