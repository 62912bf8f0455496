"""Quarterly unemployment rates (BIT) of the départements since 1982.

Belongs here: the series, and the workbook that mixes numeric and text codes.
Does not belong here: job seekers of the quartiers (modele), published references without a file (references).
"""

from __future__ import annotations

import math
from functools import cache

from ingestion.demo import noms
from ingestion.demo.formats import classeur
from ingestion.demo.territoire import alea, construire

TRIMESTRES = [(annee, t) for annee in range(1982, 2026) for t in range(1, 5)][:-1]
# The archipelago enters the survey late, as the overseas départements do.
DEBUT = {"965": 2001}
NIVEAUX = {"961": 8.9, "962": 8.1, "963": 7.4, "964": 8.6, "965": 12.3}


@cache
def taux(departement: str, annee: int, trimestre: int) -> float:
    """Rate in percent, one decimal: a level, two long cycles and a small disturbance."""
    temps = annee + (trimestre - 1) / 4
    cycle = 1.5 * math.sin((temps - 1991) / 3.1) + 0.9 * math.cos((temps - 2015) / 1.9)
    bruit = alea("chomage", departement, annee, trimestre).uniform(-0.1, 0.1)
    return round(NIVEAUX[departement] + cycle - 0.05 * max(0.0, temps - 2016) + bruit, 1)


def taux_ensemble(annee: int, trimestre: int, sans: tuple[str, ...] = ()) -> float:
    """Rate of the fictitious country, weighted by population, some départements left out."""
    territoire = construire()
    poids = {
        departement: sum(
            territoire.population(code, 2018)
            for code, fiche in territoire.communes.items()
            if fiche.departement == departement
        )
        for departement in noms.DEPARTEMENTS
        if departement not in sans
    }
    return round(sum(p * taux(d, annee, trimestre) for d, p in poids.items()) / sum(poids.values()), 1)


def taux_localises() -> bytes:
    """Excel 97 workbook: header on row 4, then the départements and the notes below them."""
    entete: list[str | float | None] = ["Code", "Libellé", *[f"T{t}_{annee}" for annee, t in TRIMESTRES]]
    lignes: list[list[str | float | None]] = []
    for code, (nom, _) in noms.DEPARTEMENTS.items():
        # Part of the codes are numbers, the others text, as in the published workbook.
        debut: list[str | float | None] = [code if code in ("961", "965") else float(code), nom.upper()]
        lignes.append(debut + [None if annee < DEBUT.get(code, 0) else taux(code, annee, t) for annee, t in TRIMESTRES])
    notes: list[list[str | float | None]] = [
        [],
        ["Séries corrigées des variations saisonnières, moyenne du trimestre, en %."],
        ["Champ : sans l'archipel jusqu'à la fin de 2000, tout le territoire fictif ensuite."],
        ["Source : données fictives de démonstration."],
    ]
    titres: list[list[str | float | None]] = [
        ["Données fictives de démonstration : chômage des départements"],
        ["(en %)"],
        [],
    ]
    return classeur({"Département": [*titres, entete, *lignes, *notes]})


def series_nationales() -> bytes:
    """SDMX-ML of the two national series, latest quarter first, as the macro-economic database answers."""
    series = []
    for idbank, sans in (("001688526", ("965",)), ("001688527", ())):
        observations = "".join(
            f'<Obs TIME_PERIOD="{annee}-Q{t}" OBS_VALUE="{taux_ensemble(annee, t, sans)}" OBS_STATUS="A" OBS_QUAL="P"/>'
            for annee, t in reversed(TRIMESTRES[-24:])
        )
        series.append(f'<Series IDBANK="{idbank}" FREQ="T" UNIT_MEASURE="POURCENT">{observations}</Series>')
    entete = '<message:StructureSpecificData xmlns:message="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message">'
    corps = f"<message:DataSet>{''.join(series)}</message:DataSet></message:StructureSpecificData>"
    return f'<?xml version="1.0" encoding="UTF-8"?>{entete}{corps}'.encode()


def fichiers() -> dict[str, bytes]:
    """Relative path → bytes."""
    return {
        "insee/chomage_localise/sl_etc_2025T3.xls": taux_localises(),
        "insee/bdm_chomage/bdm-001688526-001688527.xml": series_nationales(),
    }
