"""The static sheets of a release: `quartiers/<code>.html` and `.pdf` for every QPV of both zonings, their style and definitions.

Belongs here: writing the files, reusing the previous release's file when nothing on the sheet changed.
Does not belong here: the page itself (feuille), the printed sheet (imprime, pdf), reading the tables (lots), checksums and the order of a publication.
"""

from __future__ import annotations

import gc
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from publication.sheets import imprime
from publication.sheets.feuille import DEFINITIONS, composer, date_de, dater, definitions, document
from publication.sheets.fiche import Registre
from publication.sheets.lecture import Release, connexion_fermee
from publication.sheets.lots import toutes_les_fiches
from publication.sheets.pdf import Atelier, lier

DOSSIER = "quartiers"
STYLE = Path(__file__).resolve().parent / "style.css"


@dataclass(frozen=True)
class Bilan:
    """Sheets written, and sheets that are the previous release's file; the same of their PDF."""

    ecrites: int
    inchangees: int
    pdf_ecrits: int
    pdf_inchanges: int


def ecrire(
    dossier: Path,
    sommes: Mapping[str, str],
    descripteur: Mapping[str, Any],
    jour: date,
    *,
    precedente: Path | None = None,
    sortie: Path | None = None,
    base: str = "",
) -> Bilan:
    """Write the sheet of every QPV of a release whose `tables/` and `geo/` are complete.

    Args:
        dossier: folder of the release, which may still be under construction.
        sommes: checksums of its files, with those of `geo/`.
        descripteur: what `datapackage.json` says, or will say, of `origine` and of `provenance`.
        jour: date written on the sheets that changed.
        precedente: whole release whose unchanged sheets are kept, by a hard link where the disk allows it.
        sortie: folder of the sheets, by default `quartiers/` in the release.
        base: address of the site, without path; empty when it is unknown.
    Raises:
        ErreurPdf: a sheet cannot be printed.
    """
    sortie = sortie or dossier / DOSSIER
    sortie.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(STYLE, sortie / STYLE.name)
    avant = precedente / DOSSIER if precedente else None
    registre = Registre(Release(dossier, dict(sommes), descripteur, connexion_fermee(dossier)))
    (sortie / DEFINITIONS).write_text(definitions(registre), encoding="utf-8")
    total = inchangees = pdf_inchanges = 0
    with _sans_ramasse_miettes(), Atelier() as atelier:
        for fiche in toutes_les_fiches(registre):
            contours = registre.release.contours((fiche.code, *sorted(fiche.valeurs_liees)))
            page = document(fiche, composer(fiche, contours, base), base)
            nom = f"{fiche.code}.html"
            total += 1
            inchangees += _poser(page, sortie / nom, avant / nom if avant else None, jour)
            imprimee, nom = imprime.composer(fiche, contours, base), f"{fiche.code}.pdf"
            pdf_inchanges += atelier.poser(fiche.code, imprimee, sortie / nom, avant / nom if avant else None, jour)
    return Bilan(total - inchangees, inchangees, total - pdf_inchanges, pdf_inchanges)


def _poser(page: str, chemin: Path, ancienne: Path | None, jour: date) -> bool:
    """Write one sheet; True when it is the same as `ancienne`, apart from the date that `ancienne` keeps."""
    if ancienne is not None and ancienne.is_file():
        octets = ancienne.read_bytes()
        datee = date_de(octets[:1000].decode("utf-8", errors="replace"))
        if datee is not None and dater(page, datee).encode() == octets:
            lier(ancienne, chemin)
            return True
    chemin.write_bytes(dater(page, jour).encode())
    return False


@contextmanager
def _sans_ramasse_miettes() -> Iterator[None]:
    """Some millions of tuples without any cycle: looking for cycles among them would take a third of the time."""
    actif = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if actif:
            gc.enable()
