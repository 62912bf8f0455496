"""Registered job seekers of the fictitious country, région and départements, quarter after quarter.

Belongs here: the seasonally adjusted series of the Dares, the answers of the API of France Travail.
Does not belong here: communes (contexte_communal), quartiers (bases_qpv), survey rates (chomage).
"""

from __future__ import annotations

import json
from functools import cache

from ingestion.demo import noms
from ingestion.demo.formats import csv
from ingestion.demo.territoire import REGION, alea, construire

DATES = tuple(f"{annee}-T{trimestre}" for annee in (2023, 2024) for trimestre in (1, 2, 3, 4))
# Parts of the registered in categories A, B, C together.
CATEGORIES = {"A": 0.56, "B": 0.14, "C": 0.30}
METROPOLE = tuple(code for code in noms.DEPARTEMENTS if code != "965")
# Territory asked for → département of the fictitious country that answers.
DEPARTEMENTS_DEMANDES = dict(zip(("14", "27", "50", "61", "76"), noms.DEPARTEMENTS, strict=True))


@cache
def inscrits(departement: str, date: str) -> dict[str, int]:
    """Category → registered; the publisher rounds to ten, so that parts and total stay whole."""
    territoire = construire()
    habitants = sum(
        territoire.population(code, 2018)
        for code, commune in territoire.communes.items()
        if commune.departement == departement
    )
    total = habitants * alea("inscrits", departement, date).uniform(0.075, 0.085)
    parties = {nom: 10 * round(total * part / 10) for nom, part in CATEGORIES.items()}
    return parties | {"ABC": sum(parties.values())}


def somme(departements: tuple[str, ...], date: str, categorie: str) -> int:
    """Registered of several départements."""
    return sum(inscrits(departement, date)[categorie] for departement in departements)


def _regions() -> bytes:
    """Départements, then `Total` of the région and two totals of the country; one row more by sex and by seniority."""
    entete = (
        "date;champ;type_de_donnees;code_region;region;code_departement;departement;categorie;sexe;tranche_d_age;anciennete;"
        "nombre_de_demandeurs_d_emploi"
    ).split(";")
    tous = tuple(noms.DEPARTEMENTS)
    zones: list[tuple[list[str], tuple[str, ...]]] = [
        ([REGION, noms.REGION, code, libelle], (code,)) for code, (libelle, _) in noms.DEPARTEMENTS.items()
    ]
    zones.append(([REGION, noms.REGION, "Total", ""], tous))
    zones.append((["Total France métropolitaine", "", "Total", ""], METROPOLE))
    zones.append((["Total France", "", "Total", ""], tous))
    lignes: list[list[str]] = []
    for date in DATES:
        for zone, departements in zones:
            for categorie in ("A", "ABC"):
                n = somme(departements, date, categorie)
                for sexe, anciennete, nombre in (
                    ("Total", "Total", n), ("Femmes", "Total", n // 2), ("Hommes", "Total", n - n // 2),
                    ("Total", "Moins d'un an", round(n * 0.56)),
                ):  # fmt: skip
                    lignes.append([date, "France", "cvs-cjo", *zone, categorie, sexe, "Total", anciennete, str(nombre)])
    return csv([entete, *lignes], bom=True)


def _france() -> bytes:
    """The two fields of the national series."""
    entete = "date;champ;type_de_donnees;categorie;sexe;tranche_d_age;anciennete;nombre_de_demandeurs_d_emploi".split(
        ";"
    )
    lignes: list[list[str]] = []
    for date in DATES:
        for champ, departements in (("France", tuple(noms.DEPARTEMENTS)), ("France métropolitaine", METROPOLE)):
            for categorie in ("A", "ABC"):
                n = somme(departements, date, categorie)
                lignes += [
                    [date, champ, "cvs-cjo", categorie, sexe, age, "Total", str(nombre)]
                    for sexe, age, nombre in (("Total", "Total", n), ("Femmes", "Total", n // 2), ("Total", "Moins de 25 ans", n // 8))
                ]  # fmt: skip
    return csv([entete, *lignes], bom=True)


def _reponse(type_: str, code: str, libelle: str, departements: tuple[str, ...]) -> bytes:
    """One answer: a value by quarter and category, with the characteristics that nothing takes."""
    valeurs: list[dict[str, object]] = []
    for date in DATES:
        for categorie in CATEGORIES:
            n = somme(departements, date, categorie)
            valeurs.append({
                "datMaj": "2025-02-01T00:00:00.000+01:00", "codeTypeTerritoire": type_, "codeTerritoire": code, "libTerritoire": libelle,
                "codeTypeActivite": "CUMUL", "codeActivite": "CUMUL", "libActivite": "Tous métiers", "codeNomenclature": categorie,
                "libNomenclature": f"Catégorie {categorie}", "codeTypePeriode": "TRIMESTRE", "codePeriode": date.replace("-", ""),
                "libPeriode": f"Trimestre {date[-1]} {date[:4]}", "valeurPrincipaleNombre": n, "valeurSecondairePourcentage": 1.5,
                "listeValeurParCaract": [{"codeTypeCaract": "GENRE", "codeCaract": "F", "libCaract": "Femmes", "nombre": n // 2, "pourcentage": 50.0}],
            })  # fmt: skip
    document = {"codeFamille": "DEMANDEUR", "codeIndicateur": "DE_1", "listeValeursParPeriode": valeurs}
    return json.dumps(document, ensure_ascii=False).encode()


def fichiers() -> dict[str, bytes]:
    """Relative path → bytes."""
    tous = tuple(noms.DEPARTEMENTS)
    reponses = {
        f"dep-{demande}": _reponse("DEP", code, noms.DEPARTEMENTS[code][0], (code,))
        for demande, code in DEPARTEMENTS_DEMANDES.items()
    }
    reponses |= {"reg-28": _reponse("REG", REGION, noms.REGION, tous), "nat-fr": _reponse("NAT", "FR", "France", tous)}
    return {
        "dares/defm_regions/dares_defm_stock_region_cvs_trim.csv": _regions(),
        "dares/defm_france/dares_defm_stock_france_cvs_trim.csv": _france(),
        **{f"francetravail/marche_travail/stat-demandeurs-{nom}.json": reponse for nom, reponse in reponses.items()},
    }
