"""Lists that name the quartiers of 2024: their communes and EPCI, the quartiers of 2015 that have the same name.

Belongs here: the two csv files of the ANCT that hold no figure.
Does not belong here: contours (contours), populations (qpv2024).
"""

from __future__ import annotations

from ingestion.demo import noms
from ingestion.demo.formats import csv
from ingestion.demo.territoire import REGION, Quartier2024, construire

STATUTS = {"M": "Modifié", "I": "Identique", "N": "Nouveau", "C": "Modifié"}


def _quartiers() -> list[Quartier2024]:
    return sorted(construire().quartiers_2024, key=lambda q: q.code)


def liste() -> bytes:
    """Communes joined by « ; » in a csv separated by `;`, nameless columns at the right."""
    territoire = construire()
    entete = "code_qp lib_qp insee_reg lib_reg insee_dep lib_dep insee_com lib_com siren_epci lib_epci".split()
    lignes = []
    for q in _quartiers():
        epci = territoire.epci_du_quartier(q.communes, 2024)
        lignes.append([
            q.code, q.nom, REGION, noms.REGION, q.departement, noms.DEPARTEMENTS[q.departement][0], "; ".join(q.communes),
            "; ".join(territoire.noms_communes(q.communes)), "; ".join(epci),
            "; ".join(territoire.epci[code].libelle_court for code in epci),
        ])  # fmt: skip
    return csv([entete, *lignes], bom=True, colonnes_vides=3)


def correspondance() -> bytes:
    """Up to three quartiers of 2015 by quartier of 2024, none for a new one."""
    entete = "QP2024;Label_QP2024;Statut;QP2015_1;Label_QP2015_1;QP2015_2;Label_QP2015_2;QP2015_3;Label_QP2015_3".split(
        ";"
    )
    lignes = []
    for q in _quartiers():
        origines = [texte for o in q.origines for texte in (o.code, o.nom)]
        lignes.append([q.code, q.nom, STATUTS[q.code[-1]], *origines, *[""] * (6 - len(origines))])
    return csv([entete, *lignes], bom=True)


def fichiers() -> dict[str, bytes]:
    """Relative path → bytes."""
    return {
        "anct/qpv2024_liste/listeqp2024-cog2024.csv": liste(),
        "anct/qpv_correspondance/liste-correspondance-qp2024-qp2015.csv": correspondance(),
    }
