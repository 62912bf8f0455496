"""The comparateur of communes: population, work, housing and establishments, with its table of variables.

Belongs here: the figures of a commune that only this file holds, its columns, its zip.
Does not belong here: the figures of the quartiers that a commune contains (modele), incomes (revenus).
"""

from __future__ import annotations

from ingestion.demo import filosofi_references, modele, revenus
from ingestion.demo.bases_revenus import arrondi
from ingestion.demo.formats import archive, csv
from ingestion.demo.territoire import COMMUNES_SANS_RECENSEMENT, Commune, alea, construire

DATE = (2022, 1, 12)
# Column → label in the table of variables.
VARIABLES = {
    "P18_POP": "Population en 2018", "P13_POP": "Population en 2013", "SUPERF": "Superficie en km2", "NAIS1318": "Naissances de 2013 à 2018",
    "DECE1318": "Décès de 2013 à 2018", "P18_MEN": "Ménages en 2018", "NAISD20": "Naissances domiciliées en 2020",
    "DECESD20": "Décès domiciliés en 2020", "P18_LOG": "Logements en 2018", "P18_RP": "Résidences principales en 2018",
    "P18_RSECOCC": "Résidences secondaires en 2018", "P18_LOGVAC": "Logements vacants en 2018", "P18_RP_PROP": "Résidences de propriétaires en 2018",
    "NBMENFISC19": "Ménages fiscaux en 2019", "PIMP19": "Part des ménages imposés en 2019", "MED19": "Niveau de vie médian en 2019",
    "TP6019": "Taux de pauvreté en 2019", "P18_EMPLT": "Emplois en 2018", "P18_EMPLT_SAL": "Emplois salariés en 2018",
    "P13_EMPLT": "Emplois en 2013", "P18_POP1564": "Population de 15 à 64 ans en 2018", "P18_CHOM1564": "Chômeurs de 15 à 64 ans en 2018",
    "P18_ACT1564": "Actifs de 15 à 64 ans en 2018", "ETTOT18": "Établissements actifs fin 2018", "ETAZ18": "dont agriculture",
    "ETBE18": "dont industrie", "ETFZ18": "dont construction", "ETGU18": "dont commerce et services", "ETGZ18": "dont commerce",
    "ETOQ18": "dont administration", "ETTEF118": "dont 1 à 9 salariés", "ETTEFP1018": "dont 10 salariés ou plus",
}  # fmt: skip


def activite(commune: Commune) -> tuple[float, float, float]:
    """People of 15-64, in work and unemployed: those of the quartiers, and of the rest, where more people work."""
    quartiers = [(q, q.parts[commune.code]) for q in construire().quartiers if commune.code in q.parts]
    tirage = alea("activite", commune.code)
    ages = commune.hors_quartiers * tirage.uniform(0.6, 0.65)
    emploi = ages * (0.672 + 0.03 * commune.aisance + tirage.uniform(-0.015, 0.015))
    sommes = [ages, emploi, emploi * (0.125 - 0.03 * commune.aisance)]
    for quartier, part in quartiers:
        sommes = [s + part * n for s, n in zip(sommes, modele.effectifs_emploi(quartier.code), strict=True)]
    return sommes[0], sommes[1], sommes[2]


def _logements(commune: Commune, population: int) -> dict[str, float]:
    tirage = alea("logements", commune.code)
    residences = population / tirage.uniform(2.05, 2.35)
    secondaires, vacants = residences * tirage.uniform(0.02, 0.2), residences * tirage.uniform(0.05, 0.12)
    proprietaires = 0.68 - 0.4 * (1 - commune.hors_quartiers / population) + 0.05 * commune.aisance
    return {
        "P18_MEN": residences, "P18_LOG": residences + secondaires + vacants, "P18_RP": residences, "P18_RSECOCC": secondaires,
        "P18_LOGVAC": vacants, "P18_RP_PROP": residences * proprietaires,
    }  # fmt: skip


