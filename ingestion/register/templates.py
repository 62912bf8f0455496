"""The empty files of the local register, and the help of their columns.

Belongs here: the bytes of a template, its writing in a folder, the tables of registre/README.md.
Does not belong here: the rules themselves (registre/schema.yml), the example (demo.registre).
"""

from __future__ import annotations

import codecs
from pathlib import Path

from ingestion.archive import ecrire_atomique
from ingestion.catalogue import Catalogue
from ingestion.register.schema import RACINE, Colonne, Table, tables

DEBUT_AIDE = "<!-- écrit par « make docs » d’après les fiches et schema.yml -->"
FIN_AIDE = "<!-- fin de la partie écrite par « make docs » -->"
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


def ecrire_registre(catalogue: Catalogue, racine: Path = RACINE) -> None:
    """Writes what is generated of the folder `registre`: templates, example, the description of the columns."""
    from ingestion.demo.registre import exemple

    for nom, table in tables(catalogue).items():
        ecrire_atomique(racine / "modeles" / nom, modele(table))
    for nom, contenu in exemple().items():
        ecrire_atomique(racine / "exemple" / nom, contenu)
    lisez_moi = racine / "README.md"
    avant, _, reste = lisez_moi.read_text(encoding="utf-8").partition(DEBUT_AIDE)
    texte = f"{avant}{DEBUT_AIDE}\n\n{aide(catalogue)}\n{FIN_AIDE}{reste.partition(FIN_AIDE)[2]}"
    ecrire_atomique(lisez_moi, texte.encode())
    print(f"écrit : {racine}")


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
