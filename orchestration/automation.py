"""What starts a refresh when nobody asks: the schedules of each rhythm, the sensor of changes, the runs that died.

Belongs here: hours, rhythms, what a tick decides, and the sensors that end or report runs whose process is gone.
Does not belong here: what changed (upstream), what a refresh does (definitions, session), what is told (watch).

A publisher says in which month or quarter a file comes, rarely on which day. So a schedule asks oftener than the file
changes: the annual ones every month, the quarterly ones every week, the nightly ones every night.
"""

# No `from __future__ import annotations`: Dagster reads the type of `context` from the signature itself.
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg
from dagster import DagsterRunStatus, RunsFilter

from ingestion import http
from ingestion.cadence import Rythme
from orchestration import steps
from orchestration.assets_ingestion import FRAICHEUR, resultat_fraicheur
from orchestration.freshness import Fraicheur
from orchestration.journal import accord
from orchestration.refresh import Etapes
from orchestration.refresh_lock import est_tenu
from orchestration.state import Etat, Inventaire
from orchestration.steps import Contexte
from orchestration.upstream import Constat, comparer_dossier, en_tournant, inventaire_du_moment, regarder
from orchestration.watch import Veille, arret_hors_suivi, fraicheurs, prevenir

CRON = "15 6 * * *"
FUSEAU = "Europe/Paris"
INTERVALLE_S = 1_800
# A tick of Dagster has a minute. A dataset that is begun is finished within its own bound.
REGARD_S = 25.0
BORNES = http.Reglages(connexion_s=5, lecture_s=10, total_s=15, total_jeu_s=25, essais=1)
# A run is STARTED a moment before it takes the lock.
SURSIS_S = 120.0
JOB = "refresh"


@dataclass(frozen=True)
class Horaire:
    """A schedule: the datasets of some rhythms, at some hour of Paris."""

    nom: str
    cron: str
    rythmes: frozenset[Rythme]
    description: str


# `saisie`: the local register, filled in at any moment. `close` and `irreguliere`: a corrected version may come.
HORAIRES = (
    Horaire(
        "refresh_quotidien",
        CRON,
        frozenset({"quotidienne", "saisie"}),
        "Chaque matin à 6 h 15, heure de Paris : sources de chaque nuit et registre ; passé quand rien n'a changé.",
    ),
    Horaire(
        "refresh_trimestriel",
        "15 7 * * 1",
        frozenset({"mensuelle", "bimestrielle", "trimestrielle"}),
        "Chaque lundi à 7 h 15, heure de Paris : sources du mois, des deux mois et du trimestre.",
    ),
    Horaire(
        "refresh_annuel",
        "15 8 1 * *",
        frozenset({"annuelle", "irreguliere", "close"}),
        "Le premier du mois à 8 h 15, heure de Paris : sources annuelles, irrégulières et closes.",
    ),
)


@dataclass(frozen=True)
class Decision:
    """What a tick does: nothing and why (`raison`), or a run of some datasets (`jeux`, all when None)."""

    raison: str = ""
    jeux: tuple[str, ...] | None = None
    cle: str | None = None


def decider(horaire: Horaire, contexte: Contexte, etapes: Etapes) -> Decision:
    """What the schedule of some rhythms does now.

    A deposit is compared whole by the nightly one. Publishers are asked cheaply; when time is short or one of them does
    not answer, the run reads the datasets and tells.
    """
    avant, apres = _inventaires(contexte, etapes)
    if avant is None or _tout_a_change(contexte, avant, apres):
        return Decision()
    if contexte.reglages.source != "live":
        if horaire.nom != HORAIRES[0].nom:
            return Decision("Le dossier entier est comparé chaque jour par refresh_quotidien.")
        return _decision(comparer_dossier(contexte, avant, apres).changes, contexte)
    vises = [jeu for jeu in contexte.catalogue.jeux.values() if jeu.rythme in horaire.rythmes]
    with steps.ouvrir_client(contexte.reglages, BORNES) as client:
        constat = regarder(contexte, vises, client, limite_s=REGARD_S)
    restent = {jeu.jeu for jeu in vises} - set(constat.regardes)
    return _decision(dict.fromkeys(sorted({*constat.changes, *constat.indecis, *restent}), ""), contexte)


