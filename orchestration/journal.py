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
from dataclasses import dataclass, field
from typing import Any

from typing_extensions import override

ESPACE_FINE = "\u202f"
INSECABLE = "\u00a0"


@dataclass
class Suivi:
    """A step while it runs: what it shows, what is measured of it.

    Called with the part that is reached (a dataset, a model). `total` is the number of parts, None when it is not known;
    `mesures` (`lignes`, `octets`…) go with the line of the step.
    """

    montrer: Callable[[Suivi, str], None] = lambda _suivi, _detail: None
    total: int | None = None
    faits: int = 0
    mesures: dict[str, Any] = field(default_factory=dict)

    def __call__(self, detail: str) -> None:
        self.faits += 1
        self.montrer(self, detail)


class Journal:
    """Where a refresh reports. This one keeps everything and shows nothing: for Dagster and for tests."""

    def __init__(self) -> None:
        self.etapes: list[tuple[str, str]] = []
        self.phrases: list[str] = []
        self.alertes: list[str] = []
        self.resume: dict[str, Any] = {}

    @contextmanager
    def etape(self, nom: str, libelle: str) -> Iterator[Suivi]:
        """Time a step; what is yielded shows where it is and holds its measures."""
        self.etapes.append((nom, libelle))
        yield Suivi()

    def mesurer(self, etape: str, **mesures: Any) -> None:
        """A part of a step, for machines: `jeu`, `lignes`, `octets`, `duree_s`."""

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
    def etape(self, nom: str, libelle: str) -> Iterator[Suivi]:
        with chronometrer(nom, self._ecrire) as suivi:
            yield suivi

    @override
    def mesurer(self, etape: str, **mesures: Any) -> None:
        self._ecrire(etape=etape, **mesures)

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


@contextmanager
def chronometrer(nom: str, ecrire: Callable[..., None]) -> Iterator[Suivi]:
    """Write the line of a step when it ends: `etape`, `statut` (`fini`, `echec`), `duree_s` and its measures."""
    debut, statut, suivi = time.perf_counter(), "echec", Suivi()
    try:
        yield suivi
        statut = "fini"
    finally:
        ecrire(etape=nom, statut=statut, duree_s=round(time.perf_counter() - debut, 3), **suivi.mesures)


class JournalTerminal(Journal):
    """A line per finished step, a progress bar for the current one when standard error is a terminal."""

    def __init__(self) -> None:
        super().__init__()
        from rich.console import Console

        self.console = Console(stderr=True, highlight=False, soft_wrap=True)

    @override
    @contextmanager
    def etape(self, nom: str, libelle: str) -> Iterator[Suivi]:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        debut = time.perf_counter()
        colonnes = (SpinnerColumn(), BarColumn(20), MofNCompleteColumn(), TimeElapsedColumn())
        texte = TextColumn("{task.description}", markup=False)
        cachee = not self.console.is_terminal
        with Progress(*colonnes, texte, console=self.console, transient=True, disable=cachee) as barre:
            tache = barre.add_task(f"{libelle}…", total=None)

            def montrer(suivi: Suivi, detail: str) -> None:
                barre.update(tache, completed=suivi.faits, total=suivi.total, description=f"{libelle} · {detail}…")

            yield Suivi(montrer)
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
