"""Census of 2022 of the fictitious communes and of their Iris: the bases that Insee publishes every year.

Belongs here: the figures of 2022, what the Iris of a commune add up to, the columns and the zips.
Does not belong here: the census of the quartiers (recensement, modele), the comparateur of 2018.
"""

from __future__ import annotations

from functools import cache

from ingestion.demo import comparateur, iris
from ingestion.demo.formats import archive, csv
from ingestion.demo.territoire import (
    ARRONDISSEMENTS,
    COMMUNES_SANS_RECENSEMENT,
    VILLE_A_ARRONDISSEMENTS,
    alea,
    construire,
)

DATE = (2025, 6, 30)
AGES = {"0014": 0.17, "1529": 0.18, "3044": 0.19, "4559": 0.19, "6074": 0.17, "7589": 0.08, "90P": 0.02}
BASES = {
    "emploi": ("base-cc-emploi-pop-active-2022", ("P22_POP1564", "P22_ACT1564", "P22_ACTOCC1564", "P22_CHOM1564")),
    "population": ("base-cc-evol-struct-pop-2022", ("P22_POP", *[f"P22_POP{age}" for age in AGES])),
    "logement": ("base-cc-logement-2022", ("P22_LOG", "P22_RP", "P22_LOGVAC", "P22_RP_PROP", "P22_RP_LOCHLMV")),
}
BASES_IRIS = {
    "base-ic-activite-residents-2022": BASES["emploi"][1],
    "base-ic-diplomes-formation-2022": ("P22_NSCOL15P", "P22_NSCOL15P_DIPLMIN"),
    "base-ic-couples-familles-menages-2022": ("C22_MEN", "C22_MENPSEUL", "C22_FAM", "C22_FAMMONO"),
    "base-ic-logement-2022": BASES["logement"][1],
    "base-ic-evol-struct-pop-2022": ("P22_POP", "P22_POP0014", "P22_POP75P", "P22_POP_ETR", "P22_POP_IMM"),
}


@cache
def de_commune(code: str) -> dict[str, float]:
    """Every figure of a commune; those in work and the unemployed add up to the actifs, the ages to the population."""
    fiche, tirage = construire().communes[code], alea("recensement 2022", code)
    croissance = tirage.uniform(0.97, 1.04)
    ages, emploi, chomeurs = (n * croissance for n in comparateur.activite(fiche))
    population = construire().population(code, 2018) * croissance
    residences = population / tirage.uniform(2.05, 2.3)
    poids = {age: part * tirage.uniform(0.9, 1.1) for age, part in AGES.items()}
    par_age = {f"P22_POP{age}": population * part / sum(poids.values()) for age, part in poids.items()}
    familles, seuls = residences * 0.61, residences * tirage.uniform(0.33, 0.42)
    return {
        "P22_POP1564": ages, "P22_ACT1564": emploi + chomeurs, "P22_ACTOCC1564": emploi, "P22_CHOM1564": chomeurs,
        "P22_POP": population, **par_age, "P22_POP75P": par_age["P22_POP7589"] + par_age["P22_POP90P"],
        "P22_POP_ETR": population * 0.06, "P22_POP_IMM": population * 0.08, "P22_RP": residences, "P22_LOGVAC": residences * 0.08,
        "P22_LOG": residences * 1.16, "P22_RP_PROP": residences * 0.56, "P22_RP_LOCHLMV": residences * tirage.uniform(0.05, 0.3),
        "P22_NSCOL15P": population * 0.74, "P22_NSCOL15P_DIPLMIN": population * tirage.uniform(0.12, 0.24), "C22_MEN": residences,
        "C22_MENPSEUL": seuls, "C22_FAM": familles, "C22_FAMMONO": familles * tirage.uniform(0.12, 0.26),
    }  # fmt: skip


def par_iris() -> list[tuple[str, str, str, float]]:
    """(Iris, commune or arrondissement, commune, share of the commune); one row ending by 0000 for a commune that is not cut."""
    coupes = iris.codes()
    habitants: dict[str, int] = {}
    for _, porteuse, n in coupes:
        commune = VILLE_A_ARRONDISSEMENTS if porteuse in ARRONDISSEMENTS else porteuse
        habitants[commune] = habitants.get(commune, 0) + n
    lignes = []
    for code, porteuse, n in coupes:
        commune = VILLE_A_ARRONDISSEMENTS if porteuse in ARRONDISSEMENTS else porteuse
        lignes.append((code, porteuse, commune, n / habitants[commune]))
    entieres = [c for c in construire().communes if c not in habitants and c not in COMMUNES_SANS_RECENSEMENT]
    return sorted(lignes + [(f"{c}0000", c, c, 1.0) for c in entieres])


def _archive(base: str, donnees: list[list[str]], colonnes: tuple[str, ...]) -> bytes:
    meta = [["COD_VAR", "LIB_VAR", "LIB_VAR_LONG", "COD_MOD", "LIB_MOD", "TYPE_VAR", "LONG_VAR"]]
    meta += [[c, f"Variable {c}", f"Variable {c} en 2022", "", "", "NUM", "17"] for c in colonnes]
    return archive({f"{base}.CSV": csv(donnees), f"meta_{base}.CSV": csv(meta)}, DATE)


def _base_communale(base: str, colonnes: tuple[str, ...]) -> bytes:
    """One row by commune, empty where there was no census."""
    lignes = []
    for code in construire().communes:
        valeurs = {} if code in COMMUNES_SANS_RECENSEMENT else de_commune(code)
        lignes.append([code, *[f"{valeurs[c]:.15g}" if c in valeurs else "" for c in colonnes]])
    return _archive(base, [["CODGEO", *colonnes], *lignes], colonnes)


def _base_iris(base: str, colonnes: tuple[str, ...]) -> bytes:
    lignes = []
    for code, porteuse, commune, part in par_iris():
        type_iris, qualite = ("Z", "5") if code.endswith("0000") else ("H", "1")
        valeurs = [f"{part * de_commune(commune)[c]:.15g}" for c in colonnes]
        lignes.append([code, porteuse, type_iris, qualite, *valeurs])
    return _archive(base, [["IRIS", "COM", "TYP_IRIS", "LAB_IRIS", *colonnes], *lignes], colonnes)


def fichiers() -> dict[str, bytes]:
    """Relative path → bytes."""
    communales = {
        f"insee/rp_communes_{jeu}/{base}_csv.zip": _base_communale(base, colonnes)
        for jeu, (base, colonnes) in BASES.items()
    }
    infracommunales = {
        f"insee/rp_iris/{base}_csv.zip": _base_iris(base, colonnes) for base, colonnes in BASES_IRIS.items()
    }
    return communales | infracommunales
