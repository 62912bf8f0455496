"""The generic tests of the dbt project find the rows that they are made to find, and no other.

Belongs here: invented rows through the SQL of `dbt_project/tests/generic`.
Does not belong here: which model asks which test (the cards of the models), the real rows (each refresh).
"""

from __future__ import annotations

from typing import Any

import duckdb
import pytest
from sql_du_projet import sql_de_test

LIGNES = "(values ('A', 1, 'x'), ('B', 2, null), (null, 3, 'z'), ('C', 4, 'c'), ('C', 4, 'd')) as t(code, rang, mot)"


def trouvees(nom: str, **arguments: Any) -> list[tuple[Any, ...]]:
    sql = sql_de_test(nom, model=f"(select * from {LIGNES})", **arguments)
    return sorted(duckdb.sql(sql).fetchall(), key=str)


@pytest.mark.parametrize(
    ("colonnes", "attendues"),
    [
        (["rang"], []),
        (["code"], [(None, 3, "z")]),
        (["rang", "mot"], [("B", 2, None)]),
        (["code", "mot"], [("B", 2, None), (None, 3, "z")]),
    ],
)
def test_a_column_that_promises_a_value_never_goes_without(
    colonnes: list[str], attendues: list[tuple[Any, ...]]
) -> None:
    assert trouvees("toujours_remplies", colonnes=colonnes) == attendues


@pytest.mark.parametrize(
    ("colonnes", "peuvent_manquer", "attendues"),
    [
        (["code", "rang"], [], [("C", 4, 2), (None, 3, 1)]),
        (["code", "rang"], ["code"], [("C", 4, 2)]),
        (["rang", "mot"], [], [(2, None, 1)]),
        (["rang", "mot"], ["mot"], []),
    ],
)
def test_a_key_comes_once_and_whole(
    colonnes: list[str], peuvent_manquer: list[str], attendues: list[tuple[Any, ...]]
) -> None:
    assert trouvees("combinaison_unique", colonnes=colonnes, peuvent_manquer=peuvent_manquer) == attendues
