"""Who is covered by the Caf and by the health insurance in the quartiers of 2015 and around: a workbook and an archive.

Belongs here: households of 2015 at four levels, people covered of 2023, the parts that a commune and an Iris have of them.
Does not belong here: the figures of a quartier (modele), the bases that repeat some of them (bases_qpv), the quartiers of 2024.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from ingestion.demo import iris, modele, secret
from ingestion.demo.bases_qpv import centaine, compte
from ingestion.demo.formats import archive, base_decrite, classeur
from ingestion.demo.modele import repartir
from ingestion.demo.territoire import ARRONDISSEMENTS, VILLE_A_ARRONDISSEMENTS, Quartier, alea, construire

DATE = (2024, 5, 14)
# The base of 2017 and this workbook hold the same 31st of December 2015.
BASE_CAF, BASE_CNAM = 2017, 2023
FAMILLES, ENFANTS = ("AM", "AI", "ACSSENF", "ACAVENF"), tuple(f"ENF_{age}" for age in modele.ENFANTS)
# Everything else is a sum of these.
SIMPLES = (*FAMILLES, *ENFANTS, "PERCOU", "AC3ENF", "ARSAS", "AAAH")
CAF = ("A", "PERCOU", *FAMILLES, "AC3ENF", "ENF", *ENFANTS, "ARSAS", "AAAH")
CNAM = {
    "CODGEO": "Code du quartier",
    "LIBGEO": "Nom du quartier",
    "NOTE": "Note de diffusion",
    "C": "Bénéficiaires du régime général",
    "C_C2SNP": "Bénéficiaires de la C2S non participative",
    "C_C2SP": "Bénéficiaires de la C2S participative",
    "C_17_C2SNP": "Bénéficiaires de la C2S non participative de moins de 18 ans",
    "C_60_C2SNP": "Bénéficiaires de la C2S non participative de 60 ans et plus",
}
Comptes = Mapping[str, int]
Cellule = str | float | None


def _sommer(simples: Comptes) -> dict[str, int]:
    return {**simples, "A": sum(simples[nom] for nom in FAMILLES), "ENF": sum(simples[nom] for nom in ENFANTS)}


def _additionner(zones: Iterable[Comptes]) -> dict[str, int]:
    liste = list(zones)
    return _sommer({nom: sum(zone[nom] for zone in liste) for nom in SIMPLES})


def _part(quartier: Quartier, commune: str) -> dict[str, int]:
    comptes = modele.allocataires(quartier.code, BASE_CAF)
    return _sommer({nom: round(comptes[nom] * quartier.parts[commune]) for nom in SIMPLES})


def _hors_quartiers(commune: str) -> dict[str, int]:
    """Households outside the quartiers: fewer, and less often alone with children."""
    tirage = alea("caf 2015", commune)
    total = round(construire().communes[commune].hors_quartiers * tirage.uniform(0.13, 0.2))
    enfants = round(total * 0.92)
    simples = dict(zip(FAMILLES, repartir(total, (0.15, 0.4, 0.09, 0.36), tirage), strict=True))
    simples |= dict(zip(ENFANTS, repartir(enfants, (0.15, 0.16, 0.27, 0.2, 0.13, 0.09), tirage), strict=True))
    return _sommer(simples | {
        "PERCOU": round(total * 2.4), "AC3ENF": round(simples["ACAVENF"] * 0.27), "ARSAS": round(total * 0.11), "AAAH": round(total * 0.08),
    })  # fmt: skip


@cache
def de_commune(code: str) -> Comptes:
    """Households of a commune: the parts of its quartiers, and what lies outside of them."""
    quartiers = [q for q in construire().quartiers if code in q.parts]
    return _additionner([*(_part(q, code) for q in quartiers), _hors_quartiers(code)])


def _iris() -> dict[str, Comptes]:
    """Households of each Iris, which add up to those of the commune."""
    porteurs: dict[str, list[tuple[str, int]]] = {}
    for code, porteuse, habitants in iris.codes():
        commune = VILLE_A_ARRONDISSEMENTS if porteuse in ARRONDISSEMENTS else porteuse
        porteurs.setdefault(commune, []).append((code, habitants))
    resultat: dict[str, Comptes] = {}
    for commune, secteurs in porteurs.items():
        poids, total = [float(habitants) for _, habitants in secteurs], de_commune(commune)
        decoupes = {nom: repartir(total[nom], poids, alea("caf iris 2015", commune), 0) for nom in SIMPLES}
        resultat |= {
            code: _sommer({nom: parts[rang] for nom, parts in decoupes.items()})
            for rang, (code, _) in enumerate(secteurs)
        }
    return resultat


def _ligne(code: str, libelle: str, note: int, publies: secret.Publie) -> list[Cellule]:
    return [code, libelle, note, *[publies[nom] for nom in CAF]]


def _feuille(niveau: str, lignes: Iterable[Sequence[Cellule]]) -> list[Sequence[Cellule]]:
    """Titles, then names on row 5."""
    titres: list[Sequence[Cellule]] = [
        ["Données fictives de démonstration"],
        [f"Allocataires par {niveau} au 31 décembre 2015"],
    ]
    return [*titres, ["Source : données fictives de démonstration"], [], ["CODGEO", "LIBGEO", "NOTE", *CAF], *lignes]


def _zones(zones: Mapping[str, tuple[str, Comptes]]) -> list[list[Cellule]]:
    return [
        _ligne(code, nom, 0, secret.masquer(comptes, secret.PARTITIONS_ALLOCATAIRES)) for code, (nom, comptes) in zones.items()
    ]  # fmt: skip


def _caf() -> bytes:
    """Excel 97 workbook of four sheets; the quartiers are those of the base of 2017, cell for cell."""
    territoire, quartiers = construire(), secret.presents("demo", BASE_CAF)
    publies = {q.code: secret.allocataires(q, BASE_CAF) for q in quartiers}
    ensemble: list[Cellule] = ["Ensemble", "Ensemble des QPV", None]
    ensemble += [100 * round(sum(p[nom] or 0 for p in publies.values()) / 100) for nom in CAF]
    lignes = [_ligne(q.code, q.nom, secret.note("CNAF", q, BASE_CAF), publies[q.code]) for q in quartiers]
    concernees = {code: c for code, c in territoire.communes.items() if any(code in q.parts for q in quartiers)}
    intercommunalites = sorted({c.epci_2015 for c in concernees.values()} & territoire.epci.keys())
    epci = {
        code: (
            territoire.epci[code].libelle_long,
            _additionner(de_commune(c.code) for c in territoire.communes.values() if c.epci_2015 == code),
        )
        for code in intercommunalites
    }
    return classeur({
        "QP": _feuille("quartier", [ensemble, *lignes]),
        "IRIS": _feuille("Iris", _zones({code: (f"Secteur {code[5:7]}", comptes) for code, comptes in _iris().items()})),
        "COM": _feuille("commune", _zones({code: (c.nom, de_commune(code)) for code, c in concernees.items()})),
        "EPCI": _feuille("intercommunalité", _zones(epci)),
    })  # fmt: skip


def _ages(aidees: int, *cle: object) -> dict[str, int]:
    tirage = alea("cnam 2023", *cle)
    return {
        "C_17_C2SNP": round(aidees * tirage.uniform(0.38, 0.46)),
        "C_60_C2SNP": round(aidees * tirage.uniform(0.06, 0.11)),
    }


def _assures(quartier: Quartier) -> secret.Publie:
    """Health insurance of a quartier as published; ages only where their total is."""
    publies = secret.assures(quartier, BASE_CNAM)
    return publies | secret.masquer(_ages(publies["C_C2SNP"] or 0, quartier.code), ())


def _assures_commune(code: str) -> secret.Publie:
    """The parts of its quartiers, and what lies outside of them."""
    parts = [(q.parts[code], modele.assures(q.code, BASE_CNAM)) for q in construire().quartiers if code in q.parts]
    dehors = construire().communes[code].hors_quartiers * 0.88
    taux = {"C": 1.0, "C_C2SNP": 0.08, "C_C2SP": 0.02}
    comptes = {nom: round(sum(p * v[nom] for p, v in parts) + dehors * part) for nom, part in taux.items()}
    return secret.masquer(comptes | _ages(comptes["C_C2SNP"], code), ())


def _membre(niveau: str, lignes: Iterable[tuple[str, str, int, secret.Publie]]) -> dict[str, bytes]:
    """A level of the archive and its description; narrow no-break spaces between the thousands."""
    colonnes = [nom for nom in CNAM if nom not in ("CODGEO", "LIBGEO", "NOTE")]
    toutes = list(lignes)
    corps = [[code, nom, str(note), *[compte(publies[c]) for c in colonnes]] for code, nom, note, publies in toutes]
    if niveau == "QP":
        corps.insert(0, ["Ensemble", "Ensemble des QPV", "", *[centaine(x[3][c] for x in toutes) for c in colonnes]])
    return base_decrite(f"CNAM2023_{niveau}", [[*CNAM], *corps], CNAM)


def _cnam() -> bytes:
    """Archive of the quartiers and of their communes."""
    quartiers, communes = secret.presents("ipro", BASE_CNAM), construire().communes
    codes = [code for code in communes if any(code in q.parts for q in quartiers)]
    par_quartier = [(q.code, q.nom, secret.note("CNAM", q, BASE_CNAM), _assures(q)) for q in quartiers]
    par_commune = [(code, communes[code].nom, 0, _assures_commune(code)) for code in codes]
    return archive(_membre("QP", par_quartier) | _membre("COM", par_commune), DATE)


def fichiers() -> dict[str, bytes]:
    """Relative path → bytes."""
    return {
        "insee/qpv_caf/beneficiaires_CAF_31-12-2015.xls": _caf(),
        "insee/qpv_cnam_c2s/beneficiaires_CNAM_01-01-2023_QP_csv.zip": _cnam(),
    }