def nouveautes(contexte: Contexte, etapes: Etapes, depart: str | None) -> tuple[Decision, Constat]:
    """What the sensor of changes does now.

    Args:
        depart: last dataset that the previous tick looked at.
    Returns:
        the decision, whose `cle` is the same while the change is the same: a refused file is not read twice.
    """
    avant, apres = _inventaires(contexte, etapes)
    if avant is None or _tout_a_change(contexte, avant, apres):
        return Decision("Aucune publication, fiches ou code changés : le prochain horaire refait tout."), Constat()
    if contexte.reglages.source == "live":
        with steps.ouvrir_client(contexte.reglages, BORNES) as client:
            constat = regarder(contexte, en_tournant(contexte, depart), client, limite_s=REGARD_S)
    else:
        constat = comparer_dossier(contexte, avant, apres)
    return _decision(constat.changes, contexte), constat


def _inventaires(contexte: Contexte, etapes: Etapes) -> tuple[Inventaire | None, Inventaire]:
    """Digests of the last release (None when there is none), digests of now."""
    etat = Etat.lire(contexte.donnees)
    publie = etat.inventaire if etat and steps.release_courante(contexte) else None
    return publie, inventaire_du_moment(contexte, etapes)


def _tout_a_change(contexte: Contexte, avant: Inventaire, apres: Inventaire) -> bool:
    """The cards, the code, the sheets, or a file that is of no dataset: choosing datasets makes no sense."""
    etat = Etat.lire(contexte.donnees)
    communs = [{cle: v for cle, v in inventaire.fichiers.items() if "/" not in cle} for inventaire in (avant, apres)]
    change = (avant.fiches, avant.code, avant.nature) != (apres.fiches, apres.code, apres.nature)
    return change or communs[0] != communs[1] or (etat is not None and steps.fiches_manquantes(contexte, etat))


def _decision(changes: dict[str, str], contexte: Contexte) -> Decision:
    if not changes:
        return Decision(f"Rien n'a changé depuis la publication {steps.release_courante(contexte)}.")
    return Decision(jeux=tuple(changes), cle=json.dumps(changes, sort_keys=True))


def _demande(decision: Decision, communs: Sequence[dg.AssetKey], *, unique: bool) -> dg.RunRequest:
    """A run of some datasets and of everything that is made from them."""
    if decision.jeux is None:
        return dg.RunRequest()
    brutes = [dg.AssetKey(["raw", *jeu.split(".")]) for jeu in decision.jeux]
    return dg.RunRequest(
        run_key=decision.cle if unique else None,
        asset_selection=[*brutes, *communs],
        tags={"observatoire/jeux": str(len(brutes))},
    )


def horaires(
    job: Any, contexte: Contexte, etapes: Etapes, communs: Sequence[dg.AssetKey]
) -> list[dg.ScheduleDefinition]:
    """One schedule per group of rhythms, on by default.

    Args:
        communs: keys of what is made from the datasets, down to the release.
    """
    return [_horaire(horaire, job, contexte, etapes, communs) for horaire in HORAIRES]


def _horaire(
    horaire: Horaire, job: Any, contexte: Contexte, etapes: Etapes, communs: Sequence[dg.AssetKey]
) -> dg.ScheduleDefinition:
    @dg.schedule(
        job=job,
        name=horaire.nom,
        cron_schedule=horaire.cron,
        execution_timezone=FUSEAU,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=horaire.description,
    )
    def tic() -> Iterator[dg.RunRequest | dg.SkipReason]:
        decision = decider(horaire, contexte, etapes)
        yield dg.SkipReason(decision.raison) if decision.raison else _demande(decision, communs, unique=False)

    return tic


def capteurs(job: Any, contexte: Contexte, etapes: Etapes, communs: Sequence[dg.AssetKey]) -> list[dg.SensorDefinition]:
    """The sensor of changes, the one that ends dead runs, the one that reports runs which could say nothing."""
    return [
        _nouveautes(job, contexte, etapes, communs),
        _fraicheur(contexte),
        _runs_morts(contexte),
        _runs_muets(job, contexte),
    ]


