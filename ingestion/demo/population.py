"""Who lives in the quartiers of 2015: their populations of 2013, those of their communes in 2018, the table of membership.

Belongs here: the layout of these three files, names of communes as they were in 2015.
Does not belong here: populations themselves (territoire), the zoning of 2024 (qpv2024).
"""

from __future__ import annotations

from ingestion.demo import noms
from ingestion.demo.bases_qpv import rang_arrondissement
from ingestion.demo.formats import classeur, classeur_xlsx, csv
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

# A commune with fewer inhabitants in the quartiers is left empty: in the fictitious country, two parts of one quartier.
HABITANTS_MINIMUM = 250


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


def communale_2018() -> bytes:
    """Workbook of one sheet: seven rows of titles, names on row 8, a commune per row; a small figure has no cell."""
    territoire = construire()
    habitants = {code: territoire.population_en_quartier(code, 2018) for code in territoire.communes}
    titres: list[list[str | float | None]] = [
        ["Données fictives de démonstration : population des communes vivant en quartier prioritaire en 2018"],
        ["Contours des quartiers de 2015"], ["Champ : communes qui ont un quartier"], ["Source : données fictives de démonstration"], [], [],
        ["Code de la commune", "Nom de la commune", "Population vivant en quartier"],
    ]  # fmt: skip
    lignes: list[list[str | float | None]] = [
        [code, territoire.communes[code].nom, n if n >= HABITANTS_MINIMUM else None] for code, n in habitants.items() if n
    ]  # fmt: skip
    return classeur_xlsx({"COM": [*titres, ["com", "lib_com", "pop_qpv"], *lignes]})


def fichiers() -> dict[str, bytes]:
    """Relative path → bytes."""
    return {
        "insee/qpv_population/pop_qp_2013.xls": population_2013(),
        "insee/qpv_population_communale/pop_legales_communales_qpv_2018.xlsx": communale_2018(),
        "insee/qpv_appartenance/qpv_info_nom_commune.csv": appartenance(),
    }
