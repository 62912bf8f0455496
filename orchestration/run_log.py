"""The log that every run leaves in the data folder, whoever started it: one JSON object per line, rotated.

Belongs here: `<data>/journaux/rafraichissements.jsonl`, its lines and its rotation.
Does not belong here: what a person or a machine sees while a run works (journal), what the lines are about (refresh).

A log that cannot be written (disk full, read-only) is said once and stops nothing.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any

from typing_extensions import override

from orchestration.journal import Journal, Suivi, chronometrer

DOSSIER = "journaux"
NOM = "rafraichissements.jsonl"
TAILLE_MAX = 5_000_000


class _Fichier(RotatingFileHandler):
    """Rotation of the standard library, whose errors are kept instead of being printed."""

    erreur: OSError | None = None

    @override
    def handleError(self, record: logging.LogRecord) -> None:
        erreur = sys.exc_info()[1]
        if not isinstance(erreur, OSError):
            raise
        self.erreur = erreur


class JournalTenu(Journal):
    """Another journal, of which every line is also written to the log of the data folder.

    Each line: `le` (UTC), `execution` (the run it belongs to), `porte` (`commande` or `dagster`), `etape`, its measures.

    Args:
        dedans: the journal that shows the run.
        donnees: the data folder.
        gardes: rotated files kept beside the current one, 5 MB each.
        propre: takes the secrets out of a line.
    """

    def __init__(
        self, dedans: Journal, donnees: Path, *, porte: str, gardes: int, propre: Callable[[str], str] = str
    ) -> None:
        super().__init__()
        self._dedans = dedans
        self._porte = porte
        self._propre = propre
        self.execution = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{os.getpid()}"
        self._fichier = _ouvrir(donnees / DOSSIER / NOM, gardes)
        self._dit = False
        self._signaler()

    def __enter__(self) -> JournalTenu:
        return self

    def __exit__(
        self, genre: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(self._fichier, _Fichier):
            try:
                self._fichier.close()
            except OSError as fermeture:
                # What a full disk did not take is flushed again on closing.
                self._fichier.erreur = fermeture
                self._signaler()

    @override
    @contextmanager
    def etape(self, nom: str, libelle: str) -> Iterator[Suivi]:
        with chronometrer(nom, self._ecrire) as mesure, self._dedans.etape(nom, libelle) as suivi:
            # The same measures on both lines.
            suivi.mesures = mesure.mesures
            yield suivi

    @override
    def mesurer(self, etape: str, **mesures: Any) -> None:
        self._ecrire(etape=etape, **mesures)
        self._dedans.mesurer(etape, **mesures)

    @override
    def dire(self, phrase: str) -> None:
        self._ecrire(etape="message", message=phrase)
        self._dedans.dire(phrase)

    @override
    def alerter(self, phrase: str) -> None:
        self._ecrire(etape="alerte", message=phrase)
        self._dedans.alerter(phrase)

    @override
    def conclure(self, resume: dict[str, Any], phrases: list[str]) -> None:
        self._ecrire(etape="fin", **resume)
        self._dedans.conclure(resume, phrases)

    def _ecrire(self, **contenu: Any) -> None:
        if not isinstance(self._fichier, _Fichier):
            return
        le = datetime.now(UTC).isoformat(timespec="milliseconds")
        ligne = {"le": le, "execution": self.execution, "porte": self._porte, **contenu}
        texte = json.dumps(ligne, ensure_ascii=False, default=str)
        self._fichier.emit(logging.makeLogRecord({"msg": self._propre(texte)}))
        self._signaler()

    def _signaler(self) -> None:
        erreur = self._fichier.erreur if isinstance(self._fichier, _Fichier) else self._fichier
        if erreur is not None and not self._dit:
            self._dit = True
            self._dedans.alerter(f"Journal non écrit ({erreur}) : le rafraîchissement continue sans lui.")


def _ouvrir(chemin: Path, gardes: int) -> _Fichier | OSError:
    try:
        chemin.parent.mkdir(parents=True, exist_ok=True)
        return _Fichier(chemin, maxBytes=TAILLE_MAX, backupCount=gardes, encoding="utf-8")
    except OSError as erreur:
        return erreur
