"""The commands `observatoire registre …`: check the local register, write its templates.

Belongs here: their options and their exit codes.
Does not belong here: the verification itself (ingestion.register).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli_options import Data, arreter, reglages

registre = typer.Typer(no_args_is_help=True, help="Le registre local : vérifier ce qui est saisi, écrire les modèles.")


@registre.command("verifier")
def verifier(
    dossier: Annotated[Path | None, typer.Argument(help="Dossier du registre (OBSERVATOIRE_REGISTRE).")] = None,
    data: Data = None,
) -> None:
    """Dire tout ce qui est à corriger, ligne par ligne. Codes : 0 rien à corriger, 1 des problèmes, 2 usage."""
    from ingestion.catalogue import Catalogue
    from ingestion.register.__main__ import repondre_verifier

    choisis = reglages(data=data)
    lieu = dossier or choisis.registre
    if lieu is None:
        arreter("Donnez le dossier du registre : observatoire registre verifier DOSSIER, ou OBSERVATOIRE_REGISTRE.", 2)
    phrases, code = repondre_verifier(lieu, choisis.data, Catalogue(choisis.catalogue))
    print("\n".join(phrases))
    raise typer.Exit(code)


@registre.command("modeles")
def modeles(dossier: Annotated[Path, typer.Argument(help="Dossier où écrire les modèles vides.")]) -> None:
    """Écrire les modèles vides ; un fichier déjà là n'est jamais touché."""
    from ingestion.catalogue import Catalogue
    from ingestion.register.__main__ import repondre_modeles

    phrases, code = repondre_modeles(dossier, Catalogue(reglages().catalogue))
    print("\n".join(phrases))
    raise typer.Exit(code)
