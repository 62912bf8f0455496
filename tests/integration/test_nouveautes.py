"""What starts a refresh: a change at a publisher or in a deposit launches the datasets that changed, and only once.

Belongs here: the cheap looks on a publisher of our own, the decisions of schedules and sensors, dead and mute runs.
Does not belong here: what a run does (test_dagster), the words of an alert (test_alertes).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster import DagsterRunStatus
from editeur import Editeur, Panne
from faux_rafraichissement import RELEASE, Monde, publier_une_vide
from jeu_essai import AUTRE, DATEE, REGLAGES, STABLE, TEXTE, URL, declarer, fichier

from ingestion.catalogue import Adresse, Catalogue, Fichier
from ingestion.http import Client
from ingestion.lock import Verrou
from orchestration import automation, steps, watch
from orchestration.automation import HORAIRES, capteurs, decider, horaires, nouveautes, signaler_run_en_echec
from orchestration.refresh_lock import verrou_de_rafraichissement
from orchestration.settings import Reglages
from orchestration.upstream import Constat, en_tournant, regarder
from orchestration.watch import Tentative, Veille

SECONDE = "insee.second"
AUTRE_URL = URL.replace("essai_csv", "second")
Regard = Callable[..., Constat]


@pytest.fixture
def contexte(editeur: Editeur, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> steps.Contexte:
    """Two datasets at the local publisher, read once, as after a refresh."""
    monkeypatch.setattr(automation, "BORNES", REGLAGES)
    return en_direct(editeur, tmp_path, fichier())


def en_direct(editeur: Editeur, dossier: Path, declare: Fichier) -> steps.Contexte:
    premier, _ = declarer([declare])
    second = declarer([fichier(AUTRE_URL)])[0].model_copy(update={"jeu": SECONDE, "cadence": "trimestrielle"})
    editeur.publier(URL, TEXTE)
    editeur.publier(AUTRE_URL, TEXTE)

    class Fiches(Catalogue):
        jeux = {premier.jeu: premier, second.jeu: second}  # noqa: RUF012
        corrections = []  # noqa: RUF012

    class Contexte(steps.Contexte):
        catalogue = Fiches(dossier)

    contexte = Contexte(Reglages(data=dossier / "data", source="live", editeur_local=editeur.base, sans_fiches=True))
    lire(contexte)
    editeur.journal.clear()
    return contexte


def lire(contexte: steps.Contexte) -> None:
    """What a run does of the publishers, without the models: acquisition, then the state of a release."""
    with Client(REGLAGES, editeur_local=contexte.reglages.editeur_local) as client:
        from ingestion.acquire import SourceLive, acquerir
        from ingestion.archive import Archive

        archive, verrou = Archive(contexte.donnees / "archive"), Verrou(contexte.donnees / "verrou.yml")
        for jeu, millesime, declare in contexte.catalogue.fichiers():
            acquerir(jeu, millesime, declare, SourceLive(client, contexte.donnees), archive, verrou)
        verrou.enregistrer()
    publier_une_vide(contexte.donnees / "releases")
    steps.noter_etat(contexte, inventaire=steps.inventaire_du_verrou(contexte), release=RELEASE)


def regard(contexte: steps.Contexte, **options: Any) -> Constat:
    with Client(REGLAGES, editeur_local=contexte.reglages.editeur_local) as client:
        return regarder(contexte, contexte.catalogue.jeux.values(), client, **({"limite_s": 20} | options))


# --- the cheap look -----------------------------------------------------------------------------------------------------


def test_nothing_changed_is_seen_without_downloading(editeur: Editeur, contexte: steps.Contexte) -> None:
    constat = regard(contexte)
    assert (constat.changes, constat.indecis) == ({}, {})
    assert constat.regardes == ["insee.essai", SECONDE]
    assert [requete.methode for requete in editeur.journal] == ["HEAD", "HEAD"]


def test_only_the_dataset_that_changed_is_named(editeur: Editeur, contexte: steps.Contexte) -> None:
    editeur.publier(URL, AUTRE)
    assert list(regard(contexte).changes) == ["insee.essai"]


@pytest.mark.parametrize(
    ("avec_etag", "date", "contenu", "change"),
    [
        (False, "Tue, 06 Jan 2026 08:00:00 GMT", TEXTE, True),
        # Neither ETag nor date: only the size can tell, and the same size tells nothing.
        (False, None, AUTRE, True),
        (False, None, TEXTE.replace(b"12,5", b"13,5"), False),
        # The ETag is the same: a date that moved is a copy put back.
        (True, "Tue, 06 Jan 2026 08:00:00 GMT", TEXTE, False),
    ],
)
def test_the_strongest_mark_decides(
    editeur: Editeur, contexte: steps.Contexte, avec_etag: bool, date: str | None, contenu: bytes, change: bool
) -> None:
    editeur.publier(URL, contenu, last_modified=date, avec_etag=avec_etag)
    assert ("insee.essai" in regard(contexte).changes) == change


def test_a_catalogue_of_the_publisher_is_asked_for_its_mark(editeur: Editeur, tmp_path: Path) -> None:
    """data.gouv.fr gives a checksum: the file itself is not asked for."""
    api = "https://www.data.gouv.fr/api/1/datasets/jeu/"
    adresse = Adresse(service="datagouv", jeu="jeu", motif="essai")

    def decrire(somme: str) -> None:
        ressource = f'{{"title": "essai", "url": "{DATEE}", "checksum": {{"type": "sha1", "value": "{somme}"}}}}'
        editeur.publier(api, f'{{"resources": [{ressource}]}}'.encode(), type="application/json")

    decrire("aa")
    editeur.publier(DATEE, TEXTE)
    contexte = en_direct(editeur, tmp_path, fichier(STABLE).model_copy(update={"adresse": adresse}))
    assert regard(contexte).changes == {}
    decrire("bb")
    assert list(regard(contexte).changes) == ["insee.essai"]
    assert editeur.recues(DATEE) == []


def test_a_publisher_that_does_not_answer_is_no_change_and_is_named(editeur: Editeur, contexte: steps.Contexte) -> None:
    editeur.panne(URL, Panne(statut=503))
    constat = regard(contexte)
    assert constat.changes == {}
    assert "réponse 503" in constat.indecis["insee.essai"][0]


def test_a_look_stops_in_time_and_goes_on_from_there(contexte: steps.Contexte) -> None:
    instants = iter([0.0, 1.0, 30.0])
    assert regard(contexte, limite_s=20, horloge=lambda: next(instants)).regardes == ["insee.essai"]
    assert [jeu.jeu for jeu in en_tournant(contexte, "insee.essai")] == [SECONDE, "insee.essai"]
    assert [jeu.jeu for jeu in en_tournant(contexte, None)] == ["insee.essai", SECONDE]


# --- decisions ----------------------------------------------------------------------------------------------------------


def test_a_change_has_one_key_until_it_is_read(editeur: Editeur, contexte: steps.Contexte) -> None:
    """A file that is refused stays as it was in the lock: the same key never launches a second run."""
    etapes = Monde(contexte.donnees).etapes()
    assert nouveautes(contexte, etapes, None)[0].raison.startswith("Rien n'a changé")
    editeur.publier(URL, AUTRE)
    premiere, seconde = (nouveautes(contexte, etapes, None)[0] for _ in range(2))
    assert premiere.jeux == ("insee.essai",)
    assert premiere.cle == seconde.cle is not None
    editeur.publier(URL, AUTRE + b"QP961003;1,0\n")
    assert nouveautes(contexte, etapes, None)[0].cle != premiere.cle
    lire(contexte)
    assert nouveautes(contexte, etapes, None)[0].jeux is None


def test_a_schedule_looks_at_its_rhythms_only(editeur: Editeur, contexte: steps.Contexte) -> None:
    etapes = Monde(contexte.donnees).etapes()
    editeur.publier(URL, AUTRE)
    editeur.publier(AUTRE_URL, AUTRE)
    quotidien, trimestriel, annuel = (decider(horaire, contexte, etapes) for horaire in HORAIRES)
    assert quotidien.raison.startswith("Rien n'a changé")
    assert (trimestriel.jeux, annuel.jeux) == ((SECONDE,), ("insee.essai",))


def test_a_schedule_reads_a_dataset_whose_publisher_did_not_answer(editeur: Editeur, contexte: steps.Contexte) -> None:
    """The run asks again, with its retries, and says what it found."""
    editeur.panne(AUTRE_URL, Panne(statut=503))
    assert decider(HORAIRES[1], contexte, Monde(contexte.donnees).etapes()).jeux == (SECONDE,)


def test_nothing_released_yet_is_a_run_of_everything(contexte: steps.Contexte) -> None:
    (contexte.donnees / "releases" / "current").unlink()
    etapes = Monde(contexte.donnees).etapes()
    assert [decider(h, contexte, etapes) for h in HORAIRES] == [automation.Decision()] * 3
    assert nouveautes(contexte, etapes, None)[0].raison


def test_rhythms_are_shared_among_the_schedules_in_paris(monde: Monde) -> None:
    from ingestion.cadence import MOTS

    assert sorted(r for h in HORAIRES for r in h.rythmes) == sorted(set(MOTS.values()))
    definis = horaires(JOB, steps.Contexte(monde.reglages), monde.etapes(), [])
    assert {h.execution_timezone for h in definis} == {"Europe/Paris"}
    assert {h.default_status for h in definis} == {dg.DefaultScheduleStatus.RUNNING}


@pytest.fixture
def monde(tmp_path: Path) -> Monde:
    return Monde(tmp_path)


JOB = dg.define_asset_job("refresh", selection=dg.AssetSelection.all())


def capteur(monde: Monde, nom: str) -> Any:
    trouves = capteurs(JOB, steps.Contexte(monde.reglages), monde.etapes(), [dg.AssetKey("release")])
    return next(c for c in trouves if c.name == nom)


def test_the_sensor_of_a_deposit_launches_the_changed_dataset_and_what_is_made_from_it(monde: Monde) -> None:
    monde.rafraichir()
    declare = next(f"{j.jeu}/{m.millesime}/{f.nom}" for j, m, f in Catalogue().fichiers() if j.jeu == "insee.cog")
    with dg.DagsterInstance.ephemeral() as instance:
        tic = dg.build_sensor_context(instance=instance)
        assert "Rien n'a changé" in (capteur(monde, "nouveautes").evaluate_tick(tic).skip_message or "")
        monde.inventaire = replace(monde.inventaire, fichiers=monde.inventaire.fichiers | {declare: "bb"})
        (demande,) = capteur(monde, "nouveautes").evaluate_tick(tic).run_requests
    assert demande.asset_selection == [dg.AssetKey(["raw", "insee", "cog"]), dg.AssetKey("release")]
    assert demande.run_key


def test_the_sensor_waits_while_a_refresh_runs(monde: Monde) -> None:
    monde.rafraichir()
    with dg.DagsterInstance.ephemeral() as instance, verrou_de_rafraichissement(monde.reglages.data):
        tic = capteur(monde, "nouveautes").evaluate_tick(dg.build_sensor_context(instance=instance, cursor="insee.cog"))
    assert "en cours" in (tic.skip_message or "")
    assert tic.cursor == "insee.cog"


# --- runs that died, runs that could say nothing ------------------------------------------------------------------------


def test_a_run_whose_process_is_dead_is_marked_failed_and_said(monde: Monde, monkeypatch: pytest.MonkeyPatch) -> None:
    """Code server and worker killed together: Dagster alone would leave the run started for ever."""
    monde.rafraichir()
    dits: list[Any] = []
    monkeypatch.setattr(watch, "canaux", lambda _r: ([_Canal(dits)], []))
    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.create_run_for_job(_vide, status=DagsterRunStatus.STARTED)
        mort = Tentative(f"{datetime.now(UTC) - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}", "dagster", run.run_id)
        replace(Veille.lire(monde.reglages.data), tentative=mort).ecrire(monde.reglages.data)
        with verrou_de_rafraichissement(monde.reglages.data):
            capteur(monde, "runs_morts").evaluate_tick(dg.build_sensor_context(instance=instance))
        assert instance.get_run_by_id(run.run_id).status == DagsterRunStatus.STARTED  # type: ignore[union-attr]
        monkeypatch.setattr(automation, "SURSIS_S", -1.0)
        soupcon = capteur(monde, "runs_morts").evaluate_tick(dg.build_sensor_context(instance=instance))
        assert instance.get_run_by_id(run.run_id).status == DagsterRunStatus.STARTED  # type: ignore[union-attr]
        suite = dg.build_sensor_context(instance=instance, cursor=soupcon.cursor)
        capteur(monde, "runs_morts").evaluate_tick(suite)
        assert instance.get_run_by_id(run.run_id).status == DagsterRunStatus.FAILURE  # type: ignore[union-attr]
    assert [p.genre for p in dits[0].nouveaux] == ["interruption"]


def test_a_run_that_just_started_is_left_alone(monde: Monde) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.create_run_for_job(_vide, status=DagsterRunStatus.STARTED)
        capteur(monde, "runs_morts").evaluate_tick(dg.build_sensor_context(instance=instance))
        assert instance.get_run_by_id(run.run_id).status == DagsterRunStatus.STARTED  # type: ignore[union-attr]


def test_a_run_that_could_say_nothing_is_said_and_the_others_not_twice(
    monde: Monde, monkeypatch: pytest.MonkeyPatch
) -> None:
    monde.rafraichir()
    dits: list[Any] = []
    monkeypatch.setattr(watch, "canaux", lambda _r: ([_Canal(dits)], []))
    contexte = steps.Contexte(monde.reglages)
    execution = Veille.lire(monde.reglages.data).tentative.execution  # type: ignore[union-attr]
    signaler_run_en_echec(contexte, execution, "déjà dit", print)
    assert dits == []
    signaler_run_en_echec(contexte, "0123456789", "réglage refusé", print)
    assert "run Dagster 01234567 : réglage refusé" in dits[0].corps


class _Canal:
    def __init__(self, recues: list[Any]) -> None:
        self.nom = "faux"
        self._recues = recues

    def envoyer(self, alerte: Any) -> None:
        self._recues.append(alerte)


@dg.op
def _rien() -> None: ...


@dg.job(name="refresh")
def _vide() -> None:
    _rien()


@pytest.mark.parametrize(("jour", "en_retard"), [("2026-07-08", False), ("2026-07-09", True)])
def test_the_daily_sensor_gives_the_check_of_freshness_and_says_lateness(
    editeur: Editeur, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jour: str, en_retard: bool
) -> None:
    """Published on 5 January 2026: the quarterly one is expected 92 days later, and late after 92 more."""
    contexte = en_direct(editeur, tmp_path, fichier())
    dits: list[Any] = []
    monkeypatch.setattr(watch, "canaux", lambda _r: ([_Canal(dits)], []))
    monkeypatch.setattr(steps, "maintenant", lambda: datetime.fromisoformat(f"{jour}T08:00:00+00:00"))
    sonde = next(c for c in capteurs(JOB, contexte, Monde(tmp_path).etapes(), []) if c.name == "fraicheur")
    with dg.DagsterInstance.ephemeral() as instance:
        tics = [sonde.evaluate_tick(dg.build_sensor_context(instance=instance)) for _ in range(2)]
    evaluations = {e.asset_key.path[-1]: e for e in tics[0].asset_events}
    assert {nom: e.passed for nom, e in evaluations.items()} == {"second": not en_retard, "essai": True}
    assert evaluations["second"].metadata["attendu_le"].value == "2026-04-07"
    assert evaluations["essai"].metadata["attendu_le"].value == "2027-01-06"
    assert [p.cle for a in dits for p in a.nouveaux] == [f"retard:{SECONDE}"] * en_retard
