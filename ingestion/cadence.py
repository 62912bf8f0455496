"""How often a dataset is published, read from the words of its card.

Belongs here: the rhythm that the `cadence` of a card means, the length of its period.
Does not belong here: what is late (orchestration.freshness), when a refresh runs (orchestration.timetable).
"""

from __future__ import annotations

from typing import Literal

Rythme = Literal[
    "quotidienne", "mensuelle", "bimestrielle", "trimestrielle", "annuelle", "irreguliere", "saisie", "close"
]
# First words of a card → rhythm; what follows them is a remark for people.
MOTS: dict[str, Rythme] = {
    "quotidienne": "quotidienne",
    "chaque nuit": "quotidienne",
    "fréquente": "irreguliere",
    "mensuelle": "mensuelle",
    "tous les deux mois": "bimestrielle",
    "trimestrielle": "trimestrielle",
    "annuelle": "annuelle",
    "irrégulière": "irreguliere",
    "saisie continue": "saisie",
    "saisie annuelle": "saisie",
    "publication unique": "close",
    "liste close": "close",
    "série close": "close",
}
CLOSE = "close avec le zonage"
# Days from one publication to the next; a rhythm that is absent promises nothing.
PERIODES_J: dict[Rythme, int] = {
    "quotidienne": 1,
    "mensuelle": 31,
    "bimestrielle": 62,
    "trimestrielle": 92,
    "annuelle": 366,
}


def rythme(cadence: str) -> Rythme:
    """The rhythm that a card declares.

    Raises:
        ValueError: the words are not among those that are understood; the sentence lists them.
    """
    if CLOSE in cadence:
        return "close"
    for mots, valeur in MOTS.items():
        if cadence == mots or cadence.startswith((f"{mots} ", f"{mots},")):
            return valeur
    raise ValueError(f"cadence « {cadence} »: expected to begin with one of {', '.join(MOTS)}")
