"""The Dagster code location: assets of the catalogue, dbt, checks, the release, the job `refresh` and what starts it.

Belongs here: putting the pieces together, the release asset, the job.
Does not belong here: any computation (steps), the pieces (assets_ingestion, dbt_assets, automation, session).

`defs` is loaded by `workspace.yaml`; tests call `build_defs` with their own settings and steps, and never patch.
"""

# No `from __future__ import annotations`: Dagster reads the type of `context` from the signature itself.
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg

from orchestration.assets_ingestion import actif_brut, actifs_communs, controles_attentes
from orchestration.automation import JOB, capteurs, horaires
from orchestration.dbt_assets import actifs_dbt
from orchestration.dbt_build import analyser
from orchestration.refresh import Arret, Etapes, publier_ou_arreter
from orchestration.session import Session, ouvrir_session
from orchestration.settings import Reglages
from orchestration.steps import Contexte, dernier_entrepot

# The worker of a run that died is replaced by a run of everything: half a snapshot is no starting point.
ETIQUETTES = {"dagster/retry_strategy": "ALL_STEPS"}


def build_defs(
    reglages: Reglages | None = None,
    etapes: Etapes | None = None,
    manifeste: Path | None = None,
    attente_reprise_s: float = 60,
) -> dg.Definitions:
    """Fresh definitions of the code location.

    Args:
        reglages: settings, from the environment by default.
        etapes: the steps, replaceable one by one in tests.
        manifeste: a manifest of the dbt project; it is parsed when its files changed, otherwise.
        attente_reprise_s: seconds before an acquisition that broke is tried again.
    """
    contexte, etapes = Contexte(reglages or Reglages()), etapes or Etapes()
    manifeste = manifeste or analyser(contexte.reglages.dbt, contexte.donnees)
    dbt = actifs_dbt(manifeste)
    communs = [*actifs_communs(contexte.catalogue), dbt, _release(dbt)]
    cles = [cle for actif in communs for cle in actif.keys]
    job = dg.define_asset_job(
        JOB, selection=dg.AssetSelection.all(), description=REFRESH, hooks={_noter_echec}, tags=ETIQUETTES
    )
    return dg.Definitions(
        assets=[*(actif_brut(jeu, attente_reprise_s) for jeu in contexte.catalogue.jeux.values()), *communs],
        asset_checks=[controles_attentes(contexte.catalogue)],
        jobs=[job],
        schedules=horaires(job, contexte, etapes, cles),
        sensors=capteurs(job, contexte, etapes, cles),
        resources={"session": _ressource(contexte, etapes)},
        # One process: a step of its own would cost 5 s, and DuckDB has one writer.
        executor=dg.in_process_executor,
    )


REFRESH = "Acquérir, construire, vérifier et publier : les mêmes étapes que « observatoire refresh »."


def _ressource(contexte: Contexte, etapes: Etapes) -> dg.ResourceDefinition:
    @dg.resource(description="Le rafraîchissement en cours : verrou, inventaire, source, bilan.")
    def session(init: dg.InitResourceContext) -> Iterator[Session]:
        dire = init.log.warning if init.log else print
        with ouvrir_session(contexte, etapes, init.run.run_id if init.run else "", dire) as ouverte:
            yield ouverte

    return session


@dg.failure_hook(required_resource_keys={"session"})
def _noter_echec(context: dg.HookContext) -> None:
    """Called once per failed step, after its last try."""
    erreur = context.op_exception
    phrase = (erreur.description if isinstance(erreur, dg.Failure) else None) or f"{type(erreur).__name__} : {erreur}"
    context.resources.session.echecs.append(phrase)


def _release(dbt: dg.AssetsDefinition) -> dg.AssetsDefinition:
    """The release asset, after every model, the contours and the expectations."""
    marts = [key for key in dbt.keys if key.path[0] == "marts"]
    contours = [dg.AssetKey(["spatial", f"contours_{zonage}"]) for zonage in ("2015", "2024")]

    @dg.asset(
        key="release",
        deps=[*marts, *contours, dg.AssetKey(["qualite", "attentes"])],
        group_name="publication",
        owners=["team:publication"],
        kinds={"parquet"},
        description="La publication : tables, contours, dictionnaire, empreintes ; vérifiée, puis mise en service d'un coup.",
        required_resource_keys={"session"},
    )
    def release(context: dg.AssetExecutionContext) -> Iterator[Any]:
        session: Session = context.resources.session
        bilan = session.etapes.bilan_fichiers(session.contexte)
        if bilan.manquants:
            raise dg.Failure(description="\n".join([*bilan.manquants, *bilan.refus]), allow_retries=False)
        entrepot = session.bilan_dbt.entrepot if session.bilan_dbt else dernier_entrepot(session.contexte)
        if entrepot is None:
            raise dg.Failure(
                description="Aucun entrepôt à publier : matérialisez d'abord les modèles dbt.", allow_retries=False
            )
        try:
            with session.mesurer("publication") as mesures:
                release_id = publier_ou_arreter(session.etapes, session.contexte, entrepot)
                mesures["release"] = release_id
        except Arret as arret:
            session.retenues = arret.retenues
            raise dg.Failure(description="\n".join(arret.phrases), allow_retries=False) from arret
        session.noter_release(release_id, bilan.refus, entrepot.parent.name)
        resume = session.etapes.resume(session.contexte, release_id)
        yield dg.MaterializeResult(
            metadata={
                "release": release_id,
                "chemin": dg.MetadataValue.path(resume["chemin"]),
                "tables": len(resume["tables"]),
                "dagster/row_count": sum(resume["tables"].values()),
                "octets": resume.get("octets", 0),
                "duree_s": mesures["duree_s"],
                "refus": dg.MetadataValue.json(bilan.refus),
            }
        )

    return release


defs = build_defs()
