"""The assets before dbt: one per dataset of the catalogue, then what is made from all of them.

Belongs here: raw datasets, layers of lines, contours and places, tables of the cards, expectations, as assets and checks.
Does not belong here: dbt models (dbt_assets), the release (definitions), the work itself (steps).
"""

# No `from __future__ import annotations`: Dagster reads the type of `context` from the signature itself.
import time
from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg

from ingestion.catalogue import Catalogue, Jeu
from ingestion.contours import a_des_contours
from ingestion.dbt_sources import FICHES, INGESTION, SPATIAL
from ingestion.ingest import BilanJeu
from orchestration.freshness import Fraicheur
from orchestration.refresh import signaler_attentes
from orchestration.session import Session
from orchestration.steps import mesures_du_jeu

A_JOUR = "instantane_a_jour"
FRAICHEUR = "fraicheur"
REPRISES = 2
ATTENTES = "attentes"


def cle_brute(jeu: Jeu) -> dg.AssetKey:
    """`raw/<producteur>/<jeu>`."""
    return dg.AssetKey(["raw", *jeu.jeu.split(".")])


def actif_brut(jeu: Jeu, attente_reprise_s: float = 60) -> dg.AssetsDefinition:
    """A dataset, from its published files to typed cells.

    A file that is refused fails a check that blocks nothing: its last good snapshot stays in use. Only a file that was
    never read makes the asset fail. What breaks unexpectedly (disk, socket) is tried again; a refusal never is, since
    the same bytes would be refused again.
    """
    controles = [
        dg.AssetCheckSpec(
            A_JOUR,
            asset=cle_brute(jeu),
            description="Chaque fichier déclaré a été obtenu et lu aujourd'hui.",
            blocking=False,
        ),
        dg.AssetCheckSpec(
            FRAICHEUR,
            asset=cle_brute(jeu),
            description=f"La prochaine publication attendue n'est pas en retard (cadence : {jeu.cadence}).",
            blocking=False,
        ),
    ]

    @dg.asset(
        key=cle_brute(jeu),
        group_name=jeu.theme,
        owners=[f"team:{jeu.jeu.split('.')[0]}"],
        kinds={"python", "parquet"},
        description=f"{jeu.titre}. {jeu.description}",
        metadata={
            "producteur": jeu.producteur,
            "licence": jeu.licence.nom,
            "cadence": jeu.cadence,
            "page": dg.MetadataValue.url(jeu.page),
            "millesimes": ", ".join(m.millesime for m in jeu.millesimes),
        },
        check_specs=controles,
        retry_policy=dg.RetryPolicy(max_retries=REPRISES, delay=attente_reprise_s, backoff=dg.Backoff.EXPONENTIAL),
        required_resource_keys={"session"},
    )
    def brut(context: dg.AssetExecutionContext) -> Iterator[Any]:
        session: Session = context.resources.session
        debut = time.perf_counter()
        bilan = session.ingerer(jeu)
        if bilan.sans_instantane:
            phrases = [f.message for f in bilan.en_echec] or [
                f"{nom} : aucun état utilisable." for nom in bilan.sans_instantane
            ]
            raise dg.Failure(description="\n".join(phrases), allow_retries=False)
        yield dg.MaterializeResult(
            metadata=metadonnees(session, bilan, time.perf_counter() - debut),
            check_results=[resultat_a_jour(bilan), resultat_fraicheur(session.fraicheur(jeu))],
        )

    return brut


def metadonnees(session: Session, bilan: BilanJeu, duree_s: float) -> dict[str, Any]:
    """Rows read and what became of them, bytes of the typed layer, seconds."""
    mesures = mesures_du_jeu(session.contexte, bilan)
    return {"dagster/row_count": mesures.pop("lignes"), **mesures, "duree_s": round(duree_s, 3)}


def resultat_fraicheur(fraicheur: Fraicheur) -> dg.AssetCheckResult:
    """Failed, as a warning, when the publication that was expected did not come; the rule of `observatoire status`."""
    dates = {
        "nouveau_le": fraicheur.nouveau_le,
        "attendu_le": fraicheur.attendu_le,
        "retard_le": fraicheur.en_retard_le,
    }
    return dg.AssetCheckResult(
        check_name=FRAICHEUR,
        passed=fraicheur.verdict != "en_retard",
        severity=dg.AssetCheckSeverity.WARN,
        description=fraicheur.phrase() or None,
        metadata={"rythme": fraicheur.rythme} | {nom: jour.isoformat() for nom, jour in dates.items() if jour},
    )


def resultat_a_jour(bilan: BilanJeu) -> dg.AssetCheckResult:
    """Failed, as a warning, when a file was refused and an earlier snapshot is used instead."""
    refuses = bilan.en_echec
    return dg.AssetCheckResult(
        check_name=A_JOUR,
        passed=not refuses,
        severity=dg.AssetCheckSeverity.WARN,
        description="\n".join(f.message for f in refuses) or None,
        metadata={"fichiers_refuses": len(refuses)},
    )


