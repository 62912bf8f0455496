"""What a refresh says while it works: a line per step for people, or a line of JSON per step for machines.

Belongs here: the progress of a run, on a terminal or as JSON lines, and the French form of its numbers.
Does not belong here: deciding what happens next (refresh), sentences about data (they come with the results).
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from typing_extensions import override

ESPACE_FINE = "\u202f"
INSECABLE = "\u00a0"


class Journal:
    """Where a refresh reports. This one keeps everything and shows nothing: for Dagster and for tests."""

    def __init__(self) -> None:
        self.etapes: list[tuple[str, str]] = []
        self.phrases: list[str] = []
        self.alertes: list[str] = []
        self.resume: dict[str, Any] = {}

    @contextmanager
    def etape(self, nom: str, libelle: str) -> Iterator[Callable[[str], None]]:
        """Time a step; the yielded function changes the detail shown while it runs."""
        self.etapes.append((nom, libelle))
        yield lambda _detail: None

    def dire(self, phrase: str) -> None:
        """Say something that went as expected."""
        self.phrases.append(phrase)

    def alerter(self, phrase: str) -> None:
        """Say something that a person must know, on standard error."""
        self.alertes.append(phrase)

    def conclure(self, resume: dict[str, Any], phrases: list[str]) -> None:
        """End the run: the summary for machines, its sentences for people."""
        self.resume = resume
        self.phrases += phrases


class JournalJson(Journal):
    """One JSON object per line on standard output; nothing else is printed there."""

    def _ecrire(self, **contenu: Any) -> None:
        print(json.dumps(contenu, ensure_ascii=False), flush=True)

    @override
    @contextmanager
    def etape(self, nom: str, libelle: str) -> Iterator[Callable[[str], None]]:
        debut = time.perf_counter()
        statut = "echec"
        try:
            yield lambda _detail: None
            statut = "fini"
        finally:
            self._ecrire(etape=nom, statut=statut, duree_s=round(time.perf_counter() - debut, 3))

    @override
    def dire(self, phrase: str) -> None:
        self._ecrire(etape="message", message=phrase)

    @override
    def alerter(self, phrase: str) -> None:
        self._ecrire(etape="alerte", message=phrase)
        print(phrase, file=sys.stderr, flush=True)

    @override
    def conclure(self, resume: dict[str, Any], phrases: list[str]) -> None:
        self._ecrire(etape="fin", **resume)


class JournalTerminal(Journal):
    """A line per finished step, a spinner for the current one when standard error is a terminal."""

    def __init__(self) -> None:
        super().__init__()
        from rich.console import Console

        self.console = Console(stderr=True, highlight=False, soft_wrap=True)

    @override
    @contextmanager
    def etape(self, nom: str, libelle: str) -> Iterator[Callable[[str], None]]:
        debut = time.perf_counter()
        with self.console.status(f"{libelle}…") as attente:
            yield lambda detail: attente.update(f"{libelle} · {detail}…")
        self.console.print(f"  {libelle} [dim]{nombre(time.perf_counter() - debut, 1)}{INSECABLE}s[/dim]")

    @override
    def dire(self, phrase: str) -> None:
        self.console.print(f"  {phrase}", markup=False)

    @override
    def alerter(self, phrase: str) -> None:
        self.console.print(phrase, style="yellow", markup=False)

    @override
    def conclure(self, resume: dict[str, Any], phrases: list[str]) -> None:
        for phrase in phrases:
            print(phrase, flush=True)


def nombre(valeur: float, decimales: int = 0) -> str:
    """Write a number in French: 1 234,5 with a narrow no-break space and a comma."""
    texte = f"{abs(valeur):,.{decimales}f}".replace(",", ESPACE_FINE).replace(".", ",")
    return f"\u2212{texte}" if valeur < 0 and texte.strip("0,\u202f") else texte


def accord(effectif: int, singulier: str, pluriel: str | None = None) -> str:
    """« 1 table », « 24 tables »."""
    mot = singulier if abs(effectif) < 2 else pluriel or f"{singulier}s"
    return f"{nombre(effectif)}{INSECABLE}{mot}"
