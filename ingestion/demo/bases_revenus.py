"""Columns of the base REVN (incomes, health insurance, benefits) per quartier of 2015.

Belongs here: the columns of each base, the cells of a quartier, the `Ensemble` row of REVN.
Does not belong here: the two other bases and the writing of the files (bases_qpv), the Filosofi files (filosofi_qpv).
"""

from __future__ import annotations

from collections.abc import Sequence

from ingestion.demo import revenus, secret
from ingestion.demo.formats import FINE_INSECABLE, dixiemes, nombre
from ingestion.demo.territoire import Quartier, alea

FILOSOFI = {2017: 2013, 2018: 2014, 2019: 2015, 2021: 2017, 2022: 2018}
STRUCTURE = ("PACT", "PPEN", "PPSOC", "PIMPOT", "PPAT")
QUANTILES = {"DISP_Q2": 0.5, "DISP_Q1": 0.25, "DISP_Q3": 0.75, "DISP_D1": 0.1, "DISP_D9": 0.9}
# Declared income over disposable income, around each quantile.
DECLARE = {
    "DECUC_Q2": ("DISP_Q2", 0.75),
    "DECUC_Q1": ("DISP_Q1", 0.47),
    "DECUC_Q3": ("DISP_Q3", 0.92),
    "DECUC_D9": ("DISP_D9", 1.0),
}
ASSURANCE = {2017: ["CCMUC"], 2018: ["CCMUC"], 2019: ["CCMUC"], 2021: ["C", "CC2S"], 2022: ["C", "C_C2SNP", "C_C2SP"]}


def colonnes_revn(base: int) -> list[str]:
    recente = base > 2019
    return [
        "CODGEO", "LIBGEO", "PMIMP", *([] if recente else ["PART_CHOMPRINC"]), "DECUC_Q2", "DECUC_Q1", "DECUC_Q3", "BREV", "DECUC_D1", "DECUC_D9",
        *(["DECUC_D1D9"] if recente else []), "DISP_Q2", "DISP_Q1", "DISP_Q3", "TP60", "DISP_D1", "DISP_D9", *(["DISP_D1D9"] if recente else []),
        *STRUCTURE, *(["NOTE_FILO"] if base >= 2019 else []), *ASSURANCE[base], "NOTE_CNAM", "A", *([] if recente else ["APRES50", "APRES100"]),
        "ARSA" if base == 2017 else "APPA", "ARSAS", "AAAH", "NOTE_CNAF",
    ]  # fmt: skip


def arrondi(montant: float, annee: int) -> int:
    """Euros as disseminated: to the euro up to the incomes of 2015, then to ten euros."""
    return round(montant) if annee < 2016 else round(montant / 10) * 10


def _montant(valeur: float | None) -> str:
    return nombre(valeur, 0, FINE_INSECABLE)


def disponible(zone: revenus.Distribution, annee: int) -> dict[str, int]:
    return {nom: arrondi(zone.quantile(part), annee) for nom, part in QUANTILES.items()}


def _declare(zone: revenus.Distribution, annee: int, *cle: object) -> dict[str, int]:
    """Declared incomes: below the disposable ones at the bottom, nil for the first decile of the poorest quartiers."""
    tirage = alea("declare", *cle)
    valeurs = {
        nom: arrondi(zone.quantile(QUANTILES[source]) * part * tirage.uniform(0.96, 1.04), annee)
        for nom, (source, part) in DECLARE.items()
    }
    valeurs["DECUC_D1"] = max(0, arrondi(zone.quantile(0.1) * tirage.uniform(-0.12, 0.36), annee))
    return valeurs


def structure_publiee(zone: revenus.Distribution, annee: int, cle: str) -> dict[str, int]:
    """Structure of incomes, the same in every file that holds this quartier and year."""
    return revenus.structure(zone, annee, cle, annee)


