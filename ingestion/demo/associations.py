"""Associations of the fictitious territory: the national register and the subsidies of the State.

Belongs here: the two files, filled with addresses and names that are plainly invented, since none of them may be kept.
Does not belong here: the subsidies of the politique de la ville (programmes).
"""

from __future__ import annotations

from ingestion.demo.formats import csv, parquet
from ingestion.demo.territoire import alea, construire

COLONNES_RNA = (
    "id id_ex siret rup_mi gestion date_creat date_decla date_publi date_disso nature groupement titre titre_court objet "
    "objet_social1 objet_social2 adrs_complement adrs_numvoie adrs_repetition adrs_typevoie adrs_libvoie adrs_distrib "
    "adrs_codeinsee adrs_codepostal adrs_libcommune adrg_declarant adrg_complemid adrg_complemgeo adrg_libvoie adrg_distrib "
    "adrg_codepostal adrg_achemine adrg_pays dir_civilite siteweb publiweb observation position maj_time"
).split()
PROGRAMMES = ("147", "163", "177")


def _associations() -> list[dict[str, str | None]]:
    """About one for 200 inhabitants in the towns with quartiers; one in six is dissolved, one in forty has no commune."""
    territoire = construire()
    resultat: list[dict[str, str | None]] = []
    for code in territoire.communes:
        for _ in range(territoire.population_en_quartier(code, 2018) // 800):
            numero = len(resultat) + 1
            valeurs: dict[str, str | None] = {
                "id": f"W96{numero:07d}", "date_creat": "2011-05-04", "titre": f"ASSOCIATION FICTIVE {numero}",
                "objet": "Objet fictif", "adrs_numvoie": "1", "adrs_typevoie": "RUE", "adrs_libvoie": "FICTIVE",
                "adrs_codeinsee": None if numero % 40 == 0 else code, "adrs_libcommune": territoire.communes[code].nom,
                "adrg_declarant": "Madame Fictive", "dir_civilite": "MF", "siteweb": "contact@example.invalid",
                "position": "D" if numero % 6 == 0 else "A", "maj_time": f"2025-0{1 + numero % 8}-11 10:00:00",
            }  # fmt: skip
            resultat.append(valeurs)
    # A declaration that a later one replaces, although it comes after it in the file.
    return [*resultat, resultat[0] | {"position": "D", "maj_time": "2009-01-01 10:00:00"}]


def repertoire() -> bytes:
    """The register, 39 columns."""
    lignes = _associations()
    return parquet({nom: [ligne.get(nom) for ligne in lignes] for nom in COLONNES_RNA})


def jaune() -> bytes:
    """Subsidies by programme, in cp1252, amounts with a decimal comma and a thousands mark, one of them missing."""
    entete = "Programme;SIREN;NIC;Dénomination;Montant;Objet 2022;Convention 2022;COG : code;COG : libellé".split(";")
    territoire = construire()
    lignes: list[list[str]] = []
    for code, commune in list(territoire.communes.items())[::4]:
        for programme in PROGRAMMES[: alea("jaune", code).randint(1, 3)]:
            numero = len(lignes) + 1
            montant = "" if numero == 7 else f"{alea('montant', numero).randint(1, 90)}\u00a0500,00"
            lignes.append([
                programme, f"{numero:09d}", "00001", f"ASSOCIATION FICTIVE {numero} – Madame Fictive", montant, "Objet fictif",
                "Non", code, commune.nom,
            ])  # fmt: skip
    return csv([entete, *lignes]).decode("utf-8").encode("cp1252")


def fichiers() -> dict[str, bytes]:
    """Relative path → bytes."""
    return {
        "interieur/rna/rna_waldec.parquet": repertoire(),
        "budget/jaune_associations/jaune-associations.csv": jaune(),
    }
