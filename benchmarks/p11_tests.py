"""P11: how long the tests take, set-up and linters excluded, and which files take it.

Belongs here: one run of the tests as `make unit` runs them, or the report of one already made, summed by file.
Does not belong here: what the tests check, a threshold that fails a test.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree

from benchmarks.mesure import ecrire, mesurer

PROJET = Path(__file__).resolve().parents[1]
OBJECTIF_S = 600
MONTRES = 20


def lancer(rapport: Path, processus: int, journal: Path) -> None:
    """Run every test in `processus` processes; `rapport` is pytest's own JUnit file.

    Raises:
        RuntimeError: a test failed: the time of a red run says nothing; `journal` says which.
    """
    options = ["-q", "-n", str(processus), "--dist", "loadfile", "--no-loadscope-reorder", f"--junitxml={rapport}"]
    mesurer([sys.executable, "-m", "pytest", *options, str(PROJET)], journal)


def resumer(rapport: Path) -> dict[str, object]:
    """Wall time of the run, number of tests, and seconds of each file, all processes together, the slowest first.

    Raises:
        ValueError: the report holds a failure, or no test.
    """
    (suite,) = ElementTree.parse(rapport).getroot().iter("testsuite")  # noqa: S314 (pytest wrote it)
    echecs = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
    tests = list(suite.iter("testcase"))
    if echecs or not tests:
        raise ValueError(f"{rapport}: {echecs} failures out of {len(tests)} tests, a green run is needed")
    par_fichier: dict[str, float] = defaultdict(float)
    for test in tests:
        par_fichier[_fichier(test.get("classname", ""))] += float(test.get("time", 0))
    lents = sorted(par_fichier.items(), key=lambda fichier: -fichier[1])
    mur = float(suite.get("time", 0))
    return {
        "objectif": "P11",
        "tests": len(tests),
        "mur_s": round(mur),
        "objectif_s": OBJECTIF_S,
        "rapport_objectif": round(mur / OBJECTIF_S, 2),
        "total_s": round(sum(par_fichier.values())),
        "plus_lents_s": {nom: round(duree) for nom, duree in lents[:MONTRES]},
    }


def _fichier(classe: str) -> str:
    """`tests.faults.test_x.TestY` → `tests/faults/test_x.py`."""
    parties = classe.split(".")
    rang = next((i for i, partie in enumerate(parties) if partie.startswith("test_")), len(parties) - 1)
    return "/".join(parties[: rang + 1]) + ".py"


def main() -> None:
    analyse = argparse.ArgumentParser(description=__doc__)
    analyse.add_argument("--junit", type=Path, help="report of a run already made (pytest --junitxml); runs nothing")
    analyse.add_argument("--processus", type=int, default=2)
    analyse.add_argument("--journal", type=Path, default=PROJET / "build" / "p11.txt", help="what the run prints")
    options = analyse.parse_args()
    with tempfile.TemporaryDirectory() as dossier:
        rapport = options.junit or Path(dossier) / "junit.xml"
        if options.junit is None:
            options.journal.parent.mkdir(parents=True, exist_ok=True)
            lancer(rapport, options.processus, options.journal)
        resultat = resumer(rapport)
    chemin = ecrire("p11", resultat)
    print(f"{resultat['tests']} tests in {resultat['mur_s']} s, goal {OBJECTIF_S} s ({chemin})")
    for nom, duree in resultat["plus_lents_s"].items():  # type: ignore[attr-defined]
        print(f"{duree:6} s  {nom}")


if __name__ == "__main__":
    main()
