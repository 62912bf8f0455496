"""Archives of the quartiers of 2024 that the observatory has not read yet, in the layout that is expected of them.

Belongs here: zips of `data_<BASE><YEAR>_QP.csv` and `meta_<BASE><YEAR>_QP.csv`, what they mask, the aggregate row `00`.
Does not belong here: the bases of 2015 (bases_qpv, bases_revenus), population and poverty of 2024 (qpv2024, filosofi_qpv).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ingestion.demo.formats import archive, base_decrite, csv, nombre
from ingestion.demo.modele import repartir
from ingestion.demo.territoire import Quartier2024, alea, construire

DATE = (2026, 2, 3)
SEUIL = 5
Comptes = Mapping[str, int]


def _quartiers() -> list[Quartier2024]:
    return construire().quartiers_2024


def _masques(comptes: Comptes, quartier: Quartier2024, base: str) -> dict[str, str]:
    """Counts as published: small ones hidden, a quartier in thirty not disseminated at all (note 4)."""
    if alea("note", base, quartier.code).random() < 0.035:
        return {"NOTE": "4", **dict.fromkeys(comptes, "")}
    return {"NOTE": "0", **{nom: "" if n < SEUIL else str(n) for nom, n in comptes.items()}}


def _archive(base: str, libelles: Mapping[str, str], calcul: Callable[[Quartier2024], Comptes], membre: str) -> bytes:
    """Data of every quartier under the row `00`, and the description of the columns."""
    colonnes = [nom for nom in libelles if nom not in ("CODGEO", "LIBGEO", "NOTE")]
    lignes, totaux = [], dict.fromkeys(colonnes, 0)
    for quartier in _quartiers():
        comptes = calcul(quartier)
        totaux = {nom: totaux[nom] + comptes[nom] for nom in colonnes}
        publies = _masques(comptes, quartier, base)
        lignes.append([quartier.code, quartier.nom, publies["NOTE"], *[publies[nom] for nom in colonnes]])
    ensemble = ["00", "Ensemble des QPV", "0", *[str(100 * round(totaux[nom] / 100)) for nom in colonnes]]
    donnees = [["CODGEO", "LIBGEO", "NOTE", *colonnes], ensemble, *lignes]
    return archive(base_decrite(f"{membre}_QP", donnees, libelles), DATE)


COMMUNS = {"CODGEO": "Code du quartier", "LIBGEO": "Nom du quartier", "NOTE": "Note de diffusion"}
DEFM = COMMUNS | {
    "ABCDE": "Demandeurs d'emploi, catégories A à E",
    "ABC": "Demandeurs d'emploi, catégories A, B, C",
    "A": "Demandeurs d'emploi, catégorie A",
    "ABC_F": "Demandeurs d'emploi A, B, C, femmes",
    "ABC_25": "Demandeurs d'emploi A, B, C de moins de 26 ans",
    "ABC_2649": "Demandeurs d'emploi A, B, C de 26 à 49 ans",
    "ABC_50": "Demandeurs d'emploi A, B, C de 50 ans et plus",
    "ABC_DUR1": "Inscrits depuis moins de six mois",
    "ABC_DUR2": "Inscrits depuis six à onze mois",
    "ABC_DUR3": "Inscrits depuis un à deux ans",
    "ABC_DUR4": "Inscrits depuis deux ans ou plus",
}
CAF = COMMUNS | {
    "A": "Foyers allocataires",
    "PERCOU": "Personnes couvertes",
    "AI": "Allocataires isolés",
    "AM": "Allocataires monoparents",
    "ACSSENF": "Couples sans enfant",
    "ACAVENF": "Couples avec enfant",
    "ARSAS": "Allocataires du RSA socle",
}
EDUC = COMMUNS | {"NB_ELEVES_1D": "Élèves du premier degré", "NB_ELEVES_2D": "Élèves du second degré"}
DNB = COMMUNS | {"NB_PRESENTS": "Présents à l'examen", "NB_ADMIS": "Admis"}
SIDE = COMMUNS | {
    "NB_ETAB": "Établissements actifs",
    "CREA": "Créations d'établissements",
    "CREA_MICRO": "Créations de micro-entrepreneurs",
}
CNAM = COMMUNS | {
    "C": "Bénéficiaires du régime général",
    "C_C2SNP": "Bénéficiaires de la C2S non participative",
    "C_C2SP": "Bénéficiaires de la C2S participative",
}


def _defm(quartier: Quartier2024) -> Comptes:
    tirage = alea("defm 2024", quartier.code)
    abc = round(quartier.population * (0.15 + 0.02 * quartier.difficulte) * tirage.uniform(0.9, 1.1))
    ages = dict(zip(("ABC_25", "ABC_2649", "ABC_50"), repartir(abc, (0.15, 0.58, 0.27), tirage), strict=True))
    durees = (f"ABC_DUR{rang}" for rang in (1, 2, 3, 4))
    anciennetes = dict(zip(durees, repartir(abc, (0.38, 0.17, 0.19, 0.26), tirage), strict=True))
    return {
        "ABCDE": round(abc * 1.12),
        "ABC": abc,
        "A": round(abc * 0.66),
        "ABC_F": round(abc * 0.49),
        **ages,
        **anciennetes,
    }


def _caf(quartier: Quartier2024) -> Comptes:
    tirage = alea("caf 2024", quartier.code)
    total = round(quartier.population * (0.3 + 0.02 * quartier.difficulte) * tirage.uniform(0.93, 1.07))
    familles = ("AI", "AM", "ACSSENF", "ACAVENF")
    parts = dict(zip(familles, repartir(total, (0.46, 0.21, 0.065, 0.265), tirage), strict=True))
    return {
        "A": total,
        "PERCOU": round(total * 2.3),
        **parts,
        "ARSAS": round(total * (0.25 + 0.03 * quartier.difficulte)),
    }


def _eleves(quartier: Quartier2024) -> Comptes:
    tirage = alea("eleves 2024", quartier.code)
    return {
        "NB_ELEVES_1D": round(quartier.population * tirage.uniform(0.1, 0.15)),
        "NB_ELEVES_2D": round(quartier.population * tirage.uniform(0.09, 0.13)),
    }


def _brevet(quartier: Quartier2024) -> Comptes:
    tirage = alea("brevet 2025", quartier.code)
    presents = round(quartier.population * tirage.uniform(0.011, 0.017))
    return {"NB_PRESENTS": presents, "NB_ADMIS": round(presents * (0.78 - 0.04 * quartier.difficulte))}


def _side(quartier: Quartier2024) -> Comptes:
    tirage = alea("side 2023", quartier.code)
    etablissements = round(quartier.population * tirage.uniform(0.025, 0.06))
    creations = round(etablissements * tirage.uniform(0.18, 0.3))
    return {"NB_ETAB": etablissements, "CREA": creations, "CREA_MICRO": round(creations * 0.71)}


def _cnam(quartier: Quartier2024) -> Comptes:
    tirage = alea("cnam 2025", quartier.code)
    couverts = round(quartier.population * tirage.uniform(0.87, 0.98))
    part = 0.28 + 0.03 * quartier.difficulte
    return {
        "C": couverts,
        "C_C2SNP": round(couverts * part),
        "C_C2SP": round(couverts * 0.05 * tirage.uniform(0.85, 1.15)),
    }


def _parc_social(quartiers: Sequence[tuple[str, int, float]], cle: str) -> list[list[str]]:
    """The rows of social housing: rates with a decimal comma inside quotes, counts with a decimal point."""
    lignes = [f"{cle} Note nbLsPls txVac txVac3m txRot txLs5pp txLs49a75 moyLoy medLoy".split()]
    for code, population, difficulte in quartiers:
        tirage = alea("rpls", code)
        note = 5 if tirage.random() < 0.02 else 4 if tirage.random() < 0.02 else 0
        vacance = 3.5 + difficulte + tirage.uniform(-1.5, 2.5)
        taux = [vacance, vacance / 2, tirage.uniform(5, 12), tirage.uniform(2, 14), tirage.uniform(30, 95)]
        caches = [tirage.random() < part for part in (0.42, 0.6, 0.09, 0.3, 0.3)]
        cellules = [
            "" if cache else nombre(max(0.0, t), 1, zero_final=False) for t, cache in zip(taux, caches, strict=True)
        ]
        loyer = tirage.uniform(4.8, 6.9)
        pleine = [f"{population // 3}.0", *cellules, nombre(loyer + 0.2, 2), nombre(loyer, 2)]
        lignes.append([code, str(note), *([""] * len(pleine) if note else pleine)])
    return lignes


def _rpls_2015() -> bytes:
    """One csv with quotes, no year; every quartier but the lagoon."""
    quartiers = [(q.code, q.population[2018], q.difficulte) for q in construire().quartiers if q.couverture != "lagon"]
    return csv(_parc_social(quartiers, "CodGeo"), separateur=",", fin="\n")


def _rpls_2024() -> bytes:
    lignes = _parc_social([(q.code, q.population, q.difficulte) for q in _quartiers()], "CodGeo")
    return archive(base_decrite("RPLS2025_QP", lignes, {"nbLsPls": "Logements du parc locatif social"}), DATE)


def _appartenance() -> bytes:
    """Codes of communes end to end, five characters each."""
    lignes = [["QP", "LIB_QP", "LIST_COM_2025"], *[[q.code, q.nom, "".join(q.communes)] for q in _quartiers()]]
    return archive({"TAG_QPV2024_2025.csv": csv(lignes, bom=True)}, DATE)


def _population_communale() -> bytes:
    """Inhabitants of each commune in its quartiers; a commune whose only quartier is shared is known here only."""
    parts: dict[str, int] = {}
    for quartier in _quartiers():
        decoupe = repartir(quartier.population, [1.0] * len(quartier.communes), alea("parts 2024", quartier.code))
        for commune, habitants in zip(quartier.communes, decoupe, strict=True):
            parts[commune] = parts.get(commune, 0) + habitants
    return csv([["codeDepcom", "popMuniQPV"], *[[code, str(n)] for code, n in sorted(parts.items())]], bom=True)


def fichiers() -> dict[str, bytes]:
    """Relative path → bytes."""
    return {
        "insee/qpv2024_defm/DEFM2024_QP24_csv.zip": _archive("defm", DEFM, _defm, "DEFM2024"),
        "insee/qpv2024_caf/beneficiaires_CAF_31-12-2024_QP24.zip": _archive("caf", CAF, _caf, "CAF2024"),
        "insee/qpv2024_scolarite/EDUC_2024_2025_QP24.zip": _archive("educ", EDUC, _eleves, "EDUC2024"),
        "insee/qpv2024_dnb/DNB_2025_QP24.zip": _archive("dnb", DNB, _brevet, "DNB2025"),
        "insee/qpv2024_side/side_2023_QPV2024.zip": _archive("side", SIDE, _side, "SIDE2023"),
        "insee/qpv2024_cnam_c2s/beneficiaires_CNAM_01-01-2025_QP24_csv.zip": _archive("cnam", CNAM, _cnam, "CNAM2025"),
        "insee/qpv2024_rpls/RPLS_01-01-2025_QPV_2024.zip": _rpls_2024(),
        "insee/qpv2024_appartenance/TAG_QPV2024_2025_csv.zip": _appartenance(),
        "insee/qpv2024_population_communale/pop_reference_communales_QPV24.csv": _population_communale(),
        "sdes/qpv_rpls/rpls_qpv.csv": _rpls_2015(),
    }
