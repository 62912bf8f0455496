"""The rules that the catalogue tells in one sentence are those of the tables that follow them.

Belongs here: the sentence, word for word in the description of its table, and its numbers, those of the parameters.
Does not belong here: what the rules compute (unit tests of the models, tests/data).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ingestion.catalogue import RACINE, Catalogue

MODELES = RACINE.parent / "dbt_project" / "models"
METHODE = Catalogue().methode
NOMBRES = {8: "huit"}


def mots(texte: str) -> str:
    """The text on one line, breaking spaces or not."""
    return " ".join(texte.replace("\u00a0", " ").split())


def tables() -> dict[str, Any]:
    """Name of a published table → its block in the YAML of the marts."""
    fichiers: list[Path] = sorted((MODELES / "marts").glob("_marts__*.yml"))
    blocs = [m for f in fichiers for m in yaml.safe_load(f.read_text(encoding="utf-8"))["models"]]
    return {m["name"].removeprefix("fct_").removeprefix("dim_"): m for m in blocs}


@pytest.mark.parametrize("table", sorted(METHODE["regles"]))
def test_la_regle_est_dans_la_description_de_sa_table(table: str) -> None:
    assert table in tables(), f"methode.yml: `regles.{table}` names no published table."
    assert mots(METHODE["regles"][table]) in mots(tables()[table]["description"]), (
        f"The description of {table} must hold, word for word, `regles.{table}` of catalogue/methode.yml."
    )


def test_les_nombres_de_la_regle_sont_ceux_des_parametres() -> None:
    regle, parametres = METHODE["regles"]["comparables"], METHODE["parametres"]
    assert f"les {NOMBRES[parametres['comparables_nb']]} dont" in regle
    assert f"{parametres['comparables_facteur_mad']} fois".replace(".", ",") in regle
    assert f"entre −{parametres['comparables_ecretage']} et {parametres['comparables_ecretage']}," in regle
    rang = next(c for c in tables()["comparables"]["columns"] if c["name"] == "rang")
    (bornes,) = (t["intervalle"]["arguments"] for t in rang["data_tests"] if "intervalle" in t)
    assert bornes["maximum"] == parametres["comparables_nb"]
