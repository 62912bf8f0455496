"""Population and demography of the quartiers of 2024, with the list of June 2024.

Belongs here: the two csv files of the new zoning and what they leave empty.
Does not belong here: poverty of these quartiers (filosofi_qpv), their contours (contours).
"""

from __future__ import annotations

from ingestion.demo.contours import en_lagon, liste_juin_2024
from ingestion.demo.formats import csv, dixiemes, nombre
from ingestion.demo.modele import repartir
from ingestion.demo.territoire import REGION, Quartier2024, alea, construire

ESTIMATIONS = (
    "codeQPV indiceJeunesse partPopEt partPopImmi partMenImmi partMenEt partMen1p partMen2p partMen3p partMen45p partMen6pp"
).split()
# Column → share of the quartiers of average size for which it is hidden.
PARTS_SECRETES = {
    "indiceJeunesse": 0.13,
    "partPopEt": 0.1,
    "partPopImmi": 0.03,
    "partMen3p": 0.05,
    "partMen45p": 0.04,
    "partMen6pp": 0.15,
}


def _diffuses() -> list[Quartier2024]:
    return [q for q in liste_juin_2024() if not en_lagon(q)]


def population() -> bytes:
    """Population of 2020; several communes or EPCI are joined by commas."""
    territoire = construire()
    lignes = [
        [
            q.code, q.nom, REGION, q.departement, ",".join(q.communes), ",".join(territoire.noms_communes(q.communes)),
            ",".join(territoire.epci_du_quartier(q.communes, 2022)), str(q.population),
        ]
        for q in _diffuses()
    ]  # fmt: skip
    entete = "codeQPV libQPV codeReg listeDep listeDepcom listeLibDepcom listeEPCI2022 popMuniQPV".split()
    return csv([entete, *lignes], bom=True, fin="\n")


def estimation(quartier: Quartier2024) -> list[str]:
    if quartier in construire().retires:
        return [quartier.code, *[""] * (len(ESTIMATIONS) - 1)]
    tirage, z = alea("estimations", quartier.code), quartier.difficulte
    etrangers = round(max(30, 165 + 55 * z + tirage.uniform(-60, 60)))
    immigres = round(etrangers * tirage.uniform(1.12, 1.35))
    parts = {
        "partPopEt": etrangers, "partPopImmi": immigres, "partMenImmi": round(immigres * 1.06), "partMenEt": round(etrangers * 1.03),
    }  # fmt: skip
    tailles = ("partMen1p", "partMen2p", "partMen3p", "partMen45p", "partMen6pp")
    parts |= dict(zip(tailles, repartir(1000, (0.4, 0.245, 0.14, 0.17, 0.045 + 0.012 * z), tirage), strict=True))
    textes = {nom: dixiemes(part) for nom, part in parts.items()}
    textes["indiceJeunesse"] = nombre(1.7 + 0.35 * z + tirage.uniform(-0.5, 0.5), 1)
    for nom, part in PARTS_SECRETES.items():
        if alea("secret", nom, quartier.code).random() < part * (0.35 + 1_500 / quartier.population):
            textes[nom] = ""
    return [quartier.code, *[textes[nom] for nom in ESTIMATIONS[1:]]]


def estimations() -> bytes:
    """Census of 2022: the quartiers known in June 2024 only have a row without a figure."""
    return csv([ESTIMATIONS, *[estimation(q) for q in _diffuses()]], fin="\n")


def fichiers() -> dict[str, bytes]:
    """Relative path → bytes."""
    return {
        "insee/qpv2024_population/pop_QPV24.csv": population(),
        "insee/qpv2024_estimations_demographiques/estimations-demographiques_2022_QPV2024.csv": estimations(),
    }
