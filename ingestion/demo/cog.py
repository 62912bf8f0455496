"""Official geographic code: communes, départements, région and movements of 2024, composition of the EPCI in 2026.

Belongs here: the five files of the code and the events that make two editions differ.
Does not belong here: who lives in a commune (territoire), the perimeter of the Filosofi files (filosofi_references).
"""

from __future__ import annotations

import re
import unicodedata

from ingestion.demo import noms
from ingestion.demo.formats import csv
from ingestion.demo.territoire import (
    ARRONDISSEMENTS,
    COMMUNE_DISPARUE_2026,
    COMMUNE_FUSIONNEE,
    COMMUNE_NOUVELLE,
    COMMUNE_REAPPARUE_2026,
    COMMUNE_RETABLIE_2020,
    REGION,
    VILLE_A_ARRONDISSEMENTS,
    construire,
)

COMMUNES = "TYPECOM,COM,REG,DEP,CTCD,ARR,TNCC,NCC,NCCENR,LIBELLE,CAN,COMPARENT".split(",")
MOUVEMENTS = (
    "MOD,DATE_EFF,TYPECOM_AV,COM_AV,TNCC_AV,NCC_AV,NCCENR_AV,LIBELLE_AV,TYPECOM_AP,COM_AP,TNCC_AP,NCC_AP,NCCENR_AP,LIBELLE_AP"
).split(",")
# Article of a name, as it is coded.
ARTICLES = (("L'", "5"), ("Le ", "2"), ("La ", "3"), ("Les ", "4"))


def _majuscules(nom: str) -> str:
    """`Saint-Trennac-le-Vieux` → `SAINT TRENNAC LE VIEUX`."""
    sans_accents = unicodedata.normalize("NFD", nom).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Z0-9]+", " ", sans_accents.upper()).strip()


def _ecritures(libelle: str) -> list[str]:
    """TNCC, NCC, NCCENR and LIBELLE of a name."""
    for article, tncc in ARTICLES:
        if libelle.startswith(article):
            nom = libelle.removeprefix(article)
            return [tncc, _majuscules(nom), nom, libelle]
    return ["1" if libelle[0] in "AEIOUÉÎ" else "0", _majuscules(libelle), libelle, libelle]


def communes() -> bytes:
    """Communes of 2024, the arrondissements of the main town and one commune déléguée."""
    lignes = []
    for code, fiche in construire().communes.items():
        departement = fiche.departement
        lignes.append(
            [
                "COM",
                code,
                REGION,
                departement,
                f"{departement}D",
                f"{departement}1",
                *_ecritures(fiche.nom),
                f"{departement}01",
                "",
            ]
        )
    ville = construire().communes[VILLE_A_ARRONDISSEMENTS].nom
    for rang, code in enumerate(ARRONDISSEMENTS, start=1):
        libelle = f"{ville} {rang}{'er' if rang == 1 else 'e'} Arrondissement"
        lignes.append(
            [
                "ARM",
                code,
                REGION,
                code[:3],
                f"{code[:3]}D",
                f"{code[:3]}1",
                *_ecritures(libelle),
                "",
                VILLE_A_ARRONDISSEMENTS,
            ]
        )
    lignes.append(
        ["COMD", COMMUNE_FUSIONNEE, "", "", "", "", *_ecritures(noms.COMMUNE_FUSIONNEE), "", COMMUNE_NOUVELLE]
    )
    return csv([COMMUNES, *lignes], separateur=",")


def departements() -> bytes:
    lignes = []
    for code, (nom, article) in noms.DEPARTEMENTS.items():
        debut = {0: "", 2: "Le ", 3: "La ", 4: "Les ", 5: "L'"}[article]
        lignes.append([code, REGION, f"{code}01", str(article), _majuscules(nom), nom, debut + nom])
    return csv([["DEP", "REG", "CHEFLIEU", "TNCC", "NCC", "NCCENR", "LIBELLE"], *lignes], separateur=",")


def regions() -> bytes:
    ligne = [REGION, f"{REGION}101", "0", _majuscules(noms.REGION), noms.REGION, noms.REGION]
    return csv([["REG", "CHEFLIEU", "TNCC", "NCC", "NCCENR", "LIBELLE"], ligne], separateur=",")


def _mouvement(modalite: int, date: str, avant: tuple[str, str, str], apres: tuple[str, str, str]) -> list[str]:
    """Each side is nature of the commune, code, name."""
    (nature_av, code_av, nom_av), (nature_ap, code_ap, nom_ap) = avant, apres
    return [str(modalite), date, nature_av, code_av, *_ecritures(nom_av), nature_ap, code_ap, *_ecritures(nom_ap)]


def mouvements() -> bytes:
    """A change of name, a merger into a commune nouvelle, a commune re-established; latest first, as published."""
    fiches = construire().communes
    nouvelle, retablie = fiches[COMMUNE_NOUVELLE].nom, fiches[COMMUNE_RETABLIE_2020].nom
    mere = f"{int(COMMUNE_RETABLIE_2020) - 1}"
    lignes = [
        _mouvement(21, "2020-01-01", ("COM", mere, fiches[mere].nom), ("COM", COMMUNE_RETABLIE_2020, retablie)),
        _mouvement(21, "2020-01-01", ("COM", mere, fiches[mere].nom), ("COM", mere, fiches[mere].nom)),
        _mouvement(32, "2019-01-01", ("COM", COMMUNE_NOUVELLE, nouvelle), ("COM", COMMUNE_NOUVELLE, nouvelle)),
        _mouvement(
            32, "2019-01-01", ("COM", COMMUNE_FUSIONNEE, noms.COMMUNE_FUSIONNEE), ("COM", COMMUNE_NOUVELLE, nouvelle)
        ),
        _mouvement(
            32,
            "2019-01-01",
            ("COM", COMMUNE_FUSIONNEE, noms.COMMUNE_FUSIONNEE),
            ("COMD", COMMUNE_FUSIONNEE, noms.COMMUNE_FUSIONNEE),
        ),
    ]
    for code, ancien in noms.ANCIENS_NOMS.items():
        lignes.append(_mouvement(10, "2017-03-12", ("COM", code, ancien), ("COM", code, fiches[code].nom)))
    return csv([MOUVEMENTS, *lignes], separateur=",")


def composition_epci() -> bytes:
    """EPCI of each commune in 2026: one commune has gone since 2024 and another is back; an island belongs to none."""
    territoire = construire()
    lignes = []
    for code, fiche in territoire.communes.items():
        if code != COMMUNE_DISPARUE_2026:
            epci = territoire.epci.get(fiche.epci)
            lignes.append(
                [code, fiche.nom, fiche.epci, epci.libelle_long if epci else "Sans objet", fiche.departement, REGION]
            )
    voisine = territoire.communes[f"{int(COMMUNE_REAPPARUE_2026) - 1}"]
    epci = territoire.epci[voisine.epci]
    lignes.append(
        [COMMUNE_REAPPARUE_2026, noms.COMMUNE_REAPPARUE, epci.code, epci.libelle_long, voisine.departement, REGION]
    )
    return csv([["codgeo", "libgeo", "epci", "libepci", "dep", "reg"], *sorted(lignes)], separateur=",")


def fichiers() -> dict[str, bytes]:
    """Relative path → bytes."""
    return {
        "insee/cog/communes.csv": communes(),
        "insee/cog/departements.csv": departements(),
        "insee/cog/regions.csv": regions(),
        "insee/cog/mouvements-communes.csv": mouvements(),
        "insee/cog/epci_commune.csv": composition_epci(),
    }
