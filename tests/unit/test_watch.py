"""Who is told of what: one alert per new problem, one message when it is over, nothing in between.

Belongs here: the record of a refresh, the problems, what each channel was told, on fake steps and a fake channel.
Does not belong here: sending for real (integration/test_alertes), the calendar of a dataset (test_freshness).
"""

from __future__ import annotations

import errno
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from faux_rafraichissement import Monde

from ingestion.lock import EntreeVerrou, Verrou
from orchestration import watch
from orchestration.alert_channels import ErreurEnvoi
from orchestration.alerts import Alerte, Probleme, comparer
from orchestration.dbt_build import Noeud
from orchestration.refresh import Arret
from orchestration.refresh_lock import verrou_de_rafraichissement
from orchestration.steps import Contexte
from orchestration.watch import Tentative, Veille, prevenir, problemes

ROUGE = Noeud("test.x", "unicite_fct_valeurs", "test", "fail", "Got 2 results", 0.1, 2)
NOM = "base-ic-evol-struct-pop-2022.csv"


class Canal:
    """Keeps what it is sent; refuses when `panne` says why."""

    def __init__(self, nom: str = "faux") -> None:
        self.nom = nom
        self.recues: list[Alerte] = []
        self.panne = ""

    def envoyer(self, alerte: Alerte) -> None:
        if self.panne:
            raise ErreurEnvoi(self.panne)
        self.recues.append(alerte)


@pytest.fixture
def canal(monkeypatch: pytest.MonkeyPatch) -> Canal:
    canal = Canal()
    monkeypatch.setattr(watch, "canaux", lambda _reglages: ([canal], []))
    return canal


@pytest.fixture
def monde(tmp_path: Path) -> Monde:
    return Monde(tmp_path)


def contexte(monde: Monde) -> Contexte:
    return Contexte(monde.reglages)


