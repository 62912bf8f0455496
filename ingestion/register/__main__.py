"""The local register alone: `python -m ingestion.register verifier DOSSIER`, `… modeles DOSSIER`.

Belongs here: the command line of the register, shared with `observatoire registre`.
Does not belong here: the rules (checks), the refresh (orchestration).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ingestion.catalogue import RACINE, Catalogue
from ingestion.register.folder import CODE_OK, CODE_USAGE, phrases, quartiers_connus, verifier
from ingestion.register.templates import ecrire_modeles


def repondre_verifier(dossier: Path, donnees: Path, catalogue: Catalogue) -> tuple[list[str], int]:
    """Sentences and exit code of a verification: 0 nothing to correct, 1 something, 2 no such folder."""
    if not dossier.is_dir():
        return [f"{dossier} : attendu un dossier, trouvé aucun ; donnez le dossier du registre local."], CODE_USAGE
    bilan = verifier(dossier, catalogue, quartiers_connus(donnees))
    return phrases(bilan, dossier), bilan.code


def repondre_modeles(dossier: Path, catalogue: Catalogue) -> tuple[list[str], int]:
    """Sentences and exit code of the writing of the templates."""
    ecrits, laisses = ecrire_modeles(dossier, catalogue)
    lignes = [f"écrit : {chemin}" for chemin in ecrits]
    return lignes + [f"déjà là, laissé tel quel : {chemin}" for chemin in laisses], CODE_OK


def main(arguments: list[str] | None = None) -> int:
    """Runs one of the two commands and prints its answer."""
    analyseur = argparse.ArgumentParser(prog="python -m ingestion.register", description="Le registre local.")
    commandes = analyseur.add_subparsers(dest="commande", required=True)
    lecture = commandes.add_parser("verifier", help="dire tout ce qui est à corriger dans un dossier")
    ecriture = commandes.add_parser("modeles", help="écrire les modèles vides dans un dossier")
    for commande in (lecture, ecriture):
        commande.add_argument("dossier", type=Path, help="dossier du registre local")
        commande.add_argument("--catalogue", type=Path, default=RACINE, help="dossier des fiches")
    lecture.add_argument(
        "--data", type=Path, default=Path("data"), help="dossier de travail, pour la liste des quartiers"
    )
    choix = analyseur.parse_args(arguments)
    catalogue = Catalogue(choix.catalogue)
    if choix.commande == "verifier":
        reponse, code = repondre_verifier(choix.dossier, choix.data, catalogue)
    else:
        reponse, code = repondre_modeles(choix.dossier, catalogue)
    print("\n".join(reponse))
    return code


if __name__ == "__main__":
    sys.exit(main())
