"""The fictitious territory itself: communes, EPCI, quartiers of 2015 and of 2024, where they are and who lives there.

Belongs here: what exists (codes, memberships, populations, shapes), built once from a fixed seed.
Does not belong here: the statistics of a year (modele), the layout of a published file (bases_*, contours, classeurs…).
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from functools import cache

from ingestion.demo import geometrie, noms
from ingestion.demo.formats import Point, Surface

GRAINE = "observatoire-qpv-demo-1"
REGION = "96"
COLONNES, RANGEES = 6, 4
EPCI_AVANT, EPCI_APRES = "960000101", "960000121"
SANS_EPCI = "96515"
VILLE_A_ARRONDISSEMENTS = "96101"
ARRONDISSEMENTS = ("96181", "96182", "96183")
# Merged into `COMMUNE_NOUVELLE` on 2019-01-01; gone from, then back to, the lists of 2024 and 2026.
COMMUNE_FUSIONNEE, COMMUNE_NOUVELLE = "96225", "96214"
COMMUNE_DISPARUE_2026, COMMUNE_REAPPARUE_2026 = "96518", "96325"
COMMUNE_RETABLIE_2020 = "96424"
COMMUNES_SANS_RECENSEMENT = ("96523", "96524")

# Communes of each quartier of 2015, by rank in the département; several ranks: the quartier straddles them.
IMPLANTATION: dict[str, tuple[tuple[int, ...], ...]] = {
    "961": (
        *[(1,)] * 7, (1, 2), (2,), (2,), (2,), (3,), (7,), (7,), (4,), (4,), (5,), (4, 5), (13,), (16,),
    ),
    "962": (*[(1,)] * 5, (2,), (2,), (3, 4), (5,), (5,), (6,), (13,), (14,), (17,)),
    "963": (*[(1,)] * 4, (2,), (2, 3, 8, 9), (4,), (5,), (13,), (14,), (16, 17), (19,)),
    "964": ((1,), (1,), (1,), (2,), (2, 3), (4,), (13,), (22,)),
    "965": ((1,), (1,), (2,), (4,), (13,), (10,)),
}  # fmt: skip
# What the publishers cover: everything, or the partial coverage of La Réunion, Martinique and Polynésie.
COUVERTURES = {
    "QP965001": "ile",
    "QP965002": "ile",
    "QP965003": "ile",
    "QP965004": "ile",
    "QP965005": "ile_sans_emploi",
    "QP965006": "lagon",
}
SANS_SUITE = ("QP961014", "QP963010")
FUSION = ("QP961003", "QP961004")
IDENTIQUES = frozenset(
    "QP961002 QP961006 QP961012 QP961017 QP962003 QP962006 QP962009 QP962012 QP963002 QP963008 QP964003 QP964007 QP965002 QP965006".split()
)
REDECOUPES = ("QP965003", "QP965004")  # letter C in the edition of January 2026
NOUVEAUX = {"961": (8, 22), "962": (1, 9), "963": (6,), "964": (5,), "965": ()}


@dataclass(frozen=True)
class Epci:
    code: str
    forme: str
    nom: str

    @property
    def libelle_court(self) -> str:
        return f"{self.forme} {self.nom}"

    @property
    def libelle_long(self) -> str:
        return f"{noms.FORMES_EPCI[self.forme]} {self.nom}"


@dataclass(frozen=True)
class Commune:
    """A commune of today; `hors_quartiers` are its inhabitants of 2018 outside the quartiers."""

    code: str
    nom: str
    epci: str
    epci_2015: str
    hors_quartiers: int
    croissance: float
    surface_km2: float
    aisance: float

    @property
    def departement(self) -> str:
        return self.code[:3]


@dataclass(frozen=True)
class Quartier:
    """A quartier of 2015; `parts`: commune → share of its inhabitants; `difficulte` and `tendance` in about [-1.6, 1.6]."""

    code: str
    nom: str
    parts: dict[str, float]
    population: dict[int, int]
    difficulte: float
    tendance: float
    contour: Surface
    couverture: str

    @property
    def departement(self) -> str:
        return self.code[2:5]

    @property
    def communes(self) -> list[str]:
        return list(self.parts)

    def habitants(self, commune: str, annee: int) -> int:
        """Inhabitants in one commune; the parts add up exactly to the population."""
        codes = self.communes
        if commune != codes[0]:
            return round(self.population[annee] * self.parts[commune])
        return self.population[annee] - sum(self.habitants(autre, annee) for autre in codes[1:])


@dataclass(frozen=True)
class Quartier2024:
    """A quartier of 2024; `origines`: the quartiers of 2015 it comes from (none for a new one)."""

    code: str
    nom: str
    communes: list[str]
    population: int
    origines: list[Quartier]
    difficulte: float
    contour: Surface

    @property
    def departement(self) -> str:
        return self.code[2:5]


@dataclass
class Territoire:
    """Everything that exists, in the order of the codes."""

    epci: dict[str, Epci] = field(default_factory=dict)
    communes: dict[str, Commune] = field(default_factory=dict)
    quartiers: list[Quartier] = field(default_factory=list)
    quartiers_2024: list[Quartier2024] = field(default_factory=list)
    retires: list[Quartier2024] = field(default_factory=list)

    def population(self, commune: str, annee: int) -> int:
        """Inhabitants of a commune in 2013 or 2018, quartiers included."""
        fiche = self.communes[commune]
        reste = fiche.hors_quartiers if annee == 2018 else round(fiche.hors_quartiers / fiche.croissance)
        return reste + self.population_en_quartier(commune, annee)

    def population_en_quartier(self, commune: str, annee: int) -> int:
        return sum(q.habitants(commune, annee) for q in self.quartiers if commune in q.parts)

    def noms_communes(self, codes: list[str]) -> list[str]:
        return [self.communes[code].nom for code in codes]

    def epci_du_quartier(self, codes: list[str], annee: int) -> list[str]:
        """EPCI of a list of communes, without repetition: perimeter of 2015, or today's."""
        fiches = [self.communes[code] for code in codes]
        return list(dict.fromkeys(f.epci_2015 if annee <= 2015 else f.epci for f in fiches if f.epci != "ZZZZZZZZZ"))


