"""The calendar of a dataset: what is expected, from when it is late, and what promises nothing.

Belongs here: the words of the cards, the rule of `orchestration.freshness` on entries written here.
Does not belong here: who is told (test_watch), what is printed (integration/test_status).
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from fiche_essai import bloc, fiche

from ingestion.cadence import rythme
from ingestion.catalogue import Catalogue, Jeu
from ingestion.lock import EntreeVerrou, Verrou
from orchestration.freshness import evaluer, evaluer_jeu


def entree(acquis_le: str, **champs: Any) -> EntreeVerrou:
    valeurs: dict[str, Any] = {"origine": "live", "verifie_le": acquis_le, **champs}
    return EntreeVerrou("ab" * 32, 10, "https://www.insee.fr/x", acquis_le=acquis_le, **valeurs)


def jeu(cadence: str, **champs: Any) -> Jeu:
    return fiche([bloc()], {"filosofi": "2018"}, cadence=cadence, **champs)


def test_every_card_has_a_cadence_that_is_understood() -> None:
    rythmes = {j.jeu: j.rythme for j in Catalogue().jeux.values()}
    assert rythmes["anct.lieux_mediation_numerique"] == "quotidienne"
    assert rythmes["insee.bdm_chomage"] == "trimestrielle"
    assert rythmes["insee.qpv2024_caf"] == "annuelle"
    assert rythmes["insee.qpv_revenus"] == "close"
    assert rythmes["drees.finess"] == "bimestrielle"


@pytest.mark.parametrize("texte", ["annuelles", "de temps en temps", ""])
def test_another_cadence_is_refused_with_the_words_that_are_known(texte: str) -> None:
    with pytest.raises(ValueError, match="trimestrielle"):
        rythme(texte)
    with pytest.raises(ValueError, match="cadence"):
        jeu(texte)


@pytest.mark.parametrize(
    ("cadence", "attendu", "retard"),
    [
        # 1 March + 1 day, + 7 days of grace, late the day after.
        ("quotidienne", date(2026, 3, 2), date(2026, 3, 10)),
        ("mensuelle", date(2026, 4, 1), date(2026, 5, 3)),
        ("trimestrielle", date(2026, 6, 1), date(2026, 9, 2)),
        ("annuelle (décembre)", date(2027, 3, 2), date(2027, 9, 2)),
    ],
)
def test_the_next_publication_is_one_period_after_the_last_news(cadence: str, attendu: date, retard: date) -> None:
    recu = [entree("2026-03-01T05:00:00Z")]
    calendrier = evaluer_jeu(jeu(cadence), recu, retard - timedelta(days=1))
    assert (calendrier.attendu_le, calendrier.en_retard_le, calendrier.verdict) == (attendu, retard, "a_jour")
    assert calendrier.phrase() == ""
    en_retard = evaluer_jeu(jeu(cadence), recu, retard)
    assert en_retard.verdict == "en_retard"
    assert str(attendu) in en_retard.phrase()


@pytest.mark.parametrize(
    "cadence", ["irrégulière", "liste close", "annuelle, close avec le zonage 2015", "saisie continue"]
)
def test_a_rhythm_without_period_is_never_late(cadence: str) -> None:
    calendrier = evaluer_jeu(jeu(cadence), [entree("2016-03-01T05:00:00Z")], date(2026, 3, 1))
    assert (calendrier.verdict, calendrier.attendu_le) == ("sans_echeance", None)


def test_a_dataset_that_was_never_received_is_not_late() -> None:
    vide = EntreeVerrou(None, None, None, "live", None, "2020-01-01T00:00:00Z", statut="jamais_charge")
    assert evaluer_jeu(jeu("quotidienne"), [vide], date(2026, 3, 1)).verdict == "jamais_charge"


def test_the_date_of_the_publisher_wins_over_the_one_of_the_reception() -> None:
    """Received in March, but the file is of January: the next one is expected a month after January."""
    recu = entree("2026-03-01T05:00:00Z", last_modified="Mon, 05 Jan 2026 08:00:00 GMT")
    calendrier = evaluer_jeu(jeu("mensuelle"), [recu], date(2026, 3, 1))
    assert (calendrier.nouveau_le, calendrier.attendu_le) == (date(2026, 1, 5), date(2026, 2, 5))
    illisible = entree("2026-03-01T05:00:00Z", last_modified="hier")
    assert evaluer_jeu(jeu("mensuelle"), [illisible], date(2026, 3, 1)).nouveau_le == date(2026, 3, 1)


@pytest.mark.panne("F27", attendu="a clock that jumps makes nothing fresh")
def test_a_clock_that_jumps_makes_nothing_fresh_for_years() -> None:
    passe, futur = entree("2025-01-01T05:00:00Z"), entree("2031-01-01T05:00:00Z")
    assert evaluer_jeu(jeu("mensuelle"), [passe, futur], date(2026, 3, 1)).verdict == "en_retard"


@pytest.mark.parametrize(("annonce", "attendu"), [("2026-06", date(2026, 6, 30)), ("2026-06-12", date(2026, 6, 12))])
def test_an_announced_date_wins_until_it_is_reached(annonce: str, attendu: date) -> None:
    recu = [entree("2026-03-01T05:00:00Z")]
    assert evaluer_jeu(jeu("irrégulière", prochaine_publication=annonce), recu, date(2026, 3, 2)).attendu_le == attendu
    apres = [entree("2026-07-01T05:00:00Z")]
    assert evaluer_jeu(jeu("irrégulière", prochaine_publication=annonce), apres, date(2026, 7, 2)).attendu_le is None


def test_a_deposit_has_three_months_and_a_fictitious_file_nothing() -> None:
    depose = evaluer_jeu(jeu("quotidienne"), [entree("2026-03-01T05:00:00Z", origine="deposit")], date(2026, 4, 1))
    assert (depose.verdict, depose.en_retard_le) == ("a_jour", date(2026, 6, 3))
    fictif = evaluer_jeu(jeu("quotidienne"), [entree("2016-03-01T05:00:00Z", origine="demo")], date(2026, 4, 1))
    assert fictif.verdict == "sans_echeance"


def test_every_dataset_of_the_catalogue_has_a_calendar(tmp_path: Path) -> None:
    catalogue = Catalogue()
    calendriers = evaluer(catalogue, Verrou(tmp_path / "absent.yml"), date(2026, 3, 1))
    assert [c.jeu for c in calendriers] == list(catalogue.jeux)
    assert {c.verdict for c in calendriers} == {"jamais_charge"}
