"""What surrounds the quartiers: registered job seekers, fibre, recorded crime and outlines of the fictitious communes.

Belongs here: the files of the Dares, the Arcep, the SSMSI and the IGN, most of them samples of a format.
Does not belong here: the quartiers themselves, health (sante), schools (ecoles).
"""

from __future__ import annotations

import json

from ingestion.demo import geometrie, noms
from ingestion.demo.formats import csv, geojson, gzippe
from ingestion.demo.territoire import REGION, alea, construire

DEPARTEMENT_DECRIT = "961"
TRIMESTRES_FIBRE = ("T3 2017", "T4 2017", "T1 2018")
# File of the publisher → département of the territory that stands for it.
CONTOURS_COMMUNES = {
    "14-calvados": "961",
    "27-eure": "962",
    "50-manche": "963",
    "61-orne": "964",
    "76-seine-maritime": "965",
}
CRIMES = ("burglary", "vandalism", "vehicle_theft")


def _defm() -> bytes:
    """Six rows per commune and date (sex and age are not crossed), one département, a national total."""
    entete = (
        "Date;Code région;Région;Code département;Département;Code commune;Commune;Type de données;Catégorie;Sexe;Tranche d'âge;"
        "Nombre de demandeurs d'emploi"
    ).split(";")
    territoire, lignes = construire(), []
    for annee in range(2015, 2025):
        date = f"{annee}-T4"
        for code, commune in territoire.communes.items():
            if commune.departement != DEPARTEMENT_DECRIT:
                continue
            total = 5 * round(
                territoire.population(code, 2018) * alea("defm commune", code, annee).uniform(0.06, 0.1) / 5
            )
            femmes = 5 * round(total * 0.51 / 5)
            decoupes = (
                ("Total", "Total", total), ("Femmes", "Total", femmes), ("Hommes", "Total", total - femmes),
                ("Total", "Moins de 25 ans", 5 * round(total * 0.14 / 5)), ("Total", "De 25 à 49 ans", 5 * round(total * 0.58 / 5)),
                ("Total", "50 ans et plus", 5 * round(total * 0.28 / 5)),
            )  # fmt: skip
            lignes += [
                [date, REGION, noms.REGION, DEPARTEMENT_DECRIT, noms.DEPARTEMENTS[DEPARTEMENT_DECRIT][0], code, commune.nom,
                 "Brutes", "ABC", sexe, age, str(n)]
                for sexe, age, n in decoupes
            ]  # fmt: skip
        lignes.append([date, "Total", "", "Total", "", "Total", "", "Brutes", "ABC", "Total", "Total", "12500"])
    return csv([entete, *lignes], bom=True)


def _fibre(titre: str, colonne: str, codes: list[str], *, operateurs: bool = False) -> bytes:
    """Four rows of titles, then a count and a class per code; the régions add shares of operators, with a sign."""
    lignes = [
        ["Réseaux en fibre optique (données fictives)", "", "", "", ""],
        [titre, "", "", "", ""],
        [""] * 5,
        [""] * 5,
    ]
    lignes.append([colonne, "Champ", *TRIMESTRES_FIBRE])
    for code in codes:
        premier = alea("fibre", code).randint(0, 4_000)
        lignes.append([code, "Locaux Raccordables", str(premier), str(premier + 120), str(premier + 310)])
        lignes.append([code, "Catégorie", "10", "10", "25"])
        if operateurs:
            lignes.append([code, "Au moins un opérateur au PM via la mutualisation passive", "99%", "100%", "100%"])
    return csv(lignes, separateur=",", fin="\n")


def _crimes() -> bytes:
    communes = {
        code: {
            "pop": construire().population(code, 2018),
            "ind": {c: round(alea(c, code).uniform(0, 9), 4) for c in CRIMES},
        }
        for code in construire().communes
    }
    return gzippe(json.dumps({"meta": {"data_year": 2024}, "communes": communes}).encode())


def _polygone(departement: str, rang: int) -> dict[str, object]:
    anneau = geometrie.cellule(departement, rang)
    return {"type": "Polygon", "coordinates": [[list(geometrie.position(p, 5)) for p in anneau]]}


def _contours() -> dict[str, bytes]:
    communes = {
        f"communes-{nom}.geojson": geojson(
            [
                ({"code": code, "nom": commune.nom}, _polygone(departement, int(code[3:])))
                for code, commune in construire().communes.items()
                if commune.departement == departement
            ],
            nom,
        )
        for nom, departement in CONTOURS_COMMUNES.items()
    }
    carres = [({"code": code, "nom": nom}, _polygone(code, 1)) for code, (nom, _) in noms.DEPARTEMENTS.items()]
    region = {"type": "Feature", "properties": {"code": REGION, "nom": noms.REGION}, "geometry": _polygone("961", 1)}
    return communes | {
        "departements-normandie.geojson": geojson(carres, "departements"),
        "departements-version-simplifiee.geojson": geojson(carres, "departements"),
        "region-normandie.geojson": json.dumps(region, ensure_ascii=False).encode(),
        "regions-version-simplifiee.geojson": geojson(
            [({"code": REGION, "nom": noms.REGION}, _polygone("961", 1))], "regions"
        ),
    }


def fichiers() -> dict[str, bytes]:
    """Relative path → bytes."""
    territoire = construire()
    epci = sorted({c.epci for c in territoire.communes.values() if c.epci.isdigit()})
    fibre = {
        "ftthCommunes.csv": _fibre("Déploiement par Commune", "Code commune", list(territoire.communes)),
        "ftthEpci.csv": _fibre("Déploiement par EPCI", "Siren EPCI", epci),
        "ftthDepartements.csv": _fibre("Déploiement par Département", "Code département", list(noms.DEPARTEMENTS)),
        "ftthRegions.csv": _fibre("Déploiement par Région", "Code région", [REGION], operateurs=True),
    }
    return {
        "dares/defm_communales/POP_CHOMAGE_DARES.csv": _defm(),
        "ssmsi/delinquance_communes/delinquance_communes.json.gz": _crimes(),
        **{f"arcep/ftth/{nom}": contenu for nom, contenu in fibre.items()},
        **{f"ign/contours/{nom}": contenu for nom, contenu in _contours().items()},
    }
