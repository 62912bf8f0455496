"""The SQL of the dbt project run on small frames, without dbt: its own files, its own macros.

Belongs here: rendering of a macro call or of a model, one DuckDB connection that runs it on given inputs.
Does not belong here: what the result must be (the tests), dbt itself (its unit tests, `_unit_*.yml`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import polars as pl
import yaml

RACINE = Path(__file__).resolve().parents[2]
DBT = RACINE / "dbt_project"


class _Adaptateur:
    """dbt's `adapter.dispatch`, on the default spelling: the one that DuckDB reads."""

    def __init__(self) -> None:
        self.module: Any = None

    def dispatch(self, nom: str, _projet: str) -> Any:
        return getattr(self.module, f"default__{nom}")


@cache
def _environnement() -> tuple[jinja2.Environment, str]:
    """The environment dbt gives a model, and the text of every macro of the project."""
    adaptateur = _Adaptateur()
    environnement = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)  # noqa: S701 - SQL, not HTML
    environnement.globals |= {
        "adapter": adaptateur,
        "return": lambda valeur: valeur,
        "ref": lambda nom: nom,
        "source": lambda groupe, nom: f"{groupe}__{nom}",
        "config": lambda **_: "",
    }
    # A materialisation is a tag of dbt's own, and writes no SQL of a model.
    fichiers = [p for p in sorted((DBT / "macros").rglob("*.sql")) if p.stem != "materialisations"]
    macros = "".join(p.read_text(encoding="utf-8") for p in fichiers)
    adaptateur.module = environnement.from_string(macros).module
    return environnement, macros


@cache
def rendre(texte: str) -> str:
    """The SQL of a template that may call any macro of the project."""
    environnement, macros = _environnement()
    return environnement.from_string(macros + texte).render().strip()


@cache
def modele(nom: str) -> str:
    """The SQL of a model; `ref('x')` reads the table `x`, `source('a', 'b')` the table `a__b`."""
    (chemin,) = (DBT / "models").rglob(f"{nom}.sql")
    return rendre(chemin.read_text(encoding="utf-8"))


@cache
def parametres() -> Mapping[str, float]:
    """The parameters of the method, as the card declares them."""
    return yaml.safe_load((RACINE / "catalogue" / "methode.yml").read_text(encoding="utf-8"))["parametres"]


def methode() -> pl.DataFrame:
    """The table `catalogue.methode`: one row, one column per parameter."""
    return pl.DataFrame([dict(parametres())])


def executer(sql: str, tables: Mapping[str, pl.DataFrame], modeles: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """The rows of a query on the given tables, and on the given models built from them in that order."""
    with duckdb.connect() as connexion:
        connexion.execute("set threads = 1")
        for nom, table in tables.items():
            connexion.register(nom, table.to_arrow())
        for nom in modeles:
            connexion.execute(f"create temporary table {nom} as {modele(nom)}")
        curseur = connexion.execute(sql)
        noms = [colonne[0] for colonne in curseur.description or []]
        return [dict(zip(noms, ligne, strict=True)) for ligne in curseur.fetchall()]


def calculer(expression: str, **valeurs: Any) -> Any:
    """The value of one SQL expression with macros, the given names being columns."""
    colonnes = ", ".join(f"? as {nom}" for nom in valeurs) or "1 as rien"
    with duckdb.connect() as connexion:
        (valeur,) = connexion.execute(
            f"select {rendre(expression)} from (select {colonnes}) as t", list(valeurs.values())
        ).fetchone() or (None,)
    return valeur


def sql_de_test(nom: str, **arguments: Any) -> str:
    """The SQL of a generic test (`dbt_project/tests/generic`), given what its card gives it."""
    texte = (DBT / "tests" / "generic" / f"{nom}.sql").read_text(encoding="utf-8")
    corps = texte.replace("{% test ", "{% macro ").replace("{% endtest %}", "{% endmacro %}")
    environnement, macros = _environnement()
    return str(getattr(environnement.from_string(macros + corps).module, nom)(**arguments))
