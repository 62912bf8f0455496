"""Standards of living of the fictitious territory: one log-normal distribution per zone and year, mixed upwards.

Belongs here: distributions (median, deciles, poverty, inequality, structure of income) and how zones add up into larger ones.
Does not belong here: employment and benefits (modele), the columns and number formats of a file.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache
from statistics import NormalDist
from typing import NamedTuple

from ingestion.demo.territoire import EPCI_APRES, EPCI_AVANT, Quartier, alea, construire

NORMALE = NormalDist()
# Scale of incomes, €/consumption unit.
NIVEAU = {
    2013: 20_080,
    2014: 20_340,
    2015: 20_590,
    2016: 20_850,
    2017: 21_190,
    2018: 21_610,
    2019: 22_120,
    2021: 23_240,
}
DECILES = {"d1": 0.1, "d2": 0.2, "d3": 0.3, "d4": 0.4, "d6": 0.6, "d7": 0.7, "d8": 0.8, "d9": 0.9}
ECART_TYPE_QUARTIER, ECART_TYPE_RESTE = 0.405, 0.46


class Distribution(NamedTuple):
    """Log-normal distribution of `personnes` people."""

    personnes: float
    mu: float
    variance: float

    def quantile(self, part: float) -> float:
        return math.exp(self.mu + math.sqrt(self.variance) * NORMALE.inv_cdf(part))

    @property
    def mediane(self) -> float:
        return math.exp(self.mu)

    @property
    def gini(self) -> float:
        return 2 * NORMALE.cdf(math.sqrt(self.variance / 2)) - 1

    @property
    def s80s20(self) -> float:
        sigma, z = math.sqrt(self.variance), NORMALE.inv_cdf(0.8)
        return (1 - NORMALE.cdf(z - sigma)) / NORMALE.cdf(-z - sigma)

    def part_sous(self, seuil: float) -> float:
        """Share of the people below a threshold, in percent."""
        return 100 * NORMALE.cdf((math.log(seuil) - self.mu) / math.sqrt(self.variance))


def melange(zones: Iterable[Distribution]) -> Distribution:
    """The distribution of several zones together: same people, same mean and variance of the logarithm."""
    liste = list(zones)
    personnes = sum(z.personnes for z in liste)
    mu = sum(z.personnes * z.mu for z in liste) / personnes
    variance = sum(z.personnes * (z.variance + (z.mu - mu) ** 2) for z in liste) / personnes
    return Distribution(personnes, mu, variance)


def _annee_population(annee: int) -> int:
    return 2013 if annee < 2016 else 2018


@cache
def du_quartier(code: str, annee: int) -> Distribution:
    """Distribution of a quartier of 2015; a difficult one is poorer, an improving one gains about 0.5 % a year."""
    quartier = next(q for q in construire().quartiers if q.code == code)
    tirage = alea("revenus", code)
    rapport = 0.655 - 0.043 * quartier.difficulte + 0.0042 * quartier.tendance * (annee - 2016)
    bruit = alea("revenus", code, annee).gauss(0, 0.006)
    ecart_type = ECART_TYPE_QUARTIER + tirage.uniform(-0.035, 0.045)
    return Distribution(
        quartier.population[_annee_population(annee)], math.log(NIVEAU[annee] * rapport) + bruit, ecart_type**2
    )


@cache
def de_commune(code: str, annee: int) -> Distribution:
    """Distribution of a commune: its parts of quartiers and the rest of its inhabitants."""
    territoire = construire()
    fiche, population = territoire.communes[code], _annee_population(annee)
    quartiers = [q for q in territoire.quartiers if code in q.parts]
    reste = territoire.population(code, population) - territoire.population_en_quartier(code, population)
    mu = math.log(NIVEAU[annee] * (1.06 + 0.07 * fiche.aisance)) + alea("revenus", code, annee).gauss(0, 0.004)
    zones = [Distribution(reste, mu, ECART_TYPE_RESTE**2)]
    zones += [du_quartier(q.code, annee)._replace(personnes=q.habitants(code, population)) for q in quartiers]
    return melange(zones)


@cache
def de_zone(niveau: str, code: str, annee: int) -> Distribution:
    """Distribution of an EPCI (perimeter of the year), a département, the région or the whole country."""
    communes = construire().communes.values()
    if niveau == "epci":
        membres = [c.code for c in communes if (c.epci_2015 if annee <= 2015 else c.epci) == code]
    elif niveau == "departement":
        membres = [c.code for c in communes if c.departement == code]
    else:
        membres = [c.code for c in communes]
    return melange(de_commune(membre, annee) for membre in membres)


def codes_epci(annee: int) -> list[str]:
    """EPCI that exist in the perimeter of a year: one changes its code between 2015 and 2016."""
    absent = EPCI_APRES if annee <= 2015 else EPCI_AVANT
    return sorted(set(construire().epci) - {absent})


def seuil_pauvrete(annee: int) -> float:
    """60 % of the median of the fictitious country."""
    return 0.6 * de_zone("france", "1", annee).mediane


def taux_pauvrete(zone: Distribution, annee: int) -> float:
    return zone.part_sous(seuil_pauvrete(annee))


def structure(zone: Distribution, annee: int, *cle: object) -> dict[str, int]:
    """Structure of the disposable income, in tenths of a point.

    `pact` = `ptsa` + `pcho` + `pben`; `ppsoc` = `ppfam` + `ppmini` + `pplogt`; `pact` + `ppen` + `ppat` + `ppsoc` + `pimpot` = 1000.
    """
    tirage = alea("structure", *cle)
    rapport = zone.mediane / NIVEAU[annee]
    ppfam = round(max(12, 22 + 135 * (1 - rapport) + tirage.uniform(-6, 6)))
    ppmini = round(max(8, 18 + 240 * (1 - rapport) + tirage.uniform(-9, 9)))
    pplogt = round(max(5, 14 + 140 * (1 - rapport) + tirage.uniform(-6, 6)))
    parts = {"ppfam": ppfam, "ppmini": ppmini, "pplogt": pplogt, "ppsoc": ppfam + ppmini + pplogt}
    parts["pimpot"] = -round(60 + 115 * rapport**2 + tirage.uniform(-8, 8))
    parts["ppen"] = round(258 + tirage.uniform(-55, 55))
    parts["ppat"] = round(12 + 88 * rapport**3 + tirage.uniform(-7, 7))
    parts["pact"] = 1000 - parts["ppsoc"] - parts["pimpot"] - parts["ppen"] - parts["ppat"]
    parts["pcho"] = round(28 + 70 * max(0.0, 1 - rapport) + tirage.uniform(-5, 5))
    parts["pben"] = round(18 + 34 * rapport + tirage.uniform(-6, 6))
    parts["ptsa"] = parts["pact"] - parts["pcho"] - parts["pben"]
    return parts


def ensemble(annee: int, codes: list[str] | None = None) -> Distribution:
    """All the quartiers of 2015 together: the publisher's `Ensemble` row."""
    quartiers: list[Quartier] = construire().quartiers
    return melange(du_quartier(q.code, annee) for q in quartiers if codes is None or q.code in codes)
