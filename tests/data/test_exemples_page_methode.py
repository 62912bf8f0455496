"""The figures quoted by the method page are those of the release, to the printed digit.

Belongs here: docs/modeles/exemples.yml against the tables of the release.
Does not belong here: the text of the page (tests/coherence/test_page_methode.py).
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

pytestmark = pytest.mark.depot
EXEMPLES: dict[str, dict[str, Any]] = yaml.safe_load(
    (Path(__file__).resolve().parents[2] / "docs" / "modeles" / "exemples.yml").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def tables(release_depot: Path) -> dict[str, pl.DataFrame]:
    noms = {exemple["table"] for exemple in EXEMPLES.values()}
    return {nom: pl.read_parquet(release_depot / f"tables/{nom}.parquet") for nom in noms}


@pytest.mark.parametrize("nom", EXEMPLES)
def test_un_chiffre_de_la_page_est_celui_de_la_version(tables: dict[str, pl.DataFrame], nom: str) -> None:
    exemple = EXEMPLES[nom]
    conditions = [pl.col(colonne) == valeur for colonne, valeur in exemple["filtre"].items()]
    (lu,) = tables[exemple["table"]].filter(conditions)[exemple["colonne"]]
    pas = Decimal(1).scaleb(-exemple["decimales"])
    arrondi = Decimal(repr(abs(lu))).quantize(pas, ROUND_HALF_UP).copy_sign(Decimal(lu))
    assert arrondi == Decimal(str(exemple["valeur"]))