def _fraicheur(contexte: Contexte) -> dg.SensorDefinition:
    """A dataset becomes late because time passes, not because a run reads it: the check is given without a run.

    Not a FreshnessPolicy of Dagster: it counts from the last materialisation, and here a dataset that did not change is
    looked at without being materialised.
    """

    @dg.sensor(
        name="fraicheur",
        minimum_interval_seconds=86_400,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Une fois par jour : la prochaine publication attendue de chaque jeu, et les alertes de retard ; les octets de la version publiée.",
    )
    def capteur(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        jour = steps.maintenant()
        evenements = [evaluation_de_fraicheur(f) for f in fraicheurs(contexte, jour) if f.verdict != "jamais_charge"]
        for phrase in prevenir(contexte, jour, relire=True):
            context.log.warning(phrase)
        return dg.SensorResult(asset_events=evenements)

    return capteur


def evaluation_de_fraicheur(fraicheur: Fraicheur) -> dg.AssetCheckEvaluation:
    """The calendar of a dataset as the result of its check, with the same rule as `observatoire status`."""
    resultat = resultat_fraicheur(fraicheur)
    return dg.AssetCheckEvaluation(
        asset_key=dg.AssetKey(["raw", *fraicheur.jeu.split(".")]),
        check_name=FRAICHEUR,
        passed=resultat.passed,
        severity=resultat.severity,
        description=resultat.description,
        metadata=resultat.metadata or {},
    )


def _nouveautes(job: Any, contexte: Contexte, etapes: Etapes, communs: Sequence[dg.AssetKey]) -> dg.SensorDefinition:
    @dg.sensor(
        job=job,
        name="nouveautes",
        minimum_interval_seconds=INTERVALLE_S,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Demande aux producteurs, à peu de frais, ce qui a changé, et ne relit que ces jeux.",
    )
    def capteur(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        if est_tenu(contexte.donnees):
            return dg.SensorResult(skip_reason="Un rafraîchissement est en cours.", cursor=context.cursor)
        decision, constat = nouveautes(contexte, etapes, context.cursor)
        for phrases in constat.indecis.values():
            for phrase in phrases:
                context.log.warning(phrase)
        curseur = constat.regardes[-1] if constat.regardes else context.cursor
        if decision.raison:
            vus = accord(len(constat.regardes), "jeu regardé", "jeux regardés")
            return dg.SensorResult(skip_reason=f"{decision.raison} ({vus})", cursor=curseur)
        return dg.SensorResult(run_requests=[_demande(decision, communs, unique=True)], cursor=curseur)

    return capteur


def _runs_morts(contexte: Contexte) -> dg.SensorDefinition:
    """Dagster watches the process of a run from the code server; when both die together, the run would stay STARTED."""

    @dg.sensor(
        name="runs_morts",
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Marque en échec un run commencé dont le processus ne tient plus le verrou, et prévient.",
    )
    def capteur(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        if est_tenu(contexte.donnees):
            context.update_cursor("")
            return dg.SkipReason("Un rafraîchissement est en cours.")
        maintenant = steps.maintenant().timestamp()
        filtre = RunsFilter(job_name=JOB, statuses=[DagsterRunStatus.STARTED])
        suspects = {
            r.dagster_run.run_id: r.dagster_run
            for r in context.instance.get_run_records(filtre)
            if maintenant - (r.start_time or r.create_timestamp.timestamp()) > SURSIS_S
        }
        # A run that ends leaves the lock a moment before its last event: only what was suspect a tick ago is dead.
        morts = suspects.keys() & set((context.cursor or "").split())
        for run_id in morts:
            context.instance.report_run_failed(
                suspects[run_id], "Le processus de ce run est mort : il ne tient plus le verrou du rafraîchissement."
            )
        context.update_cursor(" ".join(sorted(suspects.keys() - morts)))
        tentative = Veille.lire(contexte.donnees).tentative
        if morts or (tentative is not None and tentative.fini_le is None):
            for phrase in prevenir(contexte):
                context.log.warning(phrase)
        return dg.SkipReason(f"{accord(len(morts), 'run mort', 'runs morts')}.")

    return capteur


def _runs_muets(job: Any, contexte: Contexte) -> dg.SensorDefinition:
    """A run that fails before it opens its session (settings, lock, import) reports nothing by itself."""

    @dg.run_failure_sensor(
        monitored_jobs=[job],
        name="runs_muets",
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Prévient de l'échec d'un run qui n'a pas pu le dire lui-même.",
    )
    def capteur(context: dg.RunFailureSensorContext) -> None:
        signaler_run_en_echec(contexte, context.dagster_run.run_id, context.failure_event.message, context.log.warning)

    return capteur


def signaler_run_en_echec(contexte: Contexte, run_id: str, message: str | None, dire: Any) -> None:
    """Tell of a failed run, unless it told itself."""
    tentative = Veille.lire(contexte.donnees).tentative
    if tentative is None or tentative.execution != run_id:
        phrase = f"run Dagster {run_id[:8]} : {message or 'échec sans message'}"
        arret_hors_suivi(contexte, "dagster", phrase)
        for autre in prevenir(contexte):
            dire(autre)
