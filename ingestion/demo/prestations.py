"""Benefits by commune of the fictitious territory, as the family branch opens them.

Belongs here: the export of December by commune, the territorial indicators of precarity.
Does not belong here: Iris (iris), quartiers (bases_qpv, archives_2024).
"""

from __future__ import annotations

from ingestion.demo import noms
from ingestion.demo.formats import csv
from ingestion.demo.territoire import ARRONDISSEMENTS, REGION, VILLE_A_ARRONDISSEMENTS, alea, construire

MOIS = tuple(f"{annee}-12" for annee in range(2020, 2025))
SEUIL = 5


def _cinq(valeur: float) -> str:
    """Rounded to five; a small count is left empty."""
    return str(5 * round(valeur / 5)) if valeur >= SEUIL else ""


def _communes() -> bytes:
    """December of each year; the large city by arrondissement only, the households nobody can place without a code."""
    entete = "dtreffre;numcomdo;nomcom;indfoy_ndur;indnbp_ndur;indfoy_rsa;indmtt_rsa;indfoy_ppa;indmtt_ppa".split(";")
    territoire = construire()
    lignes: list[list[str]] = []
    for mois in MOIS:
        zones: list[tuple[str, str, float]] = [("", "", 900.0)]
        for code, commune in territoire.communes.items():
            habitants = territoire.population(code, 2018)
            parts = [(code, commune.nom)]
            if code == VILLE_A_ARRONDISSEMENTS:
                parts = [(a, f"{commune.nom} {rang}e") for rang, a in enumerate(ARRONDISSEMENTS, start=1)]
            zones += [(part, nom, habitants / len(parts)) for part, nom in parts]
        for code, nom, population in zones:
            foyers = population * alea("caf commune", code, mois).uniform(0.14, 0.24)
            rsa, prime = foyers * 0.12, foyers * 0.33
            lignes.append([
                mois, code, nom, _cinq(foyers), _cinq(foyers * 2.4), _cinq(rsa), str(100 * round(rsa * 5.3)) if rsa >= SEUIL else "",
                _cinq(prime), str(100 * round(prime * 1.9)) if prime >= SEUIL else "",
            ])  # fmt: skip
    return csv([entete, *lignes], bom=True)


def _precarite() -> bytes:
    """Four levels in one file: `D` and `R` before the codes, a zero lost, percentages with their sign."""
    entete = [
        "ID", "NOM", "Niveau géographique", "Revenu médian (Insee FiLoSoFi 2021)",
        "Taux de pauvreté au seuil de 60% (Insee FiLoSoFi 2021)",
        "Part des allocataires du RSA (CAF 2024) parmi les ménages (Insee 2022)", "Part des 15-24 ans actifs au chômage (Insee 2022)",
    ]  # fmt: skip
    territoire = construire()
    zones = [(code, commune.nom, "Commune") for code, commune in territoire.communes.items()]
    zones += [
        (code, f"Intercommunalité {code}", "EPCI") for code in sorted({c.epci for c in territoire.communes.values()})
    ]
    zones += [(f"D{code}", nom, "Département") for code, (nom, _) in noms.DEPARTEMENTS.items()]
    zones.append((f"R{REGION}", noms.REGION, "Région"))
    lignes: list[list[str]] = []
    for code, nom, niveau in zones:
        tirage = alea("precarite", code)
        part = f"{tirage.randint(2, 19)}%"
        if niveau == "Commune" and tirage.random() < 0.1:
            part = tirage.choice(("s", "nd"))
        lignes.append([code, nom, niveau, f"{tirage.randint(18, 26)} {tirage.randint(100, 990)} ", "15%", part, "22%"])
    return csv([entete, *lignes])


def fichiers() -> dict[str, bytes]:
    """Relative path → bytes."""
    return {
        "cnaf/communes_allocataires/s_ben_com_f.csv": _communes(),
        "cnaf/indicateurs_precarite/20260306-indicateurs-precarite.csv": _precarite(),
    }
