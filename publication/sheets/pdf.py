"""The printed sheets as PDF/UA files: composed by typst on several threads, kept when what they show is unchanged.

Belongs here: the compiler, the digest that says whether a file is still good, the number of pages, the failures.
Does not belong here: what is printed (imprime), its layout (imprime.typ), which quartiers have a sheet (statique).

Two compilations of the same document give the same bytes: fonts come from this folder or from typst, never from the
machine, and the only date is that of the sheet.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import re
import threading
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import typst

from publication.sheets.feuille import dater

ICI = Path(__file__).resolve().parent
MISE_EN_PAGE = ICI / "imprime.typ"
POLICES = ICI / "polices"
NORME = "ua-1"
PAGES_MAX = 4
# Sizes of text that imprime.typ knows, from the most comfortable to the tightest.
NIVEAUX = 4
# typst leaves the interpreter to the other threads while it composes.
OUVRIERS = 2
EN_ATTENTE = 16
_PAGE = re.compile(rb"/Type ?/Page\b")
_EMPREINTE = re.compile(rb"<pdf:Keywords>[^<]*empreinte:([0-9a-f]{64})")


class ErreurPdf(RuntimeError):
    """A sheet cannot be printed; the message names the quartier, what was refused and what to do."""


class Atelier:
    """Composes sheets in the background; leaving the `with` waits for the last one and raises the first failure."""

    def __init__(self, ouvriers: int = OUVRIERS, mise_en_page: Path = MISE_EN_PAGE) -> None:
        self._mise_en_page = mise_en_page
        self._empreinte_atelier = _empreinte_atelier(mise_en_page)
        self._executant = ThreadPoolExecutor(max_workers=ouvriers, thread_name_prefix="pdf")
        self._fil = threading.local()
        self._en_cours: deque[Future[None]] = deque()

    def __enter__(self) -> Atelier:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, erreur: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._executant.shutdown(wait=True, cancel_futures=erreur is not None)
        if erreur is None:
            while self._en_cours:
                self._en_cours.popleft().result()

    def poser(self, code: str, imprime: Mapping[str, Any], chemin: Path, ancienne: Path | None, jour: date) -> bool:
        """Have one sheet written; True when `ancienne` shows the same thing and is kept, its date with it.

        Args:
            code: quartier, for the sentence of a failure.
            imprime: what `imprime.composer` gives.
            jour: date of the last change when the sheet changed.
        Raises:
            ErreurPdf: this sheet, or one handed in before, cannot be composed.
        """
        texte = json.dumps(imprime, ensure_ascii=False, sort_keys=True)
        empreinte = hashlib.sha256(f"{self._empreinte_atelier}\n{texte}".encode()).hexdigest()
        if ancienne is not None and empreinte_de(ancienne) == empreinte:
            lier(ancienne, chemin)
            return True
        document = dater(json.dumps({**imprime, "empreinte": empreinte}, ensure_ascii=False), jour)
        self._en_cours.append(self._executant.submit(self._ecrire, code, document, chemin, jour))
        while len(self._en_cours) > EN_ATTENTE:
            self._en_cours.popleft().result()
        return False

    def _ecrire(self, code: str, document: str, chemin: Path, jour: date) -> None:
        chemin.write_bytes(self.composer(code, document, jour))

    def composer(self, code: str, document: str, jour: date) -> bytes:
        """The file of one sheet, in the largest text that holds in its pages.

        Raises:
            ErreurPdf: typst refuses the document (PDF/UA included), or even the smallest text does not hold.
        """
        pages = 0
        for niveau in range(NIVEAUX):
            octets = self._compiler(code, document, niveau, jour)
            pages = len(_PAGE.findall(octets))
            if pages <= PAGES_MAX:
                return octets
        raise ErreurPdf(
            f"Fiche {code} : {pages} pages une fois imprimée, {PAGES_MAX} au plus attendues ; "
            "réduisez ce qu'elle imprime dans publication/sheets/imprime.py."
        )

    def _compiler(self, code: str, document: str, niveau: int, jour: date) -> bytes:
        if not hasattr(self._fil, "compilateur"):
            self._fil.compilateur = typst.Compiler(
                str(self._mise_en_page), font_paths=[str(POLICES)], ignore_system_fonts=True
            )
        try:
            octets = self._fil.compilateur.compile(
                format="pdf",
                sys_inputs={"fiche": document, "serre": str(niveau)},
                pdf_standards=[NORME],
                timestamp=datetime(jour.year, jour.month, jour.day, tzinfo=UTC),
            )
        except typst.TypstError as erreur:
            conseils = " ".join(erreur.hints)
            raise ErreurPdf(
                f"Fiche {code} : la mise en page {self._mise_en_page.name} est refusée : {erreur.message} {conseils}".rstrip()
                + " ; corrigez-la, ou publiez sans les fiches (--sans-fiches)."
            ) from erreur
        return bytes(octets)


def empreinte_de(fichier: Path) -> str | None:
    """The digest of what a printed sheet shows, as the file itself states it; None for any other file."""
    if not fichier.is_file():
        return None
    lue = _EMPREINTE.search(fichier.read_bytes())
    return lue[1].decode() if lue else None


def lier(ancienne: Path, chemin: Path) -> None:
    """The same file under another name, copied where the disk cannot link it."""
    try:
        os.link(ancienne, chemin)
    except OSError:  # another disk, a file system without links, too many of them
        chemin.write_bytes(ancienne.read_bytes())


def _empreinte_atelier(mise_en_page: Path) -> str:
    """Digest of all that shapes a sheet beside its data: layout, fonts, version of typst."""
    somme = hashlib.sha256(importlib.metadata.version("typst").encode())
    for fichier in (mise_en_page, *sorted(POLICES.glob("*.otf"))):
        somme.update(fichier.read_bytes())
    return somme.hexdigest()
