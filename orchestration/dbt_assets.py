"""The dbt project as Dagster assets and checks.

Belongs here: key, group, owner, kinds and description of an asset from its dbt node; the asset that builds them all.
Does not belong here: calling dbt (dbt_build), SQL and descriptions (dbt_project).

The functions on dbt properties are pure and tested without dbt; the translator only delegates to them.
"""

# No `from __future__ import annotations`: Dagster reads the type of `context` from the signature itself.
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, dbt_assets
from dagster_dbt.asset_utils import DAGSTER_DBT_UNIQUE_ID_METADATA_KEY
from typing_extensions import override

from orchestration.refresh import mesures_de_l_entrepot, phrases_dbt
from orchestration.session import Session

COUCHES = {"staging": "staging", "intermediate": "intermediaire", "marts": "marts"}
# Sources of the project that are not producers: their tables are assets under the name of the source.
SOURCES_INTERNES = ("ingestion", "catalogue", "spatial")


def cle(proprietes: Mapping[str, Any]) -> dg.AssetKey:
    """`raw/<producteur>/<jeu>` for a dataset, `<source>/<table>` for our own tables, `<couche>/<modèle>` for a model."""
    if proprietes["resource_type"] == "source":
        source, table = proprietes["source_name"], proprietes["name"]
        return dg.AssetKey([source, table] if source in SOURCES_INTERNES else ["raw", source, table])
    return dg.AssetKey([couche(proprietes), proprietes["name"]])


def couche(proprietes: Mapping[str, Any]) -> str:
    """Layer of a model, from its folder."""
    dossiers = proprietes.get("fqn", [])[1:-1]
    return COUCHES.get(dossiers[0], str(dossiers[0])) if dossiers else str(proprietes["resource_type"])


def groupe(proprietes: Mapping[str, Any]) -> str:
    """The dbt group when the model has one, otherwise its layer, otherwise the name of the source."""
    if proprietes["resource_type"] == "source":
        return str(proprietes["source_name"])
    return str(proprietes.get("group") or (proprietes.get("config") or {}).get("group") or couche(proprietes))


def proprietaires(proprietes: Mapping[str, Any]) -> list[str]:
    """The team that looks first when the asset fails: the one of its group."""
    return [f"team:{groupe(proprietes)}"]


def genres(proprietes: Mapping[str, Any]) -> set[str]:
    """dbt, the engine, and whether the model is a table or a view."""
    if proprietes["resource_type"] == "source":
        return {"parquet"}
    forme = (proprietes.get("config") or {}).get("materialized")
    return {"dbt", "duckdb", *([forme] if forme in ("table", "view") else [])}


def description(proprietes: Mapping[str, Any]) -> str:
    """The description of the model, without its SQL."""
    return " ".join(str(proprietes.get("description") or "").split()) or f"Modèle {proprietes['name']}."


class Traducteur(DagsterDbtTranslator):
    """From dbt properties to asset specs; every decision is one of the functions above."""

    @override
    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        return cle(dbt_resource_props)

    @override
    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: Any) -> dg.AssetSpec:
        proprietes = self.get_resource_props(manifest, unique_id)
        return (
            super()
            .get_asset_spec(manifest, unique_id, project)
            .replace_attributes(
                group_name=groupe(proprietes),
                owners=proprietaires(proprietes),
                kinds=genres(proprietes),
                description=description(proprietes),
            )
        )


def actifs_dbt(manifeste: Path) -> dg.AssetsDefinition:
    """Every model as an asset and every test attached to one model as a check; one build makes them all."""

    @dbt_assets(manifest=manifeste, dagster_dbt_translator=Traducteur(), name="dbt", required_resource_keys={"session"})
    def dbt(context: dg.AssetExecutionContext) -> Iterator[Any]:
        session: Session = context.resources.session
        session.etapes.balayer(session.contexte, garder=None)
        with session.mesurer("entrepot") as mesures:
            bilan = session.etapes.construire(session.contexte)
            mesures |= mesures_de_l_entrepot(bilan)
        session.bilan_dbt = bilan
        yield from evenements(context, bilan)
        if not bilan.reussi:
            raise dg.Failure(description="\n".join(phrases_dbt(bilan)), allow_retries=False)

    return dbt


def evenements(context: dg.AssetExecutionContext, bilan: Any) -> Iterator[Any]:
    """Materialisations and check results of the selected assets; a partial build makes no sense in a fresh warehouse."""
    definition = context.assets_def
    cles = {definition.metadata_by_key[key][DAGSTER_DBT_UNIQUE_ID_METADATA_KEY]: key for key in definition.keys}
    controles = {(spec.metadata or {})[DAGSTER_DBT_UNIQUE_ID_METADATA_KEY]: spec for spec in definition.check_specs}
    # dbt ends its nodes after those they read: Dagster wants the same order.
    for noeud in bilan.noeuds:
        key = cles.get(noeud.identifiant)
        if noeud.reussi and key in context.selected_asset_keys:
            yield dg.MaterializeResult(asset_key=key, metadata={"duree_s": noeud.duree_s})
    for noeud in bilan.noeuds:
        spec = controles.get(noeud.identifiant)
        if spec is None or noeud.statut == "skipped" or spec.key not in context.selected_asset_check_keys:
            continue
        yield dg.AssetCheckResult(
            passed=noeud.statut == "pass",
            asset_key=spec.asset_key,
            check_name=spec.name,
            severity=dg.AssetCheckSeverity.WARN if noeud.severite == "warn" else dg.AssetCheckSeverity.ERROR,
            metadata={"lignes_en_ecart": noeud.nb_echecs, "duree_s": noeud.duree_s},
            description=None if noeud.statut == "pass" else noeud.phrase(),
        )
