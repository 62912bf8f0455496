"""What surrounds the quartiers: registered job seekers, fibre, recorded crime and outlines of the fictitious communes.

Belongs here: the files of the Dares, the Arcep, the SSMSI and the IGN, most of them samples of a format.
Does not belong here: the quartiers themselves, health (sante), schools (ecoles).
"""

from __future__ import annotations

import json

from ingestion.demo import geometrie, noms
from ingestion.demo.formats import csv, geojson, gzippe
from ingestion.demo.territoire import ARRONDISSEMENTS, REGION, alea, construire

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
EDITION_ARCEP = "2026-03-31"
CAMBRIOLAGES = "Cambriolages de logement"
FAITS = {CAMBRIOLAGES: "Infraction", "Usage de stupéfiants": "Mis en cause"}
ANNEES_FAITS = (2023, 2024, 2025)
# Below this number of facts the fictitious publisher disseminates nothing.
SEUIL_FAITS = 5
CRIMES = ("burglary", "vandalism", "vehicle_theft")


def _defm() -> bytes:
    """Six rows per commune and date (sex and age are not crossed), one département, a national total.

    The large city is there twice: whole, then by arrondissement.
    """
    entete = (
        "Date;Code région;Région;Code département;Département;Code commune;Commune;Type de données;Catégorie;Sexe;Tranche d'âge;"
        "Nombre de demandeurs d'emploi"
    ).split(";")
    territoire = construire()
    lignes: list[list[str]] = []
    zones: list[tuple[str, str, int]] = [
        (code, commune.nom, territoire.population(code, 2018))
        for code, commune in territoire.communes.items()
        if commune.departement == DEPARTEMENT_DECRIT
    ]
    zones += [(code, f"Arrondissement {rang}", 30_000) for rang, code in enumerate(ARRONDISSEMENTS, start=1)]
    for annee in range(2015, 2025):
        date = f"{annee}-T4"
        for code, nom, habitants in zones:
            total = 5 * round(habitants * alea("defm commune", code, annee).uniform(0.06, 0.1) / 5)
            femmes = 5 * round(total * 0.51 / 5)
            decoupes = (
                ("Total", "Total", total), ("Femmes", "Total", femmes), ("Hommes", "Total", total - femmes),
                ("Total", "Moins de 25 ans", 5 * round(total * 0.14 / 5)), ("Total", "De 25 à 49 ans", 5 * round(total * 0.58 / 5)),
                ("Total", "50 ans et plus", 5 * round(total * 0.28 / 5)),
            )  # fmt: skip
            lignes += [
                [date, REGION, noms.REGION, DEPARTEMENT_DECRIT, noms.DEPARTEMENTS[DEPARTEMENT_DECRIT][0], code, nom,
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


def _faits() -> bytes:
    """The published layout, every field quoted: `NA` and the average of the département where nothing is disseminated."""
    entete = (
        "CODGEO_2026;annee;indicateur;unite_de_compte;nombre;taux_pour_mille;est_diffuse;insee_pop;insee_pop_millesime;insee_log;"
        "insee_log_millesime;complement_info_nombre;complement_info_taux"
    ).split(";")
    territoire = construire()
    lignes: list[list[str]] = []
    for code in (*territoire.communes, *ARRONDISSEMENTS):
        habitants = territoire.population(code, 2018) if code in territoire.communes else 30_000
        for annee in ANNEES_FAITS:
            for indicateur, unite in FAITS.items():
                logements = max(1, round(habitants * 0.48))
                base = logements if indicateur == CAMBRIOLAGES else max(1, habitants)
                nombre = round(base * alea("faits", code, annee, indicateur).uniform(0.0, 0.012))
                chiffres = [str(nombre), f"{1000 * nombre / base:.4f}".replace(".", ","), "diff"]
                complement = ["NA", "NA"]
                if nombre < SEUIL_FAITS:
                    chiffres, complement = ["NA", "NA", "ndiff"], ["1,87", "2,9"]
                lignes.append(
                    [
                        code,
                        str(annee),
                        indicateur,
                        unite,
                        *chiffres,
                        str(habitants),
                        "2023",
                        str(logements),
                        "2022",
                        *complement,
                    ]
                )
    rangees = [";".join(f'"{cellule}"' for cellule in ligne) for ligne in [entete, *lignes]]
    return gzippe(("\n".join(rangees) + "\n").encode())


def _eligibilite() -> bytes:
    """One row per commune, none per arrondissement; a premise counts for each technology that reaches it."""
    entete = (
        "code_insee;nom_com;code_dep;code_reg;type;date;nbr;elig_ftth;elig_coax;elig_cu;elig_cu_8;elig_cu_30;elig_hdr;elig_thdr;elig_4gf;"
        "elig_sat"
    ).split(";")
    lignes: list[list[str]] = []
    for code, commune in construire().communes.items():
        locaux = max(1, round(construire().population(code, 2018) * 0.62))
        fibre = round(locaux * alea("fibre eligible", code).uniform(0.55, 1.0))
        comptes = [locaux, fibre, 0, locaux, locaux, round(locaux * 0.7), 0, 0, locaux, locaux]
        lignes.append(
            [code, commune.nom, commune.departement, REGION, "all", EDITION_ARCEP, *[str(n) for n in comptes]]
        )
    return csv([entete, *lignes], fin="\n")


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
        "ssmsi/delinquance_communes/donnee-data.gouv-2025-geographie2026.csv.gz": _faits(),
        "arcep/eligibilite_communes/commune_techno.csv": _eligibilite(),
        **{f"arcep/ftth/{nom}": contenu for nom, contenu in fibre.items()},
        **{f"ign/contours/{nom}": contenu for nom, contenu in _contours().items()},
    }
