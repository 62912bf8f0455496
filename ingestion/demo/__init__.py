"""The embedded fictitious territory, written as the publishers would publish it.

Belongs here: the order in which its files are gathered and written.
Does not belong here: any figure, name or layout (the modules beside this one), reading these files (the rest of ingestion).
"""

from __future__ import annotations

from pathlib import Path

from ingestion.catalogue import Catalogue
from ingestion.demo import (
    archives_2024,
    associations,
    bases_2015,
    bases_qpv,
    beneficiaires_2015,
    chomage,
    cog,
    comparateur,
    contexte_communal,
    contours,
    diffusion_longue,
    ecoles,
    emploi,
    estimations_2015,
    filosofi_qpv,
    filosofi_references,
    guichets,
    iris,
    listes_2024,
    population,
    prestations,
    programmes,
    qpv2024,
    recensement,
    recensement_2022,
    references,
    referentiels,
    registre,
    sante,
)

MODULES = (
    bases_qpv, filosofi_qpv, recensement, population, qpv2024, filosofi_references, comparateur, chomage, cog, contours,
    archives_2024, ecoles, sante, iris, contexte_communal, programmes, guichets, listes_2024, associations, registre, emploi,
    prestations, referentiels, recensement_2022, diffusion_longue, bases_2015,
    beneficiaires_2015, estimations_2015,
)  # fmt: skip


def ecrire_territoire(dossier: Path) -> None:
    """Write the deposit of the fictitious territory: the same bytes every time.

    Args:
        dossier: created when absent; receives `<producteur>/<jeu>/<fichier>` for every file of the cards,
            `references.yml` (published values that no file holds), `errata.yml` and `index.csv`.
    """
    fichiers = {chemin: contenu for module in MODULES for chemin, contenu in module.fichiers().items()}
    annexes = {
        "references.yml": references.references(),
        "errata.yml": references.errata(),
        "index.csv": references.index(fichiers, Catalogue()),
    }
    for chemin, contenu in (fichiers | annexes).items():
        cible = dossier / chemin
        cible.parent.mkdir(parents=True, exist_ok=True)
        cible.write_bytes(contenu)