def taux_publie(quartier: Quartier, annee: int) -> int | None:
    """Poverty rate in tenths, the same in every file; seldom hidden."""
    if secret.est_cache("tp60", quartier, annee, 0.004):
        return None
    return round(10 * revenus.taux_pauvrete(revenus.du_quartier(quartier.code, annee), annee))


def _filosofi(quartier: Quartier, base: int) -> dict[str, str]:
    annee = FILOSOFI[base]
    zone = revenus.du_quartier(quartier.code, annee)
    recente = base > 2019
    declare, pauvrete = _declare(zone, annee, quartier.code, annee), round(10 * revenus.taux_pauvrete(zone, annee))
    ligne = {nom: _montant(v) for nom, v in declare.items()}
    bas_revenus = None if secret.est_cache("brev", quartier, annee, 0.008) else pauvrete + 182
    ligne["BREV"] = dixiemes(bas_revenus, zero_final=base >= 2019)
    imposes = round(10 * (21 + 30 * (zone.mediane / revenus.NIVEAU[annee] - 0.65))) - (30 if recente else 0)
    ligne["PMIMP"] = dixiemes(
        None if secret.est_cache("pmimp", quartier, base, 0.2 if recente else 0.11) else imposes, zero_final=False
    )
    chomage = None if secret.est_cache("chomprinc", quartier, base, 0.6) else round(10 * (5 + pauvrete / 140))
    ligne["PART_CHOMPRINC"] = dixiemes(chomage, zero_final=False)
    if base == 2017 and quartier.couverture != "complete":
        return ligne  # disposable incomes of 2013 exist for the mainland only
    montants = disponible(zone, annee)
    ligne |= {nom: _montant(v) for nom, v in montants.items()}
    ligne |= {
        nom: dixiemes(v)
        for nom, v in ((n, structure_publiee(zone, annee, quartier.code)[n.lower()]) for n in STRUCTURE)
    }
    ligne["TP60"] = dixiemes(taux_publie(quartier, annee))
    ligne["DISP_D1D9"] = nombre(montants["DISP_D9"] / montants["DISP_D1"], 1)
    ligne["DECUC_D1D9"] = nombre(declare["DECUC_D9"] / declare["DECUC_D1"], 1) if declare["DECUC_D1"] else ""
    return ligne | {"NOTE_FILO": str(secret.note("FILO", quartier, base))}


def ligne_revn(quartier: Quartier, base: int) -> dict[str, str]:
    """Cells of a quartier by column; neither Cnam nor Cnaf, not even their notes, for the quartier covered in part."""
    ligne = _filosofi(quartier, base)
    if quartier.couverture == "ile_sans_emploi":
        return ligne
    ligne |= {
        nom: _montant(v) for nom, v in {**secret.assures(quartier, base), **secret.allocataires(quartier, base)}.items()
    }
    return ligne | {f"NOTE_{bloc}": str(secret.note(bloc, quartier, base)) for bloc in ("CNAM", "CNAF")}


def ensemble_revn(quartiers: Sequence[Quartier], base: int) -> dict[str, str]:
    """The `Ensemble` row: no income in bases 2017 and 2018; in 2019 all but `PMIMP`, `BREV`, `TP60`."""
    comptes = [
        secret.assures(q, base) | secret.allocataires(q, base) for q in quartiers if q.couverture != "ile_sans_emploi"
    ]
    ligne = {}
    for nom in comptes[0]:
        centaines = round(sum(c[nom] or 0 for c in comptes) / 100)
        # The published totals of the same block differ by one hundred between the two bases of 2017.
        ligne[nom] = _montant(100 * (centaines + (base == 2017 and nom == "A")))
    if base < 2019:
        return ligne
    annee = FILOSOFI[base]
    zone = revenus.ensemble(annee, [q.code for q in quartiers])
    montants = {**_declare(zone, annee, "Ensemble", annee), **disponible(zone, annee)}
    parts = structure_publiee(zone, annee, "Ensemble")
    return (
        ligne
        | {nom: _montant(v) for nom, v in montants.items()}
        | {nom: dixiemes(parts[nom.lower()]) for nom in STRUCTURE}
    )
