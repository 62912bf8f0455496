"""Three thematic bases of the quartiers of 2015 that the observatory has not read yet: schools, housing, establishments.

Belongs here: these bases in the layout that is expected of them, their figures, what they leave empty.
Does not belong here: the schools themselves (ecoles), the three bases that were read (bases_qpv), social housing (archives_2024).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

import shapely

from ingestion.demo import ecoles, geometrie, recensement, secret
from ingestion.demo.bases_qpv import centaine, compte
from ingestion.demo.formats import classeur_xlsx, csv
from ingestion.demo.territoire import Quartier, alea

BASE = 2022
Cellule = str | float | None
# Metres around the contour within which a school, a collège, is counted as near.
ABORDS_ECOLE, ABORDS_COLLEGE = 100, 300
ECOLES = ("EC_MAT", "EC_ELEM", "EC_ELEM_PRI", "COLL", "COLL_PRI")
ECONOMIE = ("NBETAB", "AUTO_ENT", "SERV_TOT", "SERV_PAR", "ENS_SANTE")
LOGEMENT = {
    "CODGEO": "Code du quartier",
    "LIBGEO": "Nom du quartier",
    "nbPersResPrinc": "Personnes vivant dans une résidence principale",
    "partResPrincSurocc": "Part des résidences principales suroccupées",
    "txLsRp": "Logements sociaux pour 100 résidences principales",
}
TITRES = ("Données fictives de démonstration : logement dans les quartiers", "Contours des quartiers de 2015")
# What is hidden → share of the quartiers of average size; a base on schools misses a quartier as a whole.
PARTS_SECRETES = {"ecoles": 0.05, "partResPrincSurocc": 0.12, "txLsRp": 0.04, "AUTO_ENT": 0.05, "ENS_SANTE": 0.25}


def _quartiers() -> list[Quartier]:
    return secret.presents("demo", BASE)


def _est_cache(nom: str, quartier: Quartier) -> bool:
    return secret.est_cache(nom, quartier, BASE, PARTS_SECRETES.get(nom, 0))


@cache
def _points(nature: str) -> Sequence[shapely.Point]:
    """Where the schools of a kind stand, in metres; some have no position."""
    return [
        shapely.Point(geometrie.en_metres(*e.position))
        for e in ecoles.etablissements()
        if e.nature == nature and e.position
    ]


def _compter(quartier: Quartier, nature: str, abords: int = 0) -> int:
    """Schools inside the quartier, or within some metres of it."""
    surface = shapely.union_all([shapely.Polygon(p[0], p[1:]).buffer(0) for p in quartier.contour])
    return sum(surface.distance(point) <= abords for point in _points(nature))


def _ecoles(quartier: Quartier) -> secret.Publie:
    """Schools are no secret, one by one; every school of the fictitious country has younger and older pupils."""
    if _est_cache("ecoles", quartier):
        return dict.fromkeys(ECOLES)
    dedans = _compter(quartier, "ecole")
    return {
        "EC_MAT": dedans, "EC_ELEM": dedans, "EC_ELEM_PRI": _compter(quartier, "ecole", ABORDS_ECOLE),
        "COLL": _compter(quartier, "college"), "COLL_PRI": _compter(quartier, "college", ABORDS_COLLEGE),
    }  # fmt: skip


def _etablissements(quartier: Quartier) -> secret.Publie:
    """Establishments, of which micro-entrepreneurs, and services, of which to households, teaching and health."""
    tirage = alea("tissu economique", quartier.code)
    total = round(quartier.population[2018] * tirage.uniform(0.025, 0.06))
    services = round(total * tirage.uniform(0.3, 0.5))
    comptes = {
        "NBETAB": total, "AUTO_ENT": round(total * tirage.uniform(0.18, 0.32)), "SERV_TOT": services,
        "SERV_PAR": round(services * tirage.uniform(0.15, 0.3)), "ENS_SANTE": round(services * tirage.uniform(0.2, 0.45)),
    }  # fmt: skip
    return secret.masquer(comptes, (), [nom for nom in ECONOMIE if _est_cache(nom, quartier)])


def _base(
    colonnes: Sequence[str],
    publier: Callable[[Quartier], Mapping[str, int | None]],
    total: Callable[[Iterable[int | None]], str],
) -> bytes:
    """A csv with the row `Ensemble` first, as the earlier bases of the same zoning."""
    publies = [(q, publier(q)) for q in _quartiers()]
    tete = ["Ensemble", "Ensemble des QPV", *[total(p[nom] for _, p in publies) for nom in colonnes]]
    lignes = [[q.code, q.nom, *[compte(p[nom]) for nom in colonnes]] for q, p in publies]
    return csv([["CODGEO", "LIBGEO", *colonnes], tete, *lignes], bom=True, fin_derniere=False)


def _somme(valeurs: Iterable[int | None]) -> str:
    """Total to the unit: there are too few schools to round it."""
    return compte(sum(v for v in valeurs if v is not None))


def _habitat(quartier: Quartier) -> tuple[int, float, float, int]:
    """People in main residences, main residences, overcrowded ones, social housing of a quartier."""
    tirage = alea("logement", quartier.code)
    personnes = round(quartier.population[2018] * tirage.uniform(0.95, 0.99))
    residences = personnes * 10 / recensement.complements(quartier)["l_nbpers"]
    suroccupation = max(0.02, 0.16 + 0.05 * quartier.difficulte + tirage.uniform(-0.04, 0.04))
    return (
        personnes,
        residences,
        residences * suroccupation,
        min(quartier.population[2018] // 3, round(0.97 * residences)),
    )


def _taux(partie: float, total: float) -> float:
    return round(100 * partie / total, 1)


def _ligne_logement(quartier: Quartier) -> list[Cellule]:
    """The census does not cover the islands, whose social housing has no main residences to be related to."""
    if quartier.couverture != "complete":
        return [quartier.code, quartier.nom, None, None, None]
    personnes, residences, suroccupees, sociaux = _habitat(quartier)
    return [
        quartier.code, quartier.nom, personnes,
        None if _est_cache("partResPrincSurocc", quartier) else _taux(suroccupees, residences),
        None if _est_cache("txLsRp", quartier) else _taux(sociaux, residences),
    ]  # fmt: skip


def _logement() -> bytes:
    """Workbook of one sheet: titles, labels, then names on row 5; the rates of the row `Ensemble` are ratios of sums."""
    couverts = [_habitat(q) for q in _quartiers() if q.couverture == "complete"]
    personnes, residences, suroccupees, sociaux = (sum(colonne) for colonne in zip(*couverts, strict=True))
    ensemble: list[Cellule] = ["Ensemble", "Ensemble des QPV", 100 * round(personnes / 100)]
    ensemble += [_taux(suroccupees, residences), _taux(sociaux, residences)]
    tete: list[list[Cellule]] = [[TITRES[0]], [TITRES[1]], [], [*LOGEMENT.values()], [*LOGEMENT], ensemble]
    return classeur_xlsx({"Données quartiers": [*tete, *map(_ligne_logement, _quartiers())]})


def fichiers() -> dict[str, bytes]:
    """Relative path → bytes."""
    return {
        "insee/qpv_education/EDUC_QPV2015.csv": _base(ECOLES, _ecoles, _somme),
        "insee/qpv_logement/LOGT_2023_V2.xlsx": _logement(),
        "insee/qpv_tissu_economique/ECO_QPV2015.csv": _base(ECONOMIE, _etablissements, centaine),
    }
