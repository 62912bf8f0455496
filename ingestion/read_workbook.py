"""Sheets of .xls and .xlsx workbooks to text.

Belongs here: the choice of the sheet, rows of titles above the header, trailing blank rows.
Does not belong here: names of columns (frames), what a cell means (normalise).
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from ingestion.catalogue import Lecture
from ingestion.frames import BLANCS, ErreurLecture, tableau

LIGNES_DE_TITRE = 60
ENFANT = Path(__file__).with_name("workbook_child.py")


@dataclass(frozen=True)
class Bornes:
    """What the process that opens a workbook may take: address space (bytes), time (seconds).

    The largest workbook that the deposit holds out of an archive, 0.8 MB, is read in 2 s on a busy machine (November 2026).
    """

    memoire: int = 4 << 30
    secondes: int = 120


BORNES = Bornes()


def lire_classeur(contenu: bytes, nom: str, lecture: Lecture, bornes: Bornes = BORNES) -> pl.DataFrame:
    """Reads one sheet as text: a whole number has no `.0`, a blank row between two filled ones is kept.

    Raises:
        ErreurLecture: not a workbook, beyond `bornes`, unknown sheet, no header on the declared row.
    """
    feuilles, feuille, cellules = _ouvrir(contenu, nom, lecture.feuille or "", bornes)
    if cellules is None:
        raise ErreurLecture(
            f"{nom} : feuille « {lecture.feuille or 'non précisée'} » attendue, feuilles trouvées : {', '.join(feuilles)} ; "
            "corriger `feuille` dans la fiche."
        )
    entete = _ligne_entete(cellules, nom, feuille, lecture)
    premiere = lecture.premiere_ligne or entete + 1
    noms = [str(v or "") for v in cellules.row(entete - 1)] if entete <= cellules.height else []
    if not any(n.strip(BLANCS) for n in noms):
        raise ErreurLecture(
            f"{nom} : pas d'en-tête à la ligne {entete} de la feuille {feuille} ; corriger `ligne_entete`."
        )
    donnees = cellules.slice(premiere - 1)
    remplie = donnees.select(pl.any_horizontal(pl.all().fill_null("").str.strip_chars(BLANCS) != "")).to_series()
    donnees = donnees.head(int(remplie.arg_true()[-1]) + 1) if remplie.any() else donnees.clear()
    return tableau(nom, noms, donnees, pl.int_range(premiere, premiere + donnees.height, eager=True))


def _ouvrir(contenu: bytes, nom: str, feuille: str, bornes: Bornes) -> tuple[list[str], str, pl.DataFrame | None]:
    """Names of the sheets, the sheet that was read, its cells as text (None: no such sheet), read in a bounded process."""
    commande = [sys.executable, "-I", str(ENFANT), str(bornes.memoire), str(bornes.secondes), feuille]
    limite = f"{bornes.memoire >> 20} Mo et {bornes.secondes} s"
    faire = "l'ouvrir à la main, et le signaler au producteur s'il est abîmé."
    try:
        fini = subprocess.run(  # noqa: S603 fixed arguments, the sheet is one of them and no shell reads it
            commande, input=contenu, capture_output=True, check=False, timeout=bornes.secondes
        )
    except subprocess.TimeoutExpired as erreur:
        raise ErreurLecture(f"{nom} : classeur attendu lisible dans {limite}, temps dépassé ; {faire}") from erreur
    if fini.returncode:
        raise ErreurLecture(
            f"{nom} : classeur attendu lisible dans {limite}, sa lecture s'est arrêtée (code {fini.returncode}) : "
            f"feuille démesurée ou fichier abîmé ; {faire}"
        )
    ligne, _, flux = fini.stdout.partition(b"\n")
    dit = json.loads(ligne)
    if "erreur" in dit:
        raise ErreurLecture(f"{nom} : ce n'est pas un classeur Excel lisible ({dit['erreur']}).")
    feuilles = dit["feuilles"]
    cellules = pl.read_ipc_stream(io.BytesIO(flux)) if dit["lue"] else None
    return feuilles, feuille or feuilles[0], cellules


def _ligne_entete(cellules: pl.DataFrame, nom: str, feuille: str, lecture: Lecture) -> int:
    """1-based row of the header: the declared one, or the first that holds the cell `entete_par`."""
    if lecture.entete_par is None:
        return lecture.ligne_entete
    cherche = lecture.entete_par.strip(BLANCS).casefold()
    for rang, ligne in enumerate(cellules.head(LIGNES_DE_TITRE).iter_rows(), start=1):
        if any(str(cellule or "").strip(BLANCS).casefold() == cherche for cellule in ligne):
            return rang
    raise ErreurLecture(
        f"{nom} : aucune des {LIGNES_DE_TITRE} premières lignes de la feuille {feuille} ne contient la cellule "
        f"« {lecture.entete_par} » ; corriger `entete_par` dans la fiche."
    )