def refuser(monde: Monde, message: str = "colonne TP60 attendue.") -> str:
    """Mark the first declared file as refused in the lock, as an acquisition does; returns its place."""
    jeu, millesime, fichier = next(contexte(monde).catalogue.fichiers())
    verrou = Verrou(monde.reglages.data / "verrou.yml")
    refuse = EntreeVerrou("ab" * 32, 1, None, "demo", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")
    verrou.ecrire(jeu.jeu, millesime.millesime, fichier.nom, replace(refuse, statut="en_echec", message=message))
    verrou.enregistrer()
    return f"{jeu.jeu}/{millesime.millesime}/{fichier.nom}"


def accepter(monde: Monde) -> None:
    (monde.reglages.data / "verrou.yml").unlink()


# --- one alert per new problem ------------------------------------------------------------------------------------------


def test_nothing_wrong_is_nothing_said(monde: Monde, canal: Canal) -> None:
    monde.rafraichir()
    assert canal.recues == []
    veille = Veille.lire(monde.reglages.data)
    assert veille.tentative is not None
    assert (veille.tentative.code, veille.tentative.porte, veille.ouverts) == (0, "commande", {})


def test_a_failure_is_said_once_then_its_end(monde: Monde, canal: Canal) -> None:
    monde.noeuds = [ROUGE]
    assert monde.rafraichir().code == 1
    assert [p.genre for p in canal.recues[0].nouveaux] == ["echec"]
    assert "unicite_fct_valeurs" in canal.recues[0].corps
    assert "Rien n'a été publié" in canal.recues[0].sujet
    # The next night, with another number of failing rows: the same problem.
    monde.noeuds = [replace(ROUGE, message="Got 3 results", nb_echecs=3)]
    monde.rafraichir()
    assert len(canal.recues) == 1
    monde.noeuds = []
    assert monde.rafraichir().code == 0
    assert [(len(a.nouveaux), len(a.finis)) for a in canal.recues] == [(1, 0), (0, 1)]
    assert canal.recues[1].sujet.endswith("Terminé : 1\u00a0problème")


def test_what_is_held_for_review_is_no_failure(monde: Monde, canal: Canal) -> None:
    def publier(*_arguments: Any) -> str:
        raise Arret(["valeurs : 1 200 lignes, 2 400 avant."], retenue=True)

    monde._publier = publier  # type: ignore[method-assign]
    assert monde.rafraichir().code == 1
    assert [p.genre for p in canal.recues[0].nouveaux] == ["retenue"]
    assert "2 400 avant" in canal.recues[0].corps


def test_another_cause_is_another_problem(monde: Monde, canal: Canal) -> None:
    monde.noeuds = [ROUGE]
    monde.rafraichir()
    monde.noeuds = [replace(ROUGE, nom="relations_fct_valeurs")]
    monde.rafraichir()
    assert [(len(a.nouveaux), len(a.finis)) for a in canal.recues] == [(1, 0), (1, 1)]


def test_a_refused_file_is_said_once_whatever_its_sentence(monde: Monde, canal: Canal) -> None:
    monde.rafraichir()
    lieu = refuser(monde, "réponse 503 après 12 s.")
    monde.rafraichir(forcer=True)
    refuser(monde, "réponse 502 après 31 s.")
    monde.rafraichir(forcer=True)
    assert [[p.cle for p in a.nouveaux] for a in canal.recues] == [[f"refus:{lieu}"]]
    accepter(monde)
    monde.rafraichir(forcer=True)
    assert [p.cle for p in canal.recues[-1].finis] == [f"refus:{lieu}"]


def test_an_alert_that_did_not_leave_breaks_nothing_and_is_tried_again(monde: Monde, canal: Canal) -> None:
    monde.rafraichir()
    refuser(monde)
    canal.panne = "Alerte non envoyée par courriel."
    issue = monde.rafraichir(forcer=True)
    assert (issue.code, issue.change) == (0, True)
    assert canal.panne in monde.journal.alertes
    derniere = Veille.lire(monde.reglages.data).alerte
    assert derniere is not None
    assert (derniere["canaux"], derniere["echecs"]) == ([], [canal.panne])
    canal.panne = ""
    monde.rafraichir()
    assert len(canal.recues) == 1


def test_each_channel_is_told_what_it_does_not_know(monde: Monde, monkeypatch: pytest.MonkeyPatch) -> None:
    courriel, webhook = Canal("courriel"), Canal("webhook")
    monkeypatch.setattr(watch, "canaux", lambda _reglages: ([courriel, webhook], []))
    monde.rafraichir()
    refuser(monde)
    webhook.panne = "réponse 500"
    monde.rafraichir(forcer=True)
    webhook.panne = ""
    monde.rafraichir()
    assert (len(courriel.recues), len(webhook.recues)) == (1, 1)


# --- what died --------------------------------------------------------------------------------------------------------


@pytest.mark.panne("F24", attendu="the next refresh says that the last one was interrupted")
def test_a_killed_refresh_is_said_by_the_next_one(monde: Monde, canal: Canal) -> None:
    """As `kill -9` leaves it: begun, not ended."""
    monde.rafraichir()
    mort = Tentative(f"{datetime.now(UTC) - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}", "commande", "x")
    replace(Veille.lire(monde.reglages.data), tentative=mort).ecrire(monde.reglages.data)
    monde.rafraichir()
    assert [[p.genre for p in a.nouveaux] for a in canal.recues] == [["interruption"], []]
    assert [p.genre for p in canal.recues[1].finis] == ["interruption"]


def test_a_refresh_that_runs_is_not_dead(monde: Monde) -> None:
    monde.rafraichir()
    debut = Tentative("2026-11-25T05:15:00Z", "commande", "x")
    replace(Veille.lire(monde.reglages.data), tentative=debut).ecrire(monde.reglages.data)
    maintenant = datetime(2026, 11, 25, 6, tzinfo=UTC)
    with verrou_de_rafraichissement(monde.reglages.data):
        assert problemes(contexte(monde), maintenant) == {}
    assert [p.genre for p in problemes(contexte(monde), maintenant).values()] == ["interruption"]


def test_an_unexpected_error_is_a_failure_and_still_raised(monde: Monde, canal: Canal) -> None:
    monde._construire = lambda *_: 1 / 0  # type: ignore[method-assign]
    with pytest.raises(ZeroDivisionError):
        monde.rafraichir()
    assert [p.genre for p in canal.recues[0].nouveaux] == ["echec"]
    assert "ZeroDivisionError" in canal.recues[0].corps


def test_a_second_refresh_that_is_turned_away_is_no_problem(monde: Monde, canal: Canal) -> None:
    monde.rafraichir()
    with verrou_de_rafraichissement(monde.reglages.data):
        assert monde.rafraichir().code == 1
    assert canal.recues == []
    assert Veille.lire(monde.reglages.data).tentative.code == 0  # type: ignore[union-attr]


def test_silence_is_a_problem_after_two_days(monde: Monde) -> None:
    monde.rafraichir()
    fin = datetime.fromisoformat(Veille.lire(monde.reglages.data).tentative.fini_le)  # type: ignore[union-attr,arg-type]
    assert problemes(contexte(monde), fin + timedelta(hours=49)) == {}
    assert list(problemes(contexte(monde), fin + timedelta(hours=51))) == ["silence"]


def test_a_service_that_failed_before_it_could_say_is_said(monde: Monde, canal: Canal) -> None:
    monde.rafraichir()
    watch.arret_hors_suivi(contexte(monde), "service", "le service x s'est arrêté en erreur.")
    assert prevenir(contexte(monde)) == []
    assert "service x" in canal.recues[0].corps


def test_what_a_refresh_said_itself_is_not_said_again_by_its_service(monde: Monde, canal: Canal) -> None:
    monde.noeuds = [ROUGE]
    monde.rafraichir()
    watch.arret_hors_suivi(contexte(monde), "service", "le service x s'est arrêté en erreur.")
    prevenir(contexte(monde))
    assert len(canal.recues) == 1


# --- the record -------------------------------------------------------------------------------------------------------


@pytest.mark.panne("F3", attendu="the refresh goes on without its record")
def test_a_full_disk_stops_the_record_and_not_the_refresh(monde: Monde, monkeypatch: pytest.MonkeyPatch) -> None:
    def plein(*_arguments: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(watch, "ecrire_atomique", plein)
    issue = monde.rafraichir()
    assert (issue.code, issue.change) == (0, True)
    assert any("Suivi non écrit (No space left on device)" in phrase for phrase in monde.journal.alertes)


def test_an_unreadable_record_is_written_again(monde: Monde, canal: Canal) -> None:
    monde.rafraichir()
    (monde.reglages.data / watch.NOM).write_text("{", encoding="utf-8")
    assert monde.rafraichir().code == 0
    assert json.loads((monde.reglages.data / watch.NOM).read_text(encoding="utf-8"))["tentative"]["code"] == 0


def test_a_record_and_a_state_of_a_later_version_are_read(monde: Monde) -> None:
    monde.rafraichir()
    for nom in (watch.NOM, "etat.json"):
        chemin = monde.reglages.data / nom
        chemin.write_text(json.dumps(json.loads(chemin.read_text(encoding="utf-8")) | {"nouveau": 1}), encoding="utf-8")
    assert Veille.lire(monde.reglages.data).tentative.code == 0  # type: ignore[union-attr]
    assert monde.rafraichir().change is False


def test_cards_that_cannot_be_read_do_not_end_the_refusals(monde: Monde, canal: Canal, tmp_path: Path) -> None:
    monde.rafraichir()
    refuser(monde)
    monde.rafraichir(forcer=True)
    casse = tmp_path / "fiches"
    (casse / "sources").mkdir(parents=True)
    (casse / "sources" / "insee.yml").write_text("producteur: [", encoding="utf-8")
    monde.reglages = monde.reglages.model_copy(update={"catalogue": casse})
    prevenir(contexte(monde))
    assert [len(a.finis) for a in canal.recues] == [0]


@pytest.mark.panne("F29", attendu="no secret in the record nor in the log")
def test_a_secret_never_enters_the_record_nor_the_log(monde: Monde, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OBSERVATOIRE_FRANCETRAVAIL_SECRET", "s3cr3t-de-test")
    monde.noeuds = [replace(ROUGE, nom="controle_s3cr3t-de-test")]
    monde.rafraichir()
    ecrits = [c.read_text(encoding="utf-8") for c in monde.reglages.data.rglob("*.json*") if c.is_file()]
    assert any("•••" in texte for texte in ecrits)
    assert not any("s3cr3t-de-test" in texte for texte in ecrits)


def test_the_worst_gives_the_subject_and_each_kind_its_section() -> None:
    refus = [Probleme(f"refus:{i}", "refus", f"fichier {i}") for i in range(25)]
    alerte = comparer({}, {p.cle: p for p in [*refus, Probleme("echec:x", "echec", "un test échoue.")]}, "Observatoire")
    assert alerte is not None
    assert alerte.sujet == "[Observatoire] Rien n'a été publié, et 25\u00a0autres problèmes"
    assert "et 6 autres" in alerte.corps
    assert "docs/operations.md, « echec », « refus »" in alerte.corps
    assert comparer({p.cle: p for p in refus}, {p.cle: p for p in refus}, "x") is None
