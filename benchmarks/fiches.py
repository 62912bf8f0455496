"""Cards of the synthetic files, and their ingestion as a refresh runs it.

Belongs here: what the catalogue would say of each shape of `echelle`.
Does not belong here: the rows (echelle), what is measured (p4_ingestion), a card that is published (catalogue/).
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.echelle import INDICATEURS_PAR_LIGNE

COMMUN: dict[str, Any] = {
    "producteur": "Essai",
    "theme": "services",
    "page": "https://www.insee.fr/fr/statistiques/0000000",
    "statut_page": "a_confirmer",
    "licence": {"nom": "Licence Ouverte 2.0", "statut": "a_confirmer"},
    "cadence": "annuelle",
    "mention": "Source : fichier fictif",
    "lecture": {"format": "csv"},
    "attendus": {"description": "fichier fictif"},
}
LIEUX: dict[str, Any] = COMMUN | {
    "jeu": "essai.lieux",
    "titre": "Lieux",
    "description": "Lieux fictifs",
    "zonage": "",
    "niveau": "objet",
    "cle": {"colonnes": ["identifiant"], "type": "identifiant"},
    "blocs": [
        {
            "nom": "mesures",
            "regle_vide": "non_diffuse",
            "variables": {
                "libelle": {"colonnes": ["libelle"], "type": "texte"},
                "nature": {"colonnes": ["nature"], "type": "texte"},
                "longitude": {"colonnes": ["longitude"], "type": "nombre"},
                "latitude": {"colonnes": ["latitude"], "type": "nombre"},
                "effectif": {"colonnes": ["effectif"], "type": "effectif"},
            },
        }
    ],
}
# A quartier is there once per vintage: several rows of one code are the layout of the file.
VALEURS: dict[str, Any] = COMMUN | {
    "jeu": "essai.valeurs",
    "titre": "Valeurs",
    "description": "Indicateurs fictifs par quartier et par millésime",
    "zonage": "2015",
    "niveau": "qpv",
    "marques": {"s": "secret"},
    "cle": {"colonnes": ["codgeo"], "type": "qpv2015", "repetees": "gardees"},
    "blocs": [
        {
            "nom": "mesures",
            "regle_vide": "non_diffuse",
            "colonne_periode": ["millesime"],
            "variables": {
                f"indicateur_{rang:02d}": {"colonnes": [f"indicateur_{rang:02d}"], "type": "taux"}
                for rang in range(INDICATEURS_PAR_LIGNE)
            },
        }
    ],
}
FICHES = {"points": LIEUX, "valeurs": VALEURS}


def ingerer(forme: str, fichier: Path, sortie: Path) -> None:
    """The ingestion of a dataset of that shape, from a deposit of one file.

    Raises:
        RuntimeError: the file was refused.
    """
    from ingestion.acquire import SourceDepot
    from ingestion.catalogue import Jeu
    from ingestion.ingest import ingerer_jeu

    declare = {"fichier": fichier.name, "chemin": fichier.name, "statut_url": "a_confirmer"}
    millesime = {"millesime": "2022", "periodes": {"mesures": "2022"}, "fichiers": [declare]}
    jeu = Jeu.model_validate(FICHES[forme] | {"millesimes": [millesime]})
    bilan = ingerer_jeu(jeu, SourceDepot(fichier.parent), sortie, lambda: datetime.now(UTC))
    if bilan.en_echec:
        raise RuntimeError(bilan.en_echec[0].message)