def _etablissements(commune: Commune, population: int) -> dict[str, float]:
    tirage = alea("etablissements", commune.code)
    total = round(population * tirage.uniform(0.045, 0.075))
    agriculture, industrie, construction, services, administration = modele.repartir(
        total, (0.08, 0.08, 0.12, 0.57, 0.15), tirage, 0.3
    )
    return {
        "ETTOT18": total, "ETAZ18": agriculture, "ETBE18": industrie, "ETFZ18": construction, "ETGU18": services,
        "ETGZ18": round(services * 0.37), "ETOQ18": administration, "ETTEF118": round(total * 0.26), "ETTEFP1018": round(total * 0.06),
    }  # fmt: skip


def _revenus(code: str) -> dict[str, float]:
    zone = revenus.de_commune(code, 2019)
    valeurs: dict[str, float] = {"NBMENFISC19": filosofi_references.menages(zone)}
    if zone.personnes < filosofi_references.PERSONNES_MINIMUM:
        return {}
    valeurs["MED19"] = arrondi(zone.mediane, 2019)
    if zone.personnes >= filosofi_references.DETAIL_MINIMUM:
        valeurs |= {
            "TP6019": round(revenus.taux_pauvrete(zone, 2019)),
            "PIMP19": filosofi_references.part_imposes(zone, 2019),
        }
    return valeurs


def valeurs(commune: Commune) -> dict[str, float]:
    """Everything published of a commune, by column; only births and deaths of 2020 where there was no census."""
    territoire, tirage = construire(), alea("comparateur", commune.code)
    population, precedente = territoire.population(commune.code, 2018), territoire.population(commune.code, 2013)
    naissances, deces = (
        round(population * tirage.uniform(0.009, 0.013)),
        round(population * tirage.uniform(0.007, 0.011)),
    )
    recentes: dict[str, float] = {"NAISD20": naissances, "DECESD20": deces}
    if commune.code in COMMUNES_SANS_RECENSEMENT:
        return recentes
    ages, emploi, chomeurs = activite(commune)
    postes = emploi * tirage.uniform(0.5, 1.2)
    return {
        **recentes, "P18_POP": population, "P13_POP": precedente, "SUPERF": round(commune.surface_km2, 2),
        "NAIS1318": naissances * 5 + 3, "DECE1318": deces * 5 - 2, **_logements(commune, population), **_revenus(commune.code),
        "P18_EMPLT": postes, "P18_EMPLT_SAL": postes * 0.86, "P13_EMPLT": postes * tirage.uniform(0.95, 1.05),
        "P18_POP1564": ages, "P18_CHOM1564": chomeurs, "P18_ACT1564": emploi + chomeurs, **_etablissements(commune, population),
    }  # fmt: skip


def _texte(valeur: float | None) -> str:
    """Weighted counts keep up to fifteen significant digits and a decimal point."""
    return "" if valeur is None else f"{valeur:.15g}"


def comparateur() -> bytes:
    """Zip of the base and of its table of variables, semicolons, decimal points, CRLF, no BOM."""
    communes = construire().communes
    lignes = []
    for code, fiche in communes.items():
        publiees = valeurs(fiche)
        lignes.append([code, *[_texte(publiees.get(colonne)) for colonne in VARIABLES]])
    entete_meta = ["COD_VAR", "LIB_VAR", "LIB_VAR_LONG", "COD_MOD", "LIB_MOD", "TYPE_VAR", "LONG_VAR"]
    meta = [[colonne, libelle, libelle, "", "", "NUM", "17"] for colonne, libelle in VARIABLES.items()]
    meta += [
        ["CODGEO", "CODGEO", "Code de la commune", code, fiche.nom, "CHAR", "5"] for code, fiche in communes.items()
    ]
    membres = {
        "base_cc_comparateur.CSV": csv([["CODGEO", *VARIABLES], *lignes]),
        "meta_base_cc_comparateur.CSV": csv([entete_meta, *meta]),
    }
    return archive(membres, DATE)


def fichiers() -> dict[str, bytes]:
    """Relative path → bytes."""
    return {"insee/communes_comparateur/base_cc_comparateur_csv.zip": comparateur()}
