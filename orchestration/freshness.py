"""Which datasets are late: the publication that was expected and did not come, the address that was not asked.

Belongs here: the one rule that `observatoire status`, the alerts and the Dagster check share.
Does not belong here: how often a card says it is published (ingestion.cadence), when a refresh runs (timetable).

A publisher announces no date, or almost: what is expected is one period after the last news received, plus a delay that
publishers do take. A rhythm without period (irregular, closed, filled in by hand) promises nothing and is never late.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Literal

from ingestion.cadence import PERIODES_J, Rythme

if TYPE_CHECKING:
    from ingestion.catalogue import Catalogue, Jeu
    from ingestion.lock import EntreeVerrou, Verrou

Verdict = Literal["a_jour", "en_retard", "sans_echeance", "jamais_charge"]
# Days of grace after the expected day: a nightly export misses nights, an annual base comes in another quarter.
DELAIS_J: dict[Rythme, int] = {
    "quotidienne": 7,
    "mensuelle": 31,
    "bimestrielle": 62,
    "trimestrielle": 92,
    "annuelle": 183,
}
# A deposit is filled by hand: a nightly export that is three months old is late there, not one of last week.
DELAI_DEPOT_J = 92


@dataclass(frozen=True)
class Fraicheur:
    """A dataset and its calendar; dates are days, None when nothing is known or expected.

    `nouveau_le`: when its latest bytes were published, as the publisher dates them, otherwise received.
    `attendu_le`: expected day of the next publication; `en_retard_le`: first day on which it is late.
    """

    jeu: str
    titre: str
    rythme: Rythme
    verdict: Verdict
    nouveau_le: date | None
    verifie_le: date | None
    attendu_le: date | None
    en_retard_le: date | None

    def phrase(self) -> str:
        """What is late and what to do; empty when nothing is."""
        if self.verdict != "en_retard":
            return ""
        return (
            f"{self.jeu} : publication attendue vers le {self.attendu_le}, dernière nouveauté du {self.nouveau_le} "
            "(rythme de la fiche). Cherchez le nouveau millésime sur la page de la source et ajoutez-le à la fiche."
        )


def evaluer(catalogue: Catalogue, verrou: Verrou, aujourdhui: date) -> list[Fraicheur]:
    """The calendar of every dataset, in the order of the catalogue, from the lock of a data folder."""
    return [
        evaluer_jeu(jeu, (e for nom, _, _, e in verrou.entrees() if nom == jeu.jeu), aujourdhui)
        for jeu in catalogue.jeux.values()
    ]


def evaluer_jeu(jeu: Jeu, entrees: Iterable[EntreeVerrou], aujourdhui: date) -> Fraicheur:
    """The calendar of one dataset, from what the lock says of its files; nothing is expected of fictitious ones."""
    connues = [entree for entree in entrees if entree.sha256]
    origines = {entree.origine for entree in connues}
    # A clock that jumped forward must not make a dataset fresh for years (F27).
    nouveautes = [jour for jour in (*map(_nouveaute, connues), *_dates_de_la_fiche(jeu)) if jour and jour <= aujourdhui]
    verifies = [date.fromisoformat(entree.verifie_le[:10]) for entree in connues]
    nouveau_le, verifie_le = max(nouveautes, default=None), max(verifies, default=None)
    attendu_le = None if "demo" in origines else _attendu(jeu, nouveau_le)
    en_retard_le = None
    if attendu_le is not None:
        delai = max(DELAIS_J.get(jeu.rythme, 0), DELAI_DEPOT_J if "deposit" in origines else 0)
        en_retard_le = attendu_le + timedelta(days=delai + 1)
    verdict: Verdict = "a_jour"
    if not connues:
        verdict = "jamais_charge"
    elif en_retard_le is None:
        verdict = "sans_echeance"
    elif aujourdhui >= en_retard_le:
        verdict = "en_retard"
    return Fraicheur(jeu.jeu, jeu.titre, jeu.rythme, verdict, nouveau_le, verifie_le, attendu_le, en_retard_le)


def _attendu(jeu: Jeu, nouveau_le: date | None) -> date | None:
    """The day that the producer announced, until it is reached by news; otherwise one period after the last news."""
    annonce = _jour(jeu.prochaine_publication)
    if annonce is not None and (nouveau_le is None or nouveau_le < annonce):
        return annonce
    periode = PERIODES_J.get(jeu.rythme)
    return nouveau_le + timedelta(days=periode) if nouveau_le and periode else None


def _nouveaute(entree: EntreeVerrou) -> date | None:
    """The day of the bytes: the one that the publisher gives, otherwise the one of their reception."""
    if entree.last_modified:
        # A publisher that writes another format is dated by the reception.
        with suppress(ValueError):
            return parsedate_to_datetime(entree.last_modified).date()
    return _jour(entree.acquis_le)


def _dates_de_la_fiche(jeu: Jeu) -> list[date | None]:
    return [_jour(millesime.date_publication) for millesime in jeu.millesimes]


def _jour(texte: str | None) -> date | None:
    """`AAAA-MM-JJ…` as a day, `AAAA-MM` as the last day of the month, None for anything else."""
    if not texte:
        return None
    try:
        if len(texte) == 7:
            suivant = date.fromisoformat(f"{texte}-01") + timedelta(days=31)
            return suivant.replace(day=1) - timedelta(days=1)
        return date.fromisoformat(texte[:10])
    except ValueError:
        return None