def alea(*cle: object) -> random.Random:
    """A generator of its own for each key, so that adding a figure never moves another one."""
    return random.Random("|".join(map(str, (GRAINE, *cle))))


def _code_epci(departement: str, rang: int) -> str:
    colonne, rangee = (rang - 1) % COLONNES, (rang - 1) // COLONNES
    bloc = (0 if colonne < 3 else 1) + (0 if rangee < 2 else 2)
    return f"96000{(int(departement) - 961) * 4 + bloc + 101:04d}"


def _commune(departement: str, rang: int, nom: str, quartiers: list[Quartier]) -> Commune:
    code = f"{departement}{rang:02d}"
    tirage = alea("commune", code)
    en_quartier = sum(q.habitants(code, 2018) for q in quartiers if code in q.parts)
    if en_quartier:
        reste = round(en_quartier * tirage.uniform(3.2, 7.5))
    elif rang in (21, 23):
        reste = tirage.randint(62, 108)  # below the threshold of dissemination of Filosofi
    else:
        reste = round(150 + 1400 * tirage.lognormvariate(0, 0.8))
    ancien = _code_epci(departement, rang)
    # One commune leaves its EPCI on the day the neighbouring one becomes a communauté urbaine under a new code.
    nouveau = EPCI_APRES if ancien == EPCI_AVANT or code == "96110" else ancien
    if code == SANS_EPCI:
        ancien = nouveau = "ZZZZZZZZZ"
    return Commune(
        code,
        nom,
        nouveau,
        ancien,
        reste,
        tirage.uniform(0.97, 1.06),
        geometrie.surface_commune(departement, rang) / 1e6,
        tirage.uniform(-1, 1),
    )


def _quartier(departement: str, rang: int, nom: str) -> Quartier:
    code = f"QP{departement}{rang:03d}"
    tirage = alea("quartier", code)
    rangs = IMPLANTATION[departement][rang - 1]
    poids = [1.0] if len(rangs) == 1 else [round(0.62 ** (i + 1), 3) for i in range(len(rangs))]
    parts = {f"{departement}{r:02d}": p / sum(poids) for r, p in zip(rangs, poids, strict=True)}
    en_2018 = round(min(8200.0, 980 + 1750 * tirage.lognormvariate(0, 0.6)))
    population = {2013: round(en_2018 / tirage.uniform(0.93, 1.09)), 2018: en_2018}
    memes = [r for r in range(1, rang) if IMPLANTATION[departement][r - 1] == rangs]
    centre = geometrie.emplacement(departement, rangs, len(memes))
    return Quartier(
        code, nom, parts, population, tirage.uniform(-1.6, 1.6), tirage.uniform(-1.5, 1.5),
        geometrie.contour_2015(tirage, centre, en_2018, variante=code), COUVERTURES.get(code, "complete"),
    )  # fmt: skip


