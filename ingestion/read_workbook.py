"""Sheets of .xls and .xlsx workbooks to text.

Belongs here: the choice of the sheet, rows of titles above the header, trailing blank rows.
Does not belong here: names of columns (frames), what a cell means (normalise).
"""

from __future__ import annotations

import fastexcel
import polars as pl

from ingestion.catalogue import Lecture
from ingestion.frames import BLANCS, ErreurLecture, tableau

LIGNES_DE_TITRE = 60


def lire_classeur(contenu: bytes, nom: str, lecture: Lecture) -> pl.DataFrame:
    """Reads one sheet as text: a whole number has no `.0`, a blank row between two filled ones is kept.

    Raises:
        ErreurLecture: not a workbook, unknown sheet, no header on the declared row.
    """
    try:
        classeur = fastexcel.read_excel(contenu)
    except fastexcel.FastExcelError as erreur:
        raise ErreurLecture(f"{nom} : ce n'est pas un classeur Excel lisible ({erreur}).") from erreur
    feuilles = classeur.sheet_names
    feuille = lecture.feuille or (feuilles[0] if len(feuilles) == 1 else None)
    if feuille not in feuilles:
        raise ErreurLecture(
            f"{nom} : feuille « {lecture.feuille or 'non précisée'} » attendue, feuilles trouvées : {', '.join(feuilles)} ; "
            "corriger `feuille` dans la fiche."
        )
    # skip_rows=0 counts rows from the top of the sheet; the default would start at the first filled row.
    cellules = classeur.load_sheet(feuille, header_row=None, skip_rows=0, dtypes="string").to_polars()
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
