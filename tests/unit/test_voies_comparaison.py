"""What the lanes call a difference: numbers within a billionth are the same, everything else is equal or not.

Belongs here: the comparison of two marts, the lock of an extra.
Does not belong here: an engine (tests/integration/test_voie_postgres.py).
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.voies.__main__ import inserer
from benchmarks.voies.comparaison import Constat, comparer
from benchmarks.voies.dbt import Mart
from deploy.lock_extras import complement

MART = Mart("fct_essai", ("code",))


def comparees(tmp_path: Path, ici: dict[str, list[object]], la: dict[str, list[object]]) -> Constat:
    for cote, contenu in (("ici", ici), ("la", la)):
        (tmp_path / cote).mkdir()
        pq.write_table(pa.table(contenu), tmp_path / cote / f"{MART.table}.parquet")
    return comparer(tmp_path / "ici", tmp_path / "la", MART, "Essai")


def test_the_last_bits_of_a_number_are_not_a_difference_and_rows_have_no_order(tmp_path: Path) -> None:
    ici = {"code": ["a", "b"], "valeur": [0.1 + 0.2, None], "texte": ["x", None]}
    la = {"code": ["b", "a"], "valeur": [None, 0.3], "texte": [None, "x"]}
    assert comparees(tmp_path, ici, la) == Constat("fct_essai", 2, 0, [])


def test_a_billionth_too_far_is_said_with_key_column_and_both_values(tmp_path: Path) -> None:
    constat = comparees(tmp_path, {"code": ["a"], "valeur": [100.0]}, {"code": ["a"], "valeur": [100.0000002]})
    assert constat.nb_differences == 1
    assert constat.differences == ["fct_essai, code=a, colonne valeur : 100.0 avec DuckDB, 100.0000002 avec Essai."]


@pytest.mark.parametrize(
    ("ici", "la"), [("", None), ("é", "e"), (None, "x"), ("x", "x ")], ids=["empty", "accent", "absent", "space"]
)
def test_a_text_is_equal_or_different(tmp_path: Path, ici: str | None, la: str | None) -> None:
    texte = pa.string()
    constat = comparees(
        tmp_path,
        {"code": ["a"], "texte": pa.array([ici], texte)},  # type: ignore[dict-item]
        {"code": ["a"], "texte": pa.array([la], texte)},  # type: ignore[dict-item]
    )
    assert constat.differences == [f"fct_essai, code=a, colonne texte : {ici!r} avec DuckDB, {la!r} avec Essai."]


def test_a_row_on_one_side_only_is_a_difference(tmp_path: Path) -> None:
    constat = comparees(tmp_path, {"code": ["a", "b"], "n": [1, 2]}, {"code": ["b", "c"], "n": [2, 3]})
    assert constat.nb_differences == 2
    assert constat.differences == [
        "fct_essai, code=a : présente avec DuckDB, absente avec Essai.",
        "fct_essai, code=c : absente avec DuckDB, présente avec Essai.",
    ]


def test_an_absent_number_is_not_zero(tmp_path: Path) -> None:
    constat = comparees(tmp_path, {"code": ["a"], "n": [0.0]}, {"code": ["a"], "n": pa.array([None], pa.float64())})  # type: ignore[dict-item]
    assert constat.nb_differences == 1


def test_a_column_more_is_a_difference(tmp_path: Path) -> None:
    constat = comparees(tmp_path, {"code": ["a"]}, {"code": ["a"], "n": [1]})
    assert constat.differences == ["fct_essai : colonnes code avec DuckDB, code, n avec Essai."]


def test_a_key_that_two_rows_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="fct_essai, Essai: several rows have the key"):
        comparees(tmp_path, {"code": ["a"], "n": [1]}, {"code": ["a", "a"], "n": [1, 1]})


def test_a_report_replaces_the_one_before_it_and_nothing_else() -> None:
    page = "avant\n<!-- spark demo -->\nancien\n<!-- fin -->\naprès <!-- postgres demo -->\n<!-- fin -->\n"
    texte = "<!-- spark demo -->\nnouveau\n<!-- fin -->"
    assert inserer(page, texte) == page.replace("ancien", "nouveau")
    with pytest.raises(ValueError, match="no place for this report"):
        inserer(page, texte.replace("demo", "ailleurs"))


def test_the_lock_of_an_extra_holds_what_it_adds() -> None:
    principal = "a==1 \\\n    --hash=sha256:0\n"
    complet = principal + "b-c==2 ; python_version < '3.12' \\\n    --hash=sha256:1 \\\n    --hash=sha256:2\n"
    assert complement(complet, principal) == complet.removeprefix(principal)
    with pytest.raises(ValueError, match="a: "):
        complement(complet, principal.replace("1", "3"))