def controles_attentes(catalogue: Catalogue) -> dg.AssetChecksDefinition:
    """Great Expectations on each dataset, as one check per dataset that blocks nothing."""
    specs = [
        dg.AssetCheckSpec(ATTENTES, asset=cle_brute(jeu), description=jeu.attendus.description, blocking=False)
        for jeu in catalogue.jeux.values()
    ]

    @dg.multi_asset_check(specs=specs, name="attentes", can_subset=True, required_resource_keys={"session"})
    def attentes(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        session: Session = context.resources.session
        voulues = {key.asset_key for key in context.selected_asset_check_keys}
        for jeu in catalogue.jeux.values():
            if cle_brute(jeu) in voulues:
                yield resultat_attentes(jeu, session.etapes.valider_jeu(session.contexte, jeu))

    return attentes


def resultat_attentes(jeu: Jeu, resultats: Sequence[Any]) -> dg.AssetCheckResult:
    """The expectations of one dataset as one check result."""
    echoues = [r for r in resultats if r.resultat == "echoue"]
    return dg.AssetCheckResult(
        asset_key=cle_brute(jeu),
        check_name=ATTENTES,
        passed=not echoues,
        severity=dg.AssetCheckSeverity.WARN,
        description="\n".join(r.message for r in echoues) or None,
        metadata={r.controle: f"{r.resultat} : {r.observe}" for r in resultats},
    )


def actifs_communs(catalogue: Catalogue) -> list[dg.AssetsDefinition]:
    """What is made from every dataset at once: layers of lines, contours, tables of the cards, expectations."""
    brutes = [cle_brute(jeu) for jeu in catalogue.jeux.values()]
    return [_lignes(brutes), _contours(catalogue), _fiches(brutes), _attentes(brutes)]


def _specs(prefixe: str, tables: dict[str, str], deps: list[dg.AssetKey]) -> list[dg.AssetSpec]:
    return [
        dg.AssetSpec(
            [prefixe, nom],
            description=texte,
            deps=deps,
            group_name=prefixe,
            owners=[f"team:{prefixe}"],
            kinds={"python", "parquet"},
        )
        for nom, texte in tables.items()
    ]


def _lignes(brutes: list[dg.AssetKey]) -> dg.AssetsDefinition:
    @dg.multi_asset(
        specs=_specs("ingestion", INGESTION, brutes),
        name="couches",
        required_resource_keys={"session"},
        can_subset=False,
    )
    def couches(context: dg.AssetExecutionContext) -> Iterator[Any]:
        """Remove from the layers what no card declares any more: the sources of dbt read whole folders."""
        session: Session = context.resources.session
        with session.mesurer("couches") as mesures:
            mesures["retires"] = len(session.etapes.elaguer(session.contexte))
        for nom in INGESTION:
            yield dg.MaterializeResult(asset_key=["ingestion", nom], metadata=mesures)

    return couches


def _contours(catalogue: Catalogue) -> dg.AssetsDefinition:
    """Contours, what both zonings have in common, and the places around the quartiers."""
    deps = [cle_brute(jeu) for jeu in catalogue.jeux.values() if a_des_contours(jeu) or jeu.points is not None]

    @dg.multi_asset(specs=_specs("spatial", SPATIAL, deps), name="contours", required_resource_keys={"session"})
    def contours(context: dg.AssetExecutionContext) -> Iterator[Any]:
        session: Session = context.resources.session
        with session.mesurer("spatial") as mesures:
            session.etapes.placer(session.contexte)
        for nom in SPATIAL:
            yield dg.MaterializeResult(asset_key=["spatial", nom], metadata=mesures | session.table("spatial", nom))

    return contours


def _fiches(brutes: list[dg.AssetKey]) -> dg.AssetsDefinition:
    @dg.multi_asset(specs=_specs("catalogue", FICHES, brutes), name="fiches", required_resource_keys={"session"})
    def fiches(context: dg.AssetExecutionContext) -> Iterator[Any]:
        """The cards as tables, with what the lock says of each file: hence after every dataset."""
        session: Session = context.resources.session
        with session.mesurer("fiches") as mesures:
            session.etapes.ecrire_fiches(session.contexte)
        for nom in FICHES:
            yield dg.MaterializeResult(asset_key=["catalogue", nom], metadata=mesures | session.table("catalogue", nom))

    return fiches


def _attentes(brutes: list[dg.AssetKey]) -> dg.AssetsDefinition:
    texte = "Résultats de toutes les attentes sur les fichiers, tels qu'ils sont publiés avec les données."

    @dg.multi_asset(
        specs=_specs("qualite", {"attentes": texte}, brutes), name="qualite", required_resource_keys={"session"}
    )
    def qualite(context: dg.AssetExecutionContext) -> Iterator[Any]:
        session: Session = context.resources.session
        with session.mesurer("attentes") as mesures:
            resultats = session.etapes.valider(session.contexte)
            mesures |= {"controles": len(resultats), "echoues": sum(r.resultat == "echoue" for r in resultats)}
        signaler_attentes(resultats, context.log.warning)
        yield dg.MaterializeResult(asset_key=["qualite", "attentes"], metadata=mesures)

    return qualite
