"""A model of the warehouse is one statement, under its own name (`dbt_project/macros/portable/materialisations.sql`).

Belongs here: what dbt sends to DuckDB for a table and a view, hooks, a second build over the same file, a failure.
Does not belong here: the models of the project, what a refresh does with a failure.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner, dbtRunnerResult

from orchestration.settings import DEPOT_DU_CODE

MACRO = DEPOT_DU_CODE / "dbt_project" / "macros" / "portable" / "materialisations.sql"
TROIS_LIGNES = "select range as rang from range(3)"


@pytest.fixture
def projet(tmp_path: Path) -> Path:
    """A table, a view on it, and a journal of hooks, in a project that holds our macro only."""
    (tmp_path / "models").mkdir()
    (tmp_path / "macros").mkdir()
    shutil.copy(MACRO, tmp_path / "macros")
    (tmp_path / "dbt_project.yml").write_text("name: essai\nprofile: essai\nconfig-version: 2\n", encoding="utf-8")
    (tmp_path / "profiles.yml").write_text(
        f"essai: {{outputs: {{ici: {{type: duckdb, path: '{tmp_path / 'entrepot.duckdb'}'}}}}, target: ici}}\n",
        encoding="utf-8",
    )
    (tmp_path / "models" / "nombres.sql").write_text(
        "{{ config(materialized='table', pre_hook=\"create table if not exists passages (quand varchar)\",\n"
        "    post_hook=[\"insert into passages values ('après')\", '']) }}\n" + TROIS_LIGNES,
        encoding="utf-8",
    )
    (tmp_path / "models" / "vue.sql").write_text("select rang from {{ ref('nombres') }}\n", encoding="utf-8")
    return tmp_path


def construire(projet: Path) -> dbtRunnerResult:
    """Run the models; what is sent to DuckDB goes to `logs/dbt.log`."""
    racines = ["--project-dir", str(projet), "--profiles-dir", str(projet), "--log-path", str(projet / "logs")]
    resultat = dbtRunner().invoke(
        ["--no-use-colors", "--log-level", "none", "--log-level-file", "debug", "run", *racines]
    )
    DuckDBConnectionManager.env().close()  # otherwise open for the life of the process
    return resultat


def envoyes(projet: Path) -> list[str]:
    """Statements sent for the models, on one line each, without what the adapter asks of the catalogue of the engine."""
    journal = (projet / "logs" / "dbt.log").read_text(encoding="utf-8")
    evenements = re.split(r"^\d\d:\d\d:\d\d\.\d+ \[", journal, flags=re.MULTILINE)
    trouves = (re.search(r"On model\.essai\.\w+: (?:/\*.*?\*/)?(.*)", e, flags=re.DOTALL) for e in evenements)
    ordres = [" ".join(trouve[1].split()) for trouve in trouves if trouve]
    return [ordre for ordre in ordres if "duckdb_" not in ordre and ordre != "Close"]


def lire(projet: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(projet / "entrepot.duckdb"), read_only=True) as connexion:
        return connexion.execute(sql).fetchall()


def test_a_model_is_one_statement_and_its_hooks(projet: Path) -> None:
    assert construire(projet).success
    # Creation, two hooks that say something, the view: neither BEGIN nor COMMIT, no table beside.
    assert envoyes(projet) == [
        "create table if not exists passages (quand varchar)",
        f'create table "entrepot"."main"."nombres" as ( {TROIS_LIGNES} );',
        "insert into passages values ('après')",
        'create view "entrepot"."main"."vue" as ( select rang from "entrepot"."main"."nombres" );',
    ]
    assert lire(projet, "select count(*), (select count(*) from passages) from vue") == [(3, 1)]
    assert {nom for (nom,) in lire(projet, "select table_name from information_schema.tables")} == {
        "nombres",
        "vue",
        "passages",
    }


def test_a_second_build_by_hand_replaces_what_is_there(projet: Path) -> None:
    assert construire(projet).success
    modele = projet / "models" / "nombres.sql"
    modele.write_text(modele.read_text(encoding="utf-8").replace("range(3)", "range(5)"), encoding="utf-8")
    assert construire(projet).success
    assert lire(projet, "select count(*), (select count(*) from passages) from vue") == [(5, 2)]


def test_a_model_that_fails_fails_the_build_and_what_depends_on_it(projet: Path) -> None:
    modele = projet / "models" / "nombres.sql"
    modele.write_text(modele.read_text(encoding="utf-8") + " where rang = cast('a' as integer)", encoding="utf-8")
    resultat = construire(projet)
    assert not resultat.success
    assert [str(noeud.status) for noeud in resultat.result.results] == ["error", "skipped"]


def test_a_contract_and_its_comments_are_kept(projet: Path) -> None:
    """Creation, insertion and comments in one transaction that is committed: dbt rolls back what is left open."""
    (projet / "models" / "publie.sql").write_text(
        "{{ config(materialized='table', contract={'enforced': true}, persist_docs={'relation': true, 'columns': true}) }}\n"
        + TROIS_LIGNES,
        encoding="utf-8",
    )
    (projet / "models" / "cartes.yml").write_text(
        "models: [{name: publie, description: Table publiée, columns: ["
        "{name: rang, data_type: bigint, description: Rang de la ligne}]}]\n",
        encoding="utf-8",
    )
    assert construire(projet).success
    assert lire(projet, "select comment from duckdb_columns() where table_name = 'publie'") == [("Rang de la ligne",)]
    assert lire(projet, "select comment from duckdb_tables() where table_name = 'publie'") == [("Table publiée",)]
    assert lire(projet, "select count(*) from publie") == [(3,)]
    # dbt writes COMMIT twice, as it sends it and as it is done.
    assert [ordre for ordre in envoyes(projet) if ordre in ("BEGIN", "COMMIT", "ROLLBACK")] == [
        "BEGIN",
        "COMMIT",
        "COMMIT",
    ]
