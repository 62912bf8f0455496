"""What every command shares: the settings made from its options, and how it stops.

Belongs here: options common to several commands, the sentence and the exit code of a refusal.
Does not belong here: the commands (cli, cli_releases), the settings themselves (settings).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from orchestration.settings import Reglages

Data = Annotated[Path | None, typer.Option("--data", help="Dossier de travail (OBSERVATOIRE_DATA, ./data par défaut).")]


def reglages(**options: Any) -> Reglages:
    """Settings of a command: its options, then the environment, then the defaults.

    Exits with 2 and a sentence when a value is not acceptable.
    """
    from pydantic import ValidationError

    from orchestration.settings import Reglages

    try:
        return Reglages(**{nom: valeur for nom, valeur in options.items() if valeur is not None})
    except ValidationError as erreur:
        details = " ; ".join(f"{'.'.join(map(str, e['loc']))} = {e['input']} : {e['msg']}" for e in erreur.errors())
        arreter(f"Réglage refusé : {details}.", 2)


def arreter(phrase: str, code: int) -> NoReturn:
    """Say a sentence on standard error and exit."""
    print(phrase, file=sys.stderr, flush=True)
    raise typer.Exit(code)
