"""The empty files of the local register, and the help of their columns.

Belongs here: the bytes of a template, its writing in a folder, the tables of registre/README.md.
Does not belong here: the rules themselves (registre/schema.yml), the example (demo.registre).
"""

from __future__ import annotations

import codecs
from pathlib import Path

from ingestion.acquire import ecrire_atomique
from ingestion.catalogue import Catalogue
from ingestion.register.schema import Colonne, Table, tables

ATTENDU = {
    "qpv2024": "code QN…", "contrat": "code CN… ou CV…", "commune": "code de commune", "epci": "SIREN",
    "departement": "code de département", "region": "code de région", "identifiant": "identifiant",
    "date": "AAAA-MM-JJ ou JJ/MM/AAAA", "annee": "AAAA", "nombre": "nombre", "url": "https://…",
    "indicateur": "identifiant d’indicateur", "texte": "texte",
}  # fmt: skip


def modele(table: Table) -> bytes:
    """The header of a file, in UTF-8 with the mark that makes a spreadsheet read it so."""
    return codecs.BOM_UTF8 + (";".join(table.colonnes) + "\n").encode()


def ecrire_modeles(dossier: Path, catalogue: Catalogue) -> tuple[list[Path], list[Path]]:
    """Writes the template of every file that the folder lacks; a file that is there is never touched.

    Returns:
        the files written, and those that were left as they are.
    """
    ecrits, laisses = [], []
    for nom, table in tables(catalogue).items():
        chemin = dossier / nom
        if chemin.exists():
            laisses.append(chemin)
        else:
            ecrire_atomique(chemin, modele(table))
            ecrits.append(chemin)
    return ecrits, laisses


def aide(catalogue: Catalogue) -> str:
    """The part of registre/README.md that describes every file and every column, in Markdown."""
    return "\n".join(_aide_d_un_fichier(table) for table in tables(catalogue).values())


def _aide_d_un_fichier(table: Table) -> str:
    lignes = [f"### `{table.nom}` — {table.jeu.titre}\n", f"{table.regles.aide}\n"]
    lignes += ["| colonne | obligatoire | ce qu’on y écrit | à savoir |", "|---|---|---|---|"]
    for colonne in table.colonnes.values():
        lignes.append(
            f"| `{colonne.nom}` | {'oui' if colonne.obligatoire else ''} | {_attendu(colonne)} | {colonne.aide} |"
        )
    return "\n".join(lignes) + "\n"


def _attendu(colonne: Colonne) -> str:
    if colonne.forme == "choix":
        return ", ".join(colonne.mots)
    if colonne.forme == "texte":
        return f"texte, {colonne.longueur_max} caractères au plus"
    return ATTENDU[colonne.forme]
