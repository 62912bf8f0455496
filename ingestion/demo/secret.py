"""What the publishers do not show of the quartiers of 2015: statistical secrecy, blocks not disseminated, rows that are absent.

Belongs here: which cells are empty and which quality note goes with them, for each base.
Does not belong here: the figures themselves (modele, revenus), the order of the columns (bases_qpv).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from ingestion.demo import modele
from ingestion.demo.territoire import Quartier, alea, construire

SEUIL = 5  # smallest published count
ABSENT_EN_2010 = "QP962014"
# Census rate → share of the quartiers of average size for which it is hidden. The islands alone leave a tenth of the rows empty, so the
# main rates are hidden less often than in the published files.
PARTS_SECRETES = {
    "tx_f": 0.005, "tx_tot_0a14": 0.002, "tx_tot_15a24": 0.0005, "tx_tot_25a59": 0.005, "tx_tot_60a74": 0.03, "tx_tot_75etplus": 0.15,
    "tx_f_0a14": 0.03, "tx_f_15a24": 0.06, "tx_f_25a59": 0.01, "tx_f_60a74": 0.09, "tx_f_75etplus": 0.22, "ind_jeune": 0.16,
    "tx_tot_men1": 0.0005, "tx_tot_men6": 0.45, "tx_tot_et": 0.09, "tx_f_et": 0.17, "tx_tot_empl": 0.002, "tx_f_empl": 0.0005,
    "tx_et_empl": 0.25, "tx_tot_eprec": 0.06, "tx_f_eprec": 0.22, "tx_et_eprec": 0.52, "tx_tot_edlim": 0.004, "tx_f_edlim": 0.16,
    "tx_et_edlim": 0.32,
}  # fmt: skip
# Block → number of quartiers for which a base does not publish it; the evolution follows the block it comes from.
BLOCS_ABSENTS = {"PE": 2, "PE_T": 2, "ASP": 2, "ASP_E": 4, "CNAM": 3, "CNAF": 2}
SUIT = {"PE_T": "PE", "ASP_E": "ASP"}

DUREES = tuple(f"ABC_DUR{i}" for i in range(1, 5))
DIPLOMES = ("ABC_INFCAPBEP", "ABC_CAPBEP", "ABC_BAC", "ABC_SUPBAC")
QUALIFICATIONS = tuple(f"ABC_QAL{i}" for i in range(1, 6))
# Groups whose members add up to a published total: never exactly one hidden cell.
PARTITIONS_INSCRITS: tuple[tuple[str, ...], ...] = (
    ("ABC_25", "ABC_2649", "ABC_50"), ("ABC_FR", "ABC_E"), DUREES, DIPLOMES, QUALIFICATIONS,
    *[(f"{nom}_F", f"{nom}_H") for nom in ("ABCDE", "ABC", "A", "ABC_RSA", *DUREES, *DIPLOMES)],
    *[tuple(f"{nom}_{sexe}" for nom in groupe) for groupe in (DUREES, DIPLOMES) for sexe in "FH"],
)  # fmt: skip
PARTITIONS_CONTRATS = (
    ("CUI", "EAV"), ("CIE", "CAE"), ("CIE_HS", "CIE_S"), ("CA_F", "CA_H"), ("CUI_F", "CUI_H"), ("EAV_F", "EAV_H"),
    ("CUI_25", "CUI_26A49", "CUI_50"), ("CUI_INFCAP", "CUI_CAP", "CUI_BAC", "CUI_SUPBAC"), ("EAV_INFCAP", "EAV_CAP", "EAV_SUPCAP"),
)  # fmt: skip
PARTITIONS_ALLOCATAIRES = (("AM", "AI", "ACSSENF", "ACAVENF"), tuple(f"ENF_{age}" for age in modele.ENFANTS))
ENFANTS_DE = {"CUI": ("CIE", "CAE", "CUI_"), "CIE": ("CIE_",), "EAV": ("EAV_",)}

Publie = dict[str, int | None]


def presents(base: str, annee: int) -> list[Quartier]:
    """Quartiers that have a row: `ipro`, `demo`, `revn` (year of the base) or `filosofi` (year of the incomes)."""
    exclus = {"lagon"}
    if base == "ipro" or (base == "demo" and annee < 2021) or (base == "revn" and annee < 2019):
        exclus.add("ile_sans_emploi")
    if base == "filosofi" and annee >= 2021:
        exclus |= {"ile", "ile_sans_emploi"}
    return [q for q in construire().quartiers if q.couverture not in exclus]


def est_cache(nom: str, quartier: Quartier, annee: int, part: float) -> bool:
    """Whether secrecy hides a cell: the smaller the quartier, the likelier."""
    return alea("secret", nom, quartier.code, annee).random() < part * (0.35 + 1_500 / quartier.population[2018])


@cache
def _absents(bloc: str, base: int) -> Mapping[str, int]:
    codes = [q.code for q in presents("ipro", base)]
    tirage = alea("notes", bloc, base)
    choisis = tirage.sample(codes, BLOCS_ABSENTS[bloc])
    notes = {code: tirage.choice((3, 4, 5)) for code in choisis}
    return notes | dict(_absents(SUIT[bloc], base)) if bloc in SUIT else notes


def note(bloc: str, quartier: Quartier, base: int) -> int:
    """Quality note of a block: 0 published, 1 published with a reserve (`FILO`), 2 to 6 not disseminated."""
    if bloc == "FILO":
        return int(alea("reserve", quartier.code).random() < 0.04)
    if bloc == "RP":
        return 6 if base == 2021 and quartier.couverture != "complete" else 0
    return _absents(bloc, base).get(quartier.code, 0)


def masquer(valeurs: Mapping[str, int], partitions: Iterable[Sequence[str]], caches: Iterable[str] = ()) -> Publie:
    """Hide the counts below the threshold, then one more cell wherever the total would give a hidden one away."""
    publies: Publie = {nom: None if nom in set(caches) or v < SEUIL else v for nom, v in valeurs.items()}
    groupes = list(partitions)
    stable = False
    while not stable:
        stable = True
        for groupe in groupes:
            if sum(publies[nom] is None for nom in groupe) == 1:
                visibles = [nom for nom in groupe if publies[nom] is not None]
                publies[min(visibles, key=lambda nom: valeurs[nom])] = None
                stable = False
    return publies


def recensement(quartier: Quartier, annee: int) -> Publie:
    """Census rates as published, in tenths; None where hidden or not disseminated."""
    valeurs = modele.recensement(quartier.code, annee)
    if quartier.couverture != "complete" and annee < 2018:
        return dict.fromkeys(valeurs)
    if quartier.code == ABSENT_EN_2010 and annee == 2010:
        return dict.fromkeys(valeurs)
    publies: Publie = {
        nom: None if est_cache(nom, quartier, annee, PARTS_SECRETES.get(nom, 0.3)) else v for nom, v in valeurs.items()
    }
    if quartier.couverture != "complete" and quartier.code != "QP965001":
        publies = dict.fromkeys(valeurs) | {"tx_f": valeurs["tx_f"]}
    return publies


def inscrits(quartier: Quartier, base: int) -> Publie:
    """Job seekers as published."""
    valeurs = modele.inscrits(quartier.code, base)
    if note("PE", quartier, base):
        return dict.fromkeys(valeurs)
    par_sexe = [nom for nom in valeurs if nom[-2:] in ("_F", "_H") and not nom.startswith("ABCDE")]
    return masquer(valeurs, PARTITIONS_INSCRITS, par_sexe if est_cache("sexe", quartier, base, 0.09) else ())


def evolutions(quartier: Quartier, base: int) -> dict[str, float | None]:
    """Published evolutions; those by sex are hidden with the counts by sex."""
    valeurs = modele.evolutions(quartier.code, base)
    if note("PE_T", quartier, base):
        return dict.fromkeys(valeurs)
    sans_sexe = inscrits(quartier, base)["ABC_F"] is None
    return {nom: None if sans_sexe and ("_F_" in nom or "_H_" in nom) else v for nom, v in valeurs.items()}


def contrats_aides(quartier: Quartier, base: int) -> Publie:
    """Aided contracts as published: a hidden total hides its detail."""
    valeurs = modele.contrats_aides(quartier.code, base)
    if note("ASP", quartier, base):
        return dict.fromkeys(valeurs)
    publies = masquer(valeurs, PARTITIONS_CONTRATS)
    for parent, prefixes in ENFANTS_DE.items():
        if publies[parent] is None:
            publies |= {nom: None for nom in publies if nom.startswith(prefixes)}
    return publies if publies["CA"] is not None else dict.fromkeys(publies)


def allocataires(quartier: Quartier, base: int) -> Publie:
    """Allocataires as published; the Cnaf block is absent, without a note, for the quartiers covered in part."""
    valeurs = modele.allocataires(quartier.code, base)
    if note("CNAF", quartier, base):
        return dict.fromkeys(valeurs)
    publies = masquer(valeurs, PARTITIONS_ALLOCATAIRES)
    if alea("secret", "A_ETUD", quartier.code, base).random() < 0.5:
        publies["A_ETUD"] = None
    return publies


def assures(quartier: Quartier, base: int) -> Publie:
    """Health insurance as published."""
    valeurs = modele.assures(quartier.code, base)
    if note("CNAM", quartier, base):
        return dict.fromkeys(valeurs)
    return masquer(valeurs, ())
