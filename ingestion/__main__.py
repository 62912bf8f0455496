"""The ingestion alone, without Dagster or dbt: `python -m ingestion --source deposit --deposit DIR --data DIR`.

Belongs here: the command line of this room, the table it prints.
Does not belong here: the steps (ingest, contours, tables), the whole refresh (orchestration).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ingestion.acquire import Source, SourceDemo, SourceDepot, SourceLive, est_territoire
from ingestion.catalogue import RACINE, Catalogue
from ingestion.contours import calculer
from ingestion.http import Client
from ingestion.ingest import BilanJeu, ingerer_jeu
from ingestion.parquet import retirer_non_declares
from ingestion.register.source import SourceRegistre
from ingestion.tables import ecrire_tables

CODE_OK, CODE_RIEN, CODE_USAGE, CODE_REFUS = 0, 1, 2, 3


def main(arguments: list[str] | None = None) -> int:
    """Runs the ingestion and prints what became of each file.

    Returns:
        0 everything is up to date; 3 a file was refused and its last good snapshot stays in use; 1 a file has none.
    """
    choix = _analyseur().parse_args(arguments)
    catalogue = Catalogue(choix.catalogue)
    inconnus = sorted(set(choix.only) - catalogue.jeux.keys())
    if inconnus:
        print(f"Jeu inconnu : {', '.join(inconnus)}. Jeux déclarés : {', '.join(catalogue.jeux)}.", file=sys.stderr)
        return CODE_USAGE
    if choix.source == "deposit" and choix.deposit is None:
        print("--source deposit demande --deposit DIR, le dossier des fichiers publiés.", file=sys.stderr)
        return CODE_USAGE
    demo = (choix.deposit or choix.data / "territoire_demo") if choix.source == "demo" else None
    corrections = catalogue.corrections if demo is None else []
    if demo is not None and choix.deposit is not None and not est_territoire(demo):
        print(
            f"{demo} n'est pas un territoire fictif : des fichiers publiés demandent --source deposit.", file=sys.stderr
        )
        return CODE_USAGE
    with _ouvrir(choix, demo) as source:
        bilans = [
            ingerer_jeu(jeu, source, choix.data, lambda: datetime.now(UTC), corrections)
            for jeu in catalogue.jeux.values()
            if not choix.only or jeu.jeu in choix.only
        ]
    retirer_non_declares(choix.data, catalogue.jeux.values())
    calculer(catalogue, choix.data)
    ecrire_tables(catalogue, choix.data, demo)
    return _rendre_compte(bilans)


def _analyseur() -> argparse.ArgumentParser:
    analyseur = argparse.ArgumentParser(
        prog="python -m ingestion", description="Des fichiers publiés aux cellules typées."
    )
    analyseur.add_argument(
        "--source", choices=["demo", "deposit", "live"], default="demo", help="d'où viennent les fichiers"
    )
    analyseur.add_argument("--deposit", type=Path, help="dossier des fichiers publiés")
    analyseur.add_argument("--data", type=Path, default=Path("data"), help="dossier de travail")
    analyseur.add_argument("--only", nargs="+", default=[], metavar="JEU", help="seulement ces jeux de données")
    analyseur.add_argument("--catalogue", type=Path, default=RACINE, help="dossier des fiches")
    return analyseur


@contextmanager
def _ouvrir(choix: argparse.Namespace, demo: Path | None) -> Iterator[Source]:
    depot: Path | None = choix.deposit
    if choix.source == "live":
        with Client() as client:
            yield SourceRegistre(SourceLive(client, choix.data / "archive"), None)
    elif demo is not None:
        if depot is None and not (demo / "index.csv").exists():
            from ingestion.demo import ecrire_territoire

            ecrire_territoire(demo)
        yield SourceRegistre(SourceDemo(demo), demo / "registre")
    elif depot is not None:
        yield SourceRegistre(SourceDepot(depot), depot / "registre")


def _rendre_compte(bilans: list[BilanJeu]) -> int:
    """Prints one row per file, then the sentence of every failure."""
    table = Table("jeu", "millésime", "fichier", "état")
    for titre in ("lues", "retenues", "exclues", "quarantaine", "cellules illisibles"):
        table.add_column(titre, justify="right")
    for bilan in bilans:
        for f in bilan.fichiers:
            etat = "en échec" if f.statut == "en_echec" else ("lu" if f.a_change else "inchangé")
            comptes = (f.nb_lues, f.nb_retenues, f.nb_exclues, f.nb_quarantaine, f.nb_cellules_illisibles)
            table.add_row(bilan.jeu, f.millesime, f.fichier, etat, *(f"{n:,}".replace(",", "\u202f") for n in comptes))
    Console(width=None if sys.stdout.isatty() else 200).print(table)
    for bilan in bilans:
        for f in bilan.en_echec:
            suite = "Le dernier bon état reste en usage." if f.en_service else "Aucun état antérieur n'est utilisable."
            print(f"{bilan.jeu} {f.millesime}, {f.fichier} : {f.message} {suite}", file=sys.stderr)
    if any(bilan.sans_instantane for bilan in bilans):
        return CODE_RIEN
    return CODE_REFUS if any(bilan.en_echec for bilan in bilans) else CODE_OK


if __name__ == "__main__":
    sys.exit(main())
