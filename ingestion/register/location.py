"""Where the files of the local register are: a folder of its own, or the folder `registre` of a deposit.

Belongs here: the two layouts of that folder, what an empty template is.
Does not belong here: what the files say (folder, checks). Imports nothing heavy: the inventory of a refresh reads it.
"""

from __future__ import annotations

from pathlib import Path

from ingestion.catalogue import Fichier, Jeu

PRODUCTEUR = "registre"
BLANCS_ET_SEPARATEURS = ' \t\u00a0\u202f;,"'


def est_registre(jeu: Jeu) -> bool:
    """True for a dataset of the local register."""
    return jeu.jeu.startswith(f"{PRODUCTEUR}.")


def chemin_du_registre(dossier: Path | None, jeu: Jeu, fichier: Fichier) -> Path | None:
    """The filled file that the register holds for a card, None when there is none."""
    return None if dossier is None else trouver(dossier, jeu.jeu.removeprefix(f"{PRODUCTEUR}."), fichier.fichier)


def trouver(dossier: Path, nom_du_jeu: str, nom: str) -> Path | None:
    """A filled file: at the root of the folder, or in the folder of its dataset as in a deposit."""
    for chemin in (dossier / nom, dossier / nom_du_jeu / nom):
        if chemin.is_file():
            return None if est_vide(chemin.read_bytes()) else chemin
    return None


def est_vide(contenu: bytes) -> bool:
    """True for a template that nobody filled in: a header, and nothing under it."""
    lignes = contenu.decode("utf-8", errors="replace").splitlines()
    return not any(ligne.strip(BLANCS_ET_SEPARATEURS) for ligne in lignes[1:])
