"""Work, families and benefits of the quartiers of 2015, as whole numbers that keep the publishers' identities.

Belongs here: the figures of a quartier at a date before any secrecy: census rates (in tenths), job seekers, aided contracts, allocataires.
Does not belong here: standards of living (revenus), what the publisher hides (secret), the columns of a file (bases_qpv).
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise

from ingestion.demo.territoire import Quartier, alea, construire

# Base (year of publication) → census, population and level of the registered job seekers it holds.
RECENSEMENT = {2017: 2010, 2018: 2010, 2019: 2015, 2021: 2017, 2022: 2018}
POPULATION = {2017: 2013, 2018: 2013, 2019: 2013, 2021: 2018, 2022: 2018}
CONJONCTURE = {2017: 1.0, 2018: 1.035, 2019: 1.02, 2021: 1.06, 2022: 0.985}
CONTRATS_AIDES = {2017: 0.0125, 2018: 0.008, 2019: 0.0032, 2021: 0.0021, 2022: 0.0038}
AGES = ("0a14", "15a24", "25a59", "60a74", "75etplus")
ENFANTS = ("2", "3_5", "6_10", "11_14", "15_17", "18_24")


def repartir(total: int, poids: Sequence[float], tirage: random.Random, jeu: float = 0.12) -> list[int]:
    """Split a whole number in proportion to weights, blurred by `jeu`; the parts add up to `total` exactly."""
    brouilles = [p * tirage.uniform(1 - jeu, 1 + jeu) for p in poids]
    bornes, cumul = [0], 0.0
    for p in brouilles:
        cumul += p
        bornes.append(round(total * cumul / sum(brouilles)))
    return [b - a for a, b in pairwise(bornes)]


@cache
def _quartier(code: str) -> Quartier:
    return next(q for q in construire().quartiers if q.code == code)


def _ages(tirage: random.Random, jeunesse: float) -> dict[str, int]:
    """Shares of the five age groups, in tenths of a point; they add up to 1000."""
    poids = (
        0.215 + 0.045 * jeunesse,
        0.150 + 0.01 * jeunesse,
        0.455,
        0.115 - 0.02 * jeunesse,
        0.065 - 0.015 * jeunesse,
    )
    return dict(zip(AGES, repartir(1000, poids, tirage, 0.08), strict=True))


@cache
def recensement(code: str, annee: int) -> Mapping[str, int]:
    """Census rates of a quartier, in tenths of a point (`ind_jeune`: tenths), under the names of the workbook of 2010.

    The employment rate falls with the difficulty and follows the trend of the quartier; women are 3 to 8 points below, foreigners 4 to 12.
    """
    quartier = _quartier(code)
    stable, tirage = alea("recensement", code), alea("recensement", code, annee)
    z, t = quartier.difficulte, quartier.tendance
    jeunesse = stable.uniform(-1, 1)
    valeurs: dict[str, int] = {}
    for groupe, decalage in (("tot", 0.0), ("f", -0.25), ("et", 0.2)):
        for age, part in _ages(tirage, jeunesse + decalage).items():
            valeurs[f"tx_{groupe}_{age}"] = part
    seniors = max(1, valeurs["tx_tot_60a74"] + valeurs["tx_tot_75etplus"])
    valeurs["ind_jeune"] = round(10 * (valeurs["tx_tot_0a14"] + 0.55 * valeurs["tx_tot_15a24"]) / seniors)
    emploi = 438 - 44 * z + 5.2 * t * (annee - 2014) + (45 if annee == 2010 else 0) + tirage.uniform(-9, 9)
    valeurs["tx_tot_empl"] = round(emploi)
    valeurs["tx_f_empl"] = round(emploi - stable.uniform(30, 80))
    valeurs["tx_et_empl"] = round(emploi - stable.uniform(40, 120) + tirage.uniform(-15, 15))
    for groupe in ("tot", "f", "et"):
        valeurs[f"tx_{groupe}_eprec"] = round(225 + 18 * z + stable.uniform(-45, 45) + tirage.uniform(-10, 10))
        valeurs[f"tx_{groupe}_edlim"] = valeurs[f"tx_{groupe}_eprec"] + round(stable.uniform(20, 60))
    valeurs["tx_f"] = round(521 + stable.uniform(-25, 30) + tirage.uniform(-5, 5))
    valeurs["tx_tot_et"] = round(max(25, 150 + 55 * z + stable.uniform(-70, 70) + 4 * (annee - 2010)))
    valeurs["tx_f_et"] = round(valeurs["tx_tot_et"] * stable.uniform(0.9, 1.05))
    valeurs["tx_tot_men1"] = round(380 + stable.uniform(-85, 110) + tirage.uniform(-12, 12))
    valeurs["tx_tot_men6"] = round(max(9, 48 + 14 * z + stable.uniform(-25, 25)))
    return valeurs


def effectifs_emploi(code: str, annee: int = 2018) -> tuple[float, float, float]:
    """People of 15-64, in work, and unemployed « au sens du recensement », of a quartier: parts of its communes."""
    quartier = _quartier(code)
    population = quartier.population[2018] * (0.63 + 0.02 * alea("actifs", code).uniform(-1, 1))
    emploi = population * recensement(code, annee)["tx_tot_empl"] / 1000
    return population, emploi, emploi * (0.36 + 0.06 * quartier.difficulte)


@cache
def inscrits(code: str, base: int) -> Mapping[str, int]:
    """Registered job seekers of a base: every total is women plus men, every split adds up (diplomas and nationality may lack some)."""
    quartier = _quartier(code)
    stable, tirage = alea("inscrits", code), alea("inscrits", code, base)
    niveau = (
        0.136 * (1 + 0.13 * quartier.difficulte) * CONJONCTURE[base] * (1 - 0.017 * quartier.tendance * (base - 2018))
    )
    abc = round(quartier.population[2018] * niveau * tirage.uniform(0.97, 1.03))
    femmes = round(abc * stable.uniform(0.44, 0.51))
    v: dict[str, int] = {}
    connus = {"F": femmes, "H": abc - femmes}
    for sexe, total in connus.items():
        v[f"ABC_{sexe}"] = total
        v[f"ABCDE_{sexe}"] = round(total * tirage.uniform(1.08, 1.15))
        v[f"A_{sexe}"] = round(total * tirage.uniform(0.66, 0.75))
        v[f"ABC_RSA_{sexe}"] = round(total * (0.29 + 0.04 * quartier.difficulte) * tirage.uniform(0.93, 1.07))
        durees = repartir(total, (0.39, 0.19, 0.19, 0.23), tirage)
        diplomes = repartir(total - tirage.randint(0, 6), (0.26, 0.38, 0.2, 0.16), tirage)
        v |= {f"ABC_DUR{i + 1}_{sexe}": n for i, n in enumerate(durees)}
        v |= {f"ABC_{d}_{sexe}": n for d, n in zip(("INFCAPBEP", "CAPBEP", "BAC", "SUPBAC"), diplomes, strict=True)}
    for nom in (
        "ABC",
        "ABCDE",
        "A",
        "ABC_RSA",
        *(f"ABC_DUR{i}" for i in range(1, 5)),
        *(f"ABC_{d}" for d in ("INFCAPBEP", "CAPBEP", "BAC", "SUPBAC")),
    ):
        v[nom] = v[f"{nom}_F"] + v[f"{nom}_H"]
    v |= dict(zip(("ABC_25", "ABC_2649", "ABC_50"), repartir(abc, (0.16, 0.61, 0.23), tirage), strict=True))
    v |= dict(
        zip(
            ("ABC_FR", "ABC_E"),
            repartir(abc - tirage.randint(0, 3), (0.72 - 0.06 * quartier.difficulte, 0.28), tirage),
            strict=True,
        )
    )
    v |= {
        f"ABC_QAL{i + 1}": n
        for i, n in enumerate(repartir(abc - tirage.randint(0, 3), (0.18, 0.16, 0.31, 0.29, 0.06), tirage))
    }
    return v


def evolutions(code: str, base: int) -> dict[str, float]:
    """Yearly evolutions as the publisher computes them, in percent: close to, never equal to, what two bases would give."""
    quartier, tirage = _quartier(code), alea("evolution", code, base)
    tendance = {2019: -0.8, 2021: 3.6, 2022: -6.4}[base] - 1.7 * quartier.tendance
    return {
        f"EVOL_{categorie}_{sexe}T4": round(tendance + tirage.gauss(0, 4.5), 1)
        for categorie in ("ABC", "A")
        for sexe in ("", "F_", "H_")
    }


@cache
def contrats_aides(code: str, base: int) -> Mapping[str, int]:
    """Aided contracts: `CA` = `CUI` + `EAV`, `CUI` = `CIE` + `CAE`, `CIE` = `CIE_HS` + `CIE_S`, and their splits."""
    quartier, tirage = _quartier(code), alea("contrats", code, base)
    total = round(quartier.population[2018] * CONTRATS_AIDES[base] * tirage.uniform(0.7, 1.3))
    v = {"CA": total}
    v["CUI"], v["EAV"] = repartir(total, (0.76, 0.24), tirage, 0.25)
    v["CIE"], v["CAE"] = repartir(v["CUI"], (0.25, 0.75), tirage, 0.25)
    v["CIE_HS"], v["CIE_S"] = repartir(v["CIE"], (0.54, 0.46), tirage, 0.25)
    for nom, part in (("CUI", 0.61), ("EAV", 0.5)):
        v[f"{nom}_F"], v[f"{nom}_H"] = repartir(v[nom], (part, 1 - part), tirage, 0.25)
    v["CA_F"], v["CA_H"] = v["CUI_F"] + v["EAV_F"], v["CUI_H"] + v["EAV_H"]
    v |= dict(zip(("CUI_25", "CUI_26A49", "CUI_50"), repartir(v["CUI"], (0.21, 0.58, 0.21), tirage), strict=True))
    v |= dict(
        zip(
            ("CUI_INFCAP", "CUI_CAP", "CUI_BAC", "CUI_SUPBAC"),
            repartir(v["CUI"], (0.22, 0.35, 0.25, 0.18), tirage),
            strict=True,
        )
    )
    v |= dict(zip(("EAV_INFCAP", "EAV_CAP", "EAV_SUPCAP"), repartir(v["EAV"], (0.28, 0.26, 0.46), tirage), strict=True))
    return v


@cache
def allocataires(code: str, base: int) -> Mapping[str, int]:
    """Households paid by a Caf: `A` = `AM` + `AI` + `ACSSENF` + `ACAVENF`, `ENF` is the sum of its ages; benefits are parts of `A`."""
    quartier = _quartier(code)
    stable, tirage = alea("allocataires", code), alea("allocataires", code, base)
    rythme = 1 + 0.021 * (base - 2017) - 0.004 * quartier.tendance * (base - 2018)
    total = round(
        quartier.population[2018] * (0.285 + 0.018 * quartier.difficulte) * rythme * stable.uniform(0.93, 1.07)
    )
    v = {"A": total}
    familles = repartir(total, (0.215, 0.455, 0.065, 0.265), stable, 0.15)
    v |= dict(zip(("AM", "AI", "ACSSENF", "ACAVENF"), familles, strict=True))
    v["AC3ENF"] = round(v["ACAVENF"] * stable.uniform(0.38, 0.46))
    v["PERCOU"] = round(total * stable.uniform(2.15, 2.55))
    v["ENF"] = round(v["PERCOU"] * stable.uniform(0.41, 0.47))
    ages = repartir(v["ENF"], (0.16, 0.16, 0.26, 0.19, 0.13, 0.1), tirage, 0.06)
    v |= {f"ENF_{age}": n for age, n in zip(ENFANTS, ages, strict=True)}
    v["A_NETUD_24"] = round(total * stable.uniform(0.045, 0.07))
    v["A_ETUD"] = round(total * stable.uniform(0.004, 0.06))
    z = quartier.difficulte
    v["APRES50"] = round(total * (0.42 + 0.03 * z) * tirage.uniform(0.97, 1.03))
    v["APRES100"] = round(v["APRES50"] * stable.uniform(0.57, 0.64))
    v["ARSAS"] = round(
        total * (0.265 + 0.035 * z - 0.004 * quartier.tendance * (base - 2018)) * tirage.uniform(0.96, 1.04)
    )
    v["ARSA"] = round(v["ARSAS"] * stable.uniform(1.22, 1.3))
    v["APPA"] = round(total * (0.24 if base < 2021 else 0.345) * stable.uniform(0.93, 1.07))
    v["AAAH"] = round(total * stable.uniform(0.07, 0.13))
    return v


@cache
def assures(code: str, base: int) -> Mapping[str, int]:
    """Health insurance: `CCMUC` up to 2019, then people covered (`C`) and C2S."""
    quartier = _quartier(code)
    stable, tirage = alea("assures", code), alea("assures", code, base)
    couverts = round(quartier.population[2018] * stable.uniform(0.86, 0.98))
    aidee = 0.275 + 0.03 * quartier.difficulte
    return {
        "C": couverts,
        "CCMUC": round(couverts * (aidee - 0.02) * tirage.uniform(0.97, 1.04)),
        "CC2S": round(couverts * aidee * tirage.uniform(0.98, 1.02)),
        "C_C2SNP": round(couverts * (aidee + 0.006) * tirage.uniform(0.98, 1.02)),
        "C_C2SP": round(couverts * 0.049 * tirage.uniform(0.85, 1.15)),
    }
