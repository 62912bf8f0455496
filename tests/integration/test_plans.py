"""How DuckDB plans the models: no outer join compares every row of one side with every row of the other.

Belongs here: the plans of the statements that the demo refresh ran.
Does not belong here: times (benchmarks/), results of the models (their unit tests).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

# The perimeter of a published total is a rule, not a key; its rows are the published totals, some sixty.
PERMIS = {"int_sources__totaux_de_controle"}
CONSERVENT = {"LEFT", "RIGHT", "FULL"}


def etapes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every step of a plan, from the last to the first."""
    yield plan
    for enfant in plan["children"]:
        yield from etapes(enfant)


def compare_tout(etape: dict[str, Any]) -> bool:
    """An outer join without a key: DuckDB cannot use one when the condition reads the table that is kept alone."""
    return etape["name"] in {"BLOCKWISE_NL_JOIN", "NESTED_LOOP_JOIN"} and etape["extra_info"]["Join Type"] in CONSERVENT


def test_an_outer_join_has_a_key(donnees_demo: Path) -> None:
    """`on a.code = b.code and a.niveau = 'epci'` has none, `on case when a.niveau = 'epci' then a.code end = b.code` has."""
    cible = donnees_demo / "dbt" / "cible"
    noeuds = json.loads((cible / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    executes = json.loads((cible / "run_results.json").read_text(encoding="utf-8"))["results"]
    (entrepot,) = (donnees_demo / "entrepot").rglob("*.duckdb")
    sans_cle = set()
    with duckdb.connect(str(entrepot), read_only=True) as connexion:
        modeles = {r["unique_id"]: r["compiled_code"] for r in executes if r["unique_id"].startswith("model.")}
        assert len(modeles) > 200
        for identifiant, sql in modeles.items():
            lignes = connexion.execute(f"explain (format json) {sql}").fetchall()
            if any(compare_tout(etape) for racine in json.loads(lignes[-1][1]) for etape in etapes(racine)):
                sans_cle.add(noeuds[identifiant]["name"])
    assert sans_cle == PERMIS
