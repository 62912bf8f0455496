"""The command `observatoire`: refresh, probe, serve, releases, registre, status, provenance, alerte, nettoyer.

Belongs here: the options of each command, its exit code, the sentence of an error.
Does not belong here: the work itself (refresh, probe, publication), the text of a long answer (status).

Everything heavy is imported inside the commands: `observatoire --help` answers in a fraction of a second.
"""

from __future__ import annotations

import json as json_
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli_operations import alerte, nettoyer
from orchestration.cli_options import Data, arreter, reglages
from orchestration.cli_registre import registre
from orchestration.cli_releases import releases

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Observatoire QPV : rafraîchir, publier et consulter les données des quartiers prioritaires.",
)
app.add_typer(releases, name="releases")
app.add_typer(registre, name="registre")
app.command()(alerte)
app.command()(nettoyer)


class Source(StrEnum):
    """Where the published files come from."""

    demo = "demo"
    deposit = "deposit"
    live = "live"


@app.command()
def refresh(
    source: Annotated[Source | None, typer.Option(help="Origine des fichiers publiés (OBSERVATOIRE_SOURCE).")] = None,
    deposit: Annotated[Path | None, typer.Option(help="Dossier des fichiers publiés (OBSERVATOIRE_DEPOT).")] = None,
    data: Data = None,
    only: Annotated[list[str] | None, typer.Option(metavar="ID", help="Ne relire que ces jeux ; se répète.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Tout refaire, même si rien n'a changé.")] = False,
    sans_fiches: Annotated[
        bool, typer.Option("--sans-fiches", help="Publier sans les fiches de chaque quartier (HTML et PDF).")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Une ligne de JSON par étape.")] = False,
) -> None:
    """Acquérir, construire, vérifier et publier. Codes : 0 publié ou inchangé, 3 publié avec un jeu refusé, 1 rien de publié, 2 usage."""
    from orchestration.journal import JournalJson, JournalTerminal
    from orchestration.refresh import ErreurUsage, rafraichir

    choisis = reglages(
        data=data, source=source.value if source else None, depot=deposit, sans_fiches=sans_fiches or None
    )
    journal = JournalJson() if json else JournalTerminal()
    seulement = [nom for groupe in only or [] for nom in groupe.replace(",", " ").split()]
    try:
        issue = rafraichir(choisis, journal=journal, seulement=seulement, forcer=force)
    except ErreurUsage as erreur:
        arreter(str(erreur), 2)
    raise typer.Exit(issue.code)


@app.command()
def probe(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]…", help="Jeux de données, tous par défaut.")] = None,
    data: Data = None,
    json: Annotated[bool, typer.Option("--json", help="Le rapport en JSON sur la sortie, pour une machine.")] = False,
) -> None:
    """Demander à chaque adresse officielle ce qu'elle est aujourd'hui ; écrit probe.json.

    Sort avec 0 quand toutes répondent avec le type de fichier et l'en-tête attendus, 1 sinon.
    """
    from rich.console import Console
    from rich.table import Table

    from ingestion.archive import ecrire_atomique
    from ingestion.catalogue import Catalogue
    from ingestion.probe import COLONNES, sonder, tableau
    from orchestration.steps import ouvrir_client

    choisis = reglages(data=data)
    catalogue = Catalogue(choisis.catalogue)
    inconnus = sorted(set(ids or []) - set(catalogue.jeux))
    if inconnus:
        arreter(f"Jeu inconnu : {', '.join(inconnus)}. Jeux déclarés : {', '.join(catalogue.jeux)}.", 2)
    with ouvrir_client(choisis) as client:
        lignes = sonder(catalogue, ids or [], client)
    rapport = choisis.data / "probe.json"
    ecrire_atomique(rapport, (json_.dumps(lignes, ensure_ascii=False, indent=1) + "\n").encode())
    code = 1 if any(ligne["message"] for ligne in lignes) else 0
    if json:
        print(json_.dumps(lignes, ensure_ascii=False))
        raise typer.Exit(code)
    table = Table()
    for colonne in COLONNES:
        table.add_column(colonne, overflow="fold")
    for ligne in tableau(lignes):
        table.add_row(*ligne)
    # Cut at the width of a terminal, whole in a file or a pipe.
    Console(highlight=False, width=None if sys.stdout.isatty() else 240).print(table)
    print(f"Rapport : {rapport}")
    raise typer.Exit(code)


@app.command()
def serve(
    port: Annotated[int | None, typer.Option(help="Port sur 127.0.0.1 (OBSERVATOIRE_PORT, 8501 par défaut).")] = None,
    data: Data = None,
) -> None:
    """Servir l'observatoire sur la publication courante."""
    from orchestration.settings import DEPOT_DU_CODE
    from publication.shelf import courante

    choisis = reglages(data=data, port=port)
    if courante(choisis.data / "releases") is None:
        arreter(f"Aucune publication dans {choisis.data} : lancez d'abord « observatoire refresh ».", 1)
    os.chdir(DEPOT_DU_CODE)  # Streamlit reads .streamlit/config.toml in the current folder
    os.environ["OBSERVATOIRE_DATA"] = str(choisis.data)
    arguments = [sys.executable, "-m", "streamlit", "run", str(DEPOT_DU_CODE / "app" / "observatoire.py")]
    arguments += ["--server.address", "127.0.0.1", "--server.port", str(choisis.port)]
    print(f"Observatoire : http://127.0.0.1:{choisis.port}", flush=True)
    os.execv(sys.executable, arguments)  # noqa: S606 our own interpreter, fixed arguments


@app.command()
def status(
    data: Data = None,
    json: Annotated[bool, typer.Option("--json", help="Le même état en JSON, pour une supervision.")] = False,
) -> None:
    """Dernière publication, âge et prochaine échéance de chaque source, contrôles en échec, dernière alerte.

    Sort avec 1 quand rien n'a jamais été publié, avec 3 quand un problème est ouvert.
    """
    from orchestration.status import phrases_de_statut, statut
    from orchestration.steps import Contexte

    etat, code = statut(Contexte(reglages(data=data)))
    print(json_.dumps(etat, ensure_ascii=False, indent=1) if json else "\n".join(phrases_de_statut(etat)))
    raise typer.Exit(code)


@app.command()
def provenance(
    code: Annotated[str, typer.Argument(help="Code du territoire, par exemple QP961001.")],
    indicateur: Annotated[str, typer.Argument(help="Identifiant de l'indicateur, par exemple taux_emploi_15_64.")],
    periode: Annotated[str, typer.Argument(help="Période publiée, par exemple 2018.")],
    data: Data = None,
) -> None:
    """Fichier, sha256, adresse, colonne, modèle et commit derrière un chiffre."""
    from orchestration.status import phrases_de_provenance

    phrases, sortie = phrases_de_provenance(reglages(data=data).data, code, indicateur, periode)
    print("\n".join(phrases), file=sys.stderr if sortie else sys.stdout)
    raise typer.Exit(sortie)


def main() -> None:
    """Entry point of `observatoire`."""
    app()


if __name__ == "__main__":
    main()
