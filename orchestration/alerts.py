"""What an alert says: the kinds of problems, the words of a message, what is new and what is over.

Belongs here: the kinds, the comparison of two states, the subject, the body and the JSON of an alert.
Does not belong here: finding the problems (watch), sending (alert_channels). Nothing here reads or writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from orchestration.journal import accord

Genre = Literal["abimee", "echec", "interruption", "retenue", "refus", "retard", "silence"]
# Each has its section in docs/operations.md, under the same name. The worst first: it gives the subject.
TITRES: dict[Genre, str] = {
    "abimee": "Version publiée abîmée",
    "echec": "Rien n'a été publié",
    "interruption": "Rafraîchissement interrompu",
    "retenue": "Publication retenue, à relire",
    "refus": "Fichier refusé, dernier bon état en usage",
    "retard": "Publication attendue, pas encore reçue",
    "silence": "Aucun rafraîchissement terminé",
}
GUIDE = "docs/operations.md"
MONTRES = 20


@dataclass(frozen=True)
class Probleme:
    """Something a person must look at. `cle` stays the same from one night to the next while it lasts."""

    cle: str
    genre: Genre
    phrase: str

    @property
    def section(self) -> str:
        """Where the guide says what to do."""
        return f"{GUIDE}, « {self.genre} »"


@dataclass(frozen=True)
class Alerte:
    """A message: problems that began, problems that are over."""

    origine: str
    nouveaux: list[Probleme] = field(default_factory=list)
    finis: list[Probleme] = field(default_factory=list)
    essai: bool = False

    @property
    def sujet(self) -> str:
        if self.essai:
            return f"[{self.origine}] Message d'essai"
        if not self.nouveaux:
            return f"[{self.origine}] Terminé : {accord(len(self.finis), 'problème')}"
        reste = len(self.nouveaux) - 1
        suite = f", et {accord(reste, 'autre problème', 'autres problèmes')}" if reste else ""
        return f"[{self.origine}] {TITRES[_par_gravite(self.nouveaux)[0].genre]}{suite}"

    @property
    def corps(self) -> str:
        if self.essai:
            return "Message d'essai : les alertes de l'observatoire arrivent ici.\n"
        lignes: list[str] = []
        for titre, problemes in (("Nouveau", self.nouveaux), ("Terminé", self.finis)):
            if problemes:
                lignes += [titre, *(_ligne(p) for p in _par_gravite(problemes)[:MONTRES])]
                if len(problemes) > MONTRES:
                    lignes.append(f"  et {len(problemes) - MONTRES} autres : « observatoire status ».")
                lignes.append("")
        genres = sorted({p.genre for p in self.nouveaux})
        if genres:
            lignes.append(f"Que faire : {GUIDE}, {', '.join(f'« {genre} »' for genre in genres)}.")
        return "\n".join(lignes).rstrip() + "\n"

    def json(self) -> dict[str, Any]:
        """`text` is what chat services show; the rest is for programs."""
        return {
            "text": f"{self.sujet}\n{self.corps}",
            "sujet": self.sujet,
            "origine": self.origine,
            "essai": self.essai,
            "nouveaux": [{"genre": p.genre, "cle": p.cle, "phrase": p.phrase} for p in self.nouveaux],
            "finis": [{"genre": p.genre, "cle": p.cle, "phrase": p.phrase} for p in self.finis],
        }


def comparer(connus: Mapping[str, Probleme], actuels: Mapping[str, Probleme], origine: str) -> Alerte | None:
    """The alert that takes a reader from what he was told to what is; None when he knows everything."""
    nouveaux = [probleme for cle, probleme in actuels.items() if cle not in connus]
    finis = [probleme for cle, probleme in connus.items() if cle not in actuels]
    return Alerte(origine, nouveaux, finis) if nouveaux or finis else None


def _par_gravite(problemes: list[Probleme]) -> list[Probleme]:
    rangs = list(TITRES)
    return sorted(problemes, key=lambda p: (rangs.index(p.genre), p.cle))


def _ligne(probleme: Probleme) -> str:
    return f"  {TITRES[probleme.genre]} : {probleme.phrase}"
