"""`python -m publication`: publish a warehouse without an orchestrator.

Belongs here: the command line of this room.
Does not belong here: the other commands on releases (orchestration.cli).
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from publication.contract import ErreurPublication
from publication.release import CIBLE_DBT, publier
from publication.shelf import courante


def principal(arguments: list[str] | None = None) -> int:
    """Exit code: 0 published or already published, 1 refused, 2 usage."""
    analyse = argparse.ArgumentParser(prog="python -m publication", description="Publie le contenu d'un entrepôt.")
    analyse.add_argument("--entrepot", type=Path, required=True, help="fichier .duckdb construit par dbt")
    analyse.add_argument(
        "--data", type=Path, default=Path(os.environ.get("OBSERVATOIRE_DATA", "data")), help="dossier de travail"
    )
    analyse.add_argument(
        "--cible-dbt", type=Path, default=CIBLE_DBT, help="dossier de manifest.json et run_results.json"
    )
    analyse.add_argument(
        "--garder", type=int, default=None, help="nombre de publications à conserver (5 au moins, toutes par défaut)"
    )
    analyse.add_argument("--sans-fiches", action="store_true", help="ne pas écrire la fiche HTML de chaque quartier")
    options = analyse.parse_args(arguments)
    releases = options.data / "releases"
    avant = courante(releases)
    try:
        release_id = publier(
            options.entrepot,
            options.data,
            cible_dbt=options.cible_dbt,
            garder=options.garder,
            fiches=not options.sans_fiches,
        )
    except ErreurPublication as erreur:
        print("Publication refusée.", *erreur.phrases, sep="\n", file=sys.stderr)
        return 1
    inchange = avant is not None and avant.name == release_id
    print(f"{'Contenu inchangé, version' if inchange else 'Version publiée'} : {release_id}")
    print(releases / release_id)
    return 0


if __name__ == "__main__":
    sys.exit(principal())