def _suite(quartier: Quartier, autres: list[Quartier], numero: int) -> Quartier2024:
    """The quartier of 2024 that follows one (or a merger) of 2015."""
    tirage = alea("suite", quartier.code)
    origines = [quartier, *autres]
    if quartier.code in REDECOUPES:
        lettre, contour = "C", geometrie.contour_modifie(tirage, quartier.contour)
    elif quartier.code in IDENTIQUES:
        lettre, contour = "I", quartier.contour
    elif autres:
        lettre, contour = "M", geometrie.reunion([q.contour for q in origines])
    else:
        lettre, contour = "M", geometrie.contour_modifie(tirage, quartier.contour)
    facteur = 1.0 if lettre == "I" else tirage.uniform(0.92, 1.2)
    return Quartier2024(
        f"QN{quartier.departement}{numero:02d}{lettre}",
        noms.LIBELLES_2024.get(quartier.code, quartier.nom),
        list(dict.fromkeys(c for q in origines for c in q.communes)),
        round(sum(q.population[2018] for q in origines) * facteur),
        origines,
        sum(q.difficulte for q in origines) / len(origines),
        contour,
    )


def _nouveau(departement: str, rang: int, numero: int, nom: str, lettre: str = "N") -> Quartier2024:
    code = f"QN{departement}{numero:02d}{lettre}"
    tirage = alea("nouveau", code)
    population = tirage.randint(1050, 2600)
    centre = geometrie.emplacement(departement, (rang,), 9)
    return Quartier2024(
        code,
        nom,
        [f"{departement}{rang:02d}"],
        population,
        [],
        tirage.uniform(-1.6, -0.4),
        geometrie.contour_2015(tirage, centre, population),
    )


def _quartiers_2024(quartiers: list[Quartier]) -> tuple[list[Quartier2024], list[Quartier2024]]:
    """Edition of January 2026, and the quartiers that only the edition of June 2024 knows."""
    libelles = iter(noms.QUARTIERS_NOUVEAUX)
    resultat: list[Quartier2024] = []
    for departement in noms.DEPARTEMENTS:
        numero = 0
        for quartier in (q for q in quartiers if q.departement == departement):
            if quartier.code in SANS_SUITE or quartier.code == FUSION[1]:
                continue
            numero += 1
            absorbes = [q for q in quartiers if q.code == FUSION[1]] if quartier.code == FUSION[0] else []
            resultat.append(_suite(quartier, absorbes, numero))
        for rang in NOUVEAUX[departement]:
            numero += 1
            resultat.append(_nouveau(departement, rang, numero, next(libelles)))
    anciens = [replace(q, code=q.code[:-1] + "M") for q in resultat if q.code.endswith("C")]
    retires = [*anciens, _nouveau("965", 7, 7, noms.QUARTIER_RETIRE)]
    return resultat, retires


@cache
def construire() -> Territoire:
    """Build the territory; the same one every time."""
    libelles = iter(noms.QUARTIERS)
    quartiers = [
        _quartier(dep, i + 1, next(libelles)) for dep in noms.DEPARTEMENTS for i in range(len(IMPLANTATION[dep]))
    ]
    epci = {f"96000{101 + i:04d}": Epci(f"96000{101 + i:04d}", *nom) for i, nom in enumerate(noms.EPCI)}
    epci[EPCI_APRES] = Epci(EPCI_APRES, *noms.EPCI_2016)
    communes = {
        f"{dep}{i + 1:02d}": _commune(dep, i + 1, nom, quartiers)
        for dep in noms.DEPARTEMENTS
        for i, nom in enumerate(noms.COMMUNES[dep].split("|"))
    }
    quartiers_2024, retires = _quartiers_2024(quartiers)
    return Territoire(epci, communes, quartiers, quartiers_2024, retires)


def centre(surface: Surface) -> Point:
    """Mean of the vertices of the first ring."""
    anneau = surface[0][0][:-1]
    return sum(x for x, _ in anneau) / len(anneau), sum(y for _, y in anneau) / len(anneau)
