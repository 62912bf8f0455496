"""Income and benefits by Iris of the larger fictitious communes.

Belongs here: which communes are cut into Iris, their codes, the files of Cnaf and Filosofi at that level.
Does not belong here: the quartiers (bases_qpv, filosofi_qpv), zones larger than the commune (filosofi_references).
"""

from __future__ import annotations

from ingestion.demo.formats import archive, csv, nombre
from ingestion.demo.territoire import ARRONDISSEMENTS, REGION, VILLE_A_ARRONDISSEMENTS, alea, construire

SEUIL_DECOUPAGE = 6_000
HABITANTS_PAR_IRIS = 2_400
CNAF = (
    "CODGEO NOTE A PERCOU AI AM ACSSENF ACAVENF AC3ENF ENF ENF_2 ENF_3_5 ENF_6_10 ENF_11_14 ENF_15_17 ENF_18_24 A_ETUD A_NETUD_24 AAL AAPL "
    "AAAH APPA ARSAS"
).split()
LIBELLES_2018 = ["LIBGEO", "DEPCOM", "LIBCOM", "EPCI", "UU", "REG"]
# Smallest counts that the publisher shows.
PLANCHER_FOYERS, PLANCHER = 100, 5
SANS_SUITE_EN_2021 = ("LIBIRIS", "COM", "LIBCOM")
FILOSOFI = "IRIS LIBIRIS COM LIBCOM TP60 Q1 MED Q3 EQ D1 D9 RD S80S20 GI NOTE".split()


def codes() -> list[tuple[str, str, int]]:
    """(code of the Iris, commune, inhabitants) of every commune that is cut; the large city by arrondissement."""
    territoire, resultat = construire(), []
    for commune in territoire.communes:
        population = territoire.population(commune, 2018)
        if population < SEUIL_DECOUPAGE:
            continue
        nombre_iris = max(2, round(population / HABITANTS_PAR_IRIS))
        for rang in range(nombre_iris):
            porteuse = ARRONDISSEMENTS[rang % 3] if commune == VILLE_A_ARRONDISSEMENTS else commune
            habitants = round(population / nombre_iris * alea("iris", commune, rang).uniform(0.7, 1.3))
            resultat.append((f"{porteuse}{rang + 1:02d}01", porteuse, habitants))
    return resultat


def _cnaf(annee: int) -> bytes:
    entete = [CNAF[0], *(LIBELLES_2018 if annee == 2018 else []), *CNAF[1:]]
    lignes = []
    for code, commune, habitants in codes():
        tirage = alea("caf iris", code, annee)
        a = round(habitants * tirage.uniform(0.12, 0.34))
        note = 0 if a >= PLANCHER_FOYERS else 4
        parts = {
            "A": 1.0, "PERCOU": 2.3, "AI": 0.42, "AM": 0.2, "ACSSENF": 0.07, "ACAVENF": 0.31, "AC3ENF": 0.11, "ENF": 0.95,
            "ENF_2": 0.15, "ENF_3_5": 0.15, "ENF_6_10": 0.25, "ENF_11_14": 0.18, "ENF_15_17": 0.12, "ENF_18_24": 0.1,
            "A_ETUD": 0.02, "A_NETUD_24": 0.06, "AAL": 0.55, "AAPL": 0.44, "AAAH": 0.09, "APPA": 0.24 if annee == 2018 else 0.34,
            "ARSAS": 0.18,
        }  # fmt: skip
        comptes = {nom: round(a * part) for nom, part in parts.items()}
        cellules = [
            str(note) if nom == "NOTE" else "" if note or comptes[nom] < PLANCHER else str(comptes[nom])
            for nom in CNAF[1:]
        ]
        libelles = [f"Secteur {code[5:7]}", commune, "", "", "", REGION] if annee == 2018 else []
        lignes.append([code, *libelles, *cellules])
    return csv([entete, *lignes])


def _filosofi(annee: int) -> bytes:
    aa = str(annee)[2:]
    entete = [nom if nom.startswith(("IRIS", "LIB", "COM")) else f"DISP_{nom}{aa}" for nom in FILOSOFI]
    territoire, lignes = construire(), []
    for code, commune, habitants in codes():
        tirage = alea("filosofi iris", code)
        mediane = 10 * round(2_050 * tirage.uniform(0.7, 1.2))
        pauvrete = 1_000 * (21_500 - mediane) / 21_500 / 10 + 15
        cache = habitants < 1_900 or pauvrete < 5
        marque = "ns" if annee == 2021 else ""
        lignes.append([
            code, f"Secteur {code[5:7]}", commune, territoire.communes.get(commune, territoire.communes["96101"]).nom,
            marque if cache else nombre(pauvrete, 1), str(mediane - 4_000), str(mediane), str(mediane + 6_000),
            nombre(0.5, 2), str(mediane - 7_500), str(mediane + 15_000), nombre(3.1, 1), nombre(3.6, 1), nombre(0.268, 3),
            "1" if tirage.random() < 0.05 else "0",
        ])  # fmt: skip
    if annee == 2021:
        # Names are no longer in the file: only the codes of the Iris are left.
        gardees = [rang for rang, nom in enumerate(entete) if nom not in SANS_SUITE_EN_2021]
        entete, lignes = [entete[rang] for rang in gardees], [[ligne[rang] for rang in gardees] for ligne in lignes]
    return csv([entete, *lignes], bom=True)


def fichiers() -> dict[str, bytes]:
    """Relative path → bytes."""
    meta = csv([["COD_VAR", "LIB_VAR", "COD_MOD", "LIB_MOD"], ["DISP_MED21", "Médiane du revenu disponible", "", ""]])
    membres = {"BASE_TD_FILO_IRIS_2021_DISP.csv": _filosofi(2021), "meta_BASE_TD_FILO_IRIS_2021_DISP.csv": meta}
    return {
        **{f"cnaf/iris_allocataires/data_CAF_{annee}_IRIS.csv": _cnaf(annee) for annee in (2018, 2019, 2020)},
        **{f"insee/iris_filosofi/BASE_TD_FILO_DISP_IRIS_{annee}.csv": _filosofi(annee) for annee in (2018, 2019)},
        "insee/iris_filosofi/BASE_TD_FILO_IRIS_2021_DISP_CSV.zip": archive(membres, (2024, 7, 1)),
    }
