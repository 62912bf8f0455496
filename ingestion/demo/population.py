"""Who lives in the quartiers of 2015: the workbook of 2013 populations and the table of membership.

Belongs here: the layout of these two files, names of communes as they were in 2015.
Does not belong here: populations themselves (territoire), the zoning of 2024 (qpv2024).
"""

from __future__ import annotations

from ingestion.demo import noms
from ingestion.demo.bases_qpv import rang_arrondissement
from ingestion.demo.formats import classeur, csv
from ingestion.demo.territoire import REGION, VILLE_A_ARRONDISSEMENTS, Quartier, construire

TITRES = (
    "Données fictives de démonstration : population municipale des quartiers en 2013",
    "Contours au 1er janvier 2016",
    "Champ : quartiers du territoire fictif",
    "Source : données fictives de démonstration",
    "Limites communales au 1er janvier 2015",
)
LIBELLES = [
    "Code du quartier", "Nom du quartier", "Code région", "Code epci 1", "Code epci 2", "Code unité urbaine", "Communes", "Population en 2013",
]  # fmt: skip
COLONNES = ["qp", "nom_qp", "reg", "epci1", "epci2", "uu", "liste_des_communes", "population_municipale_2013"]


def _communes_2015(quartier: Quartier) -> str:
    """Names of 2015; the commune with arrondissements is followed by free text."""
    communes = construire().communes
    liste = []
    for code in quartier.communes:
        nom = noms.ANCIENS_NOMS.get(code, communes[code].nom)
        if code == VILLE_A_ARRONDISSEMENTS:
            rang = rang_arrondissement(quartier)
            nom += f" {rang}{'er' if rang == 1 else 'ème'} arrondissement"
        liste.append(nom)
    return ", ".join(liste)


def _ligne(quartier: Quartier) -> list[str | float | None]:
    lagon = quartier.couverture == "lagon"
    epci: list[str | None] = [] if lagon else [*construire().epci_du_quartier(quartier.communes, 2015)]
    epci += [None] * (2 - len(epci))
    return [
        quartier.code, quartier.nom, None if lagon else REGION, *epci[:2], None if lagon else f"{quartier.departement}51",
        _communes_2015(quartier), float(quartier.population[2013]),
    ]  # fmt: skip


def population_2013() -> bytes:
    """Excel 97 workbook: titles, labels on row 8, names on row 9, then every quartier."""
    titres: list[list[str | float | None]] = [[titre] for titre in TITRES]
    entetes: list[list[str | float | None]] = [[], [], [*LIBELLES], [*COLONNES]]
    return classeur({"pop_qp": [*titres, *entetes, *map(_ligne, construire().quartiers)]})


def appartenance() -> bytes:
    """First commune of each quartier, the lagoon left out."""
    lignes = [[q.code, q.nom, q.communes[0]] for q in construire().quartiers if q.couverture != "lagon"]
    return csv([["code", "nom_qp", "insee_com"], *lignes], separateur=",", fin="\n")


def fichiers() -> dict[str, bytes]:
    """Relative path → bytes."""
    return {
        "insee/qpv_population/pop_qp_2013.xls": population_2013(),
        "insee/qpv_appartenance/qpv_info_nom_commune.csv": appartenance(),
    }
