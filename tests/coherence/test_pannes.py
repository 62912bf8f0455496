"""Every fault is injected by a test, and docs/fiabilite.md names the tests that exist.

Belongs here: faults without a test, tests without a line on the page, lines without a test.
Does not belong here: what a fault does (the tests themselves), how the page is written (tests/rapport_fiabilite.py).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from pannes import FAUTES, lire_marque
from rapport_fiabilite import PAGE, Marque, lire_la_page, marques, observer, page

MARQUES = marques()


def test_the_faults_are_numbered_without_a_hole() -> None:
    assert list(FAUTES) == [f"F{rang}" for rang in range(1, 30)]


@pytest.mark.parametrize("faute", FAUTES)
def test_a_fault_is_injected_by_a_test(faute: str) -> None:
    assert [marque.test for marque in MARQUES if marque.faute == faute], f"no test is marked panne({faute!r})"


def test_the_page_names_the_tests_that_exist() -> None:
    nommes = lire_la_page(PAGE.read_text(encoding="utf-8"))
    declares = {(marque.faute, marque.test) for marque in MARQUES}
    assert sorted(declares - nommes) == [], "not on docs/fiabilite.md: make faults"
    assert sorted(nommes - declares) == [], "on docs/fiabilite.md, without a test: make faults"


def test_the_page_is_that_of_the_results_kept_beside_the_tests() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python tests/rapport_fiabilite.py"


def test_the_page_holds_no_failure() -> None:
    texte = PAGE.read_text(encoding="utf-8")
    assert ", 0 tests failed." in texte
    assert "**" not in texte.partition("## Faults")[2], "a sentence that was not observed each time"


def test_markers_are_read_on_modules_classes_and_functions(tmp_path: Path) -> None:
    dossier = tmp_path / "tests"
    dossier.mkdir()
    (dossier / "test_x.py").write_text(
        "import pytest\npytestmark = [pytest.mark.depot, pytest.mark.panne('F1', attendu='a')]\n"
        "@pytest.mark.panne('F2', attendu='b')\nclass TestY:\n"
        "    @pytest.mark.panne('F3', attendu='c')\n    def test_z(self): ...\n"
        "def test_w(): ...\ndef autre(): ...\n"
    )
    z, w = "tests/test_x.py::TestY::test_z", "tests/test_x.py::test_w"
    assert marques(dossier) == [Marque("F1", z, "a"), Marque("F2", z, "b"), Marque("F3", z, "c"), Marque("F1", w, "a")]


def test_times_are_counted_by_sentence() -> None:
    reussi = {"fautes": [["F1", "a"]], "issue": "passed", "essais": 8}
    rate = {"fautes": [["F1", "a"], ["F2", "b"]], "issue": "failed", "essais": 1}
    observes = observer({"t::x[1]": reussi, "t::x[2]": rate})
    assert (observes["F1"].essais, dict(observes["F1"].phrases), observes["F1"].tests) == (9, {"a": [8, 9]}, {"t::x"})
    assert dict(observes["F2"].phrases) == {"b": [0, 1]}


@pytest.mark.parametrize(
    ("arguments", "nommes"),
    [((), {"attendu": "x"}), (("F30",), {"attendu": "x"}), (("F1",), {}), (("F1",), {"attendu": " "})],
)
def test_a_marker_that_says_nothing_is_refused(arguments: tuple[str, ...], nommes: dict[str, str]) -> None:
    with pytest.raises(pytest.UsageError, match="panne"):
        lire_marque("t::x", arguments, nommes)
