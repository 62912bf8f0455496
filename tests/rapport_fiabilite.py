"""docs/fiabilite.md from the results kept in tests/resultats: `python tests/rapport_fiabilite.py`.

Belongs here: which tests claim a fault, the page made of what they observed and of the last campaigns.
Does not belong here: the marker and the results (pannes), the campaigns (campagne_arrets, campagne_charge).
"""

from __future__ import annotations

import ast
import json
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from campagne_arrets import JOURNAL, page_arrets
from campagne_arrets import lire as lire_journal
from pannes import FAUTES

TESTS = Path(__file__).resolve().parent
PROJET = TESTS.parent
PAGE = PROJET / "docs" / "fiabilite.md"
RESULTATS = TESTS / "resultats"
PAS_LANCE = " (not run in this campaign)"


@dataclass(frozen=True)
class Marque:
    """A test, under its name without parameters, and a fault that it claims."""

    faute: str
    test: str
    attendu: str


@dataclass
class Observe:
    """What the tests of a fault saw: sentence → times passed, times tried; tests by name; times the fault was injected."""

    phrases: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    tests: set[str] = field(default_factory=set)
    essais: int = 0


def marques(dossier: Path = TESTS) -> list[Marque]:
    """Every marker `panne` written in the tests, read from their source: nothing is imported nor run."""
    trouvees = []
    for chemin in sorted(dossier.rglob("test_*.py")):
        arbre = ast.parse(chemin.read_text(encoding="utf-8"))
        lieu = chemin.relative_to(dossier.parent).as_posix()
        module = [noeud for noeud in arbre.body if isinstance(noeud, ast.Assign) and _est_pytestmark(noeud)]
        du_module = [marque for noeud in module for marque in _marques(ast.walk(noeud.value))]
        for nom, decorateurs in _tests(arbre):
            for faute, attendu in [*du_module, *_marques(d for deco in decorateurs for d in ast.walk(deco))]:
                trouvees.append(Marque(faute, f"{lieu}::{nom}", attendu))
    return trouvees


def _est_pytestmark(noeud: ast.Assign) -> bool:
    return any(isinstance(cible, ast.Name) and cible.id == "pytestmark" for cible in noeud.targets)


def _tests(arbre: ast.Module) -> Iterable[tuple[str, list[ast.expr]]]:
    for noeud in arbre.body:
        if isinstance(noeud, ast.FunctionDef) and noeud.name.startswith("test_"):
            yield noeud.name, noeud.decorator_list
        elif isinstance(noeud, ast.ClassDef):
            for methode in noeud.body:
                if isinstance(methode, ast.FunctionDef) and methode.name.startswith("test_"):
                    yield f"{noeud.name}::{methode.name}", [*noeud.decorator_list, *methode.decorator_list]


def noms_des_tests(fichier: Path) -> set[str]:
    """Tests of a file, under their names without parameters."""
    return {nom for nom, _ in _tests(ast.parse(fichier.read_text(encoding="utf-8")))}


def _marques(noeuds: Iterable[ast.AST]) -> list[tuple[str, str]]:
    return [
        (ast.literal_eval(noeud.args[0]), ast.literal_eval(noeud.keywords[0].value))
        for noeud in noeuds
        if isinstance(noeud, ast.Call) and isinstance(noeud.func, ast.Attribute) and noeud.func.attr == "panne"
    ]


def observer(resultats: dict[str, dict[str, Any]]) -> dict[str, Observe]:
    """The results of a run, by fault."""
    observes = {faute: Observe() for faute in FAUTES}
    for test, resultat in resultats.items():
        for faute, attendu in resultat["fautes"]:
            observe = observes[faute]
            observe.tests.add(test.split("[")[0])
            observe.essais += resultat["essais"]
            observe.phrases[attendu][0] += resultat["essais"] if resultat["issue"] == "passed" else 0
            observe.phrases[attendu][1] += resultat["essais"]
    return observes


def tableau(observes: dict[str, Observe]) -> str:
    """One row per fault."""
    lignes = ["| | fault | expected | observed | times tried |", "|---|---|---|---|---|"]
    for faute, (nom, attendu) in FAUTES.items():
        observe = observes[faute]
        vus = "; ".join(
            f"{phrase} ({bons})" if bons == total else f"**{phrase}: {bons} of {total} only**"
            for phrase, (bons, total) in sorted(observe.phrases.items())
        )
        lignes.append(f"| {faute} | {nom} | {attendu} | {vus or '**nothing**'} | {observe.essais} |")
    return "\n".join(lignes)


def liste(observes: dict[str, Observe], declarees: Iterable[Marque]) -> str:
    """The tests of each fault, by file; those that this campaign did not run say so."""
    lignes = []
    declares: dict[str, set[str]] = defaultdict(set)
    for marque in declarees:
        declares[marque.faute].add(marque.test)
    for faute, observe in observes.items():
        par_fichier: dict[str, list[str]] = defaultdict(list)
        for test in sorted(declares[faute]):
            fichier, _, nom = test.partition("::")
            par_fichier[fichier].append(f"`{nom}`" + ("" if test in observe.tests else PAS_LANCE))
        lignes.append(f"- {faute}")
        lignes += [f"  - `{fichier}`: {', '.join(noms)}" for fichier, noms in par_fichier.items()]
    return "\n".join(lignes)


def lire_la_page(page: str) -> set[tuple[str, str]]:
    """Fault and test of each line of the list of a page."""
    nommes, faute = set(), ""
    for ligne in page.partition("## Tests of each fault")[2].partition("\n## ")[0].splitlines():
        if ligne.startswith("- F"):
            faute = ligne[2:]
        elif ligne.startswith("  - `"):
            fichier, *noms = ligne.split("`")[1::2]
            nommes |= {(faute, f"{fichier}::{nom}") for nom in noms}
    return nommes


def rediger(resultats: dict[str, dict[str, Any]], campagnes: Iterable[str], declarees: Iterable[Marque]) -> str:
    """The whole page, in Markdown."""
    observes = observer(resultats)
    echecs = sum(resultat["issue"] != "passed" for resultat in resultats.values())
    essais = sum(resultat["essais"] for resultat in resultats.values())
    jours = sorted({resultat["le"] for resultat in resultats.values()})
    return "\n\n".join(
        [
            "# Faults: what happens, and how often it was tried",
            f"Written by `make faults` from its results of {' to '.join(dict.fromkeys((jours[0], jours[-1])))} "
            f"(tests/resultats): {len(resultats)} tests, {essais} faults injected, {echecs} tests failed.\n"
            "Each fault is injected by real means: processes killed with SIGKILL, a small file system, local servers, real "
            "browsers and a real nginx.\n"
            "« Last good »: readers keep the previous release, verified byte for byte.\n"
            "Between brackets: how many times a sentence was observed.",
            "## Faults",
            tableau(observes),
            *campagnes,
            "## Tests of each fault",
            liste(observes, declarees) + "\n",
        ]
    )


def page_charge(resultats: dict[str, dict[str, Any]]) -> str:
    """The figures of `make load`, in Markdown; empty when it was never run."""
    charges = [resultat["charge"] for resultat in resultats.values() if "charge" in resultat]
    if not charges:
        return ""
    (charge,) = charges
    return "\n".join(
        [
            "## Load",
            "",
            "Through the shipped nginx, each reader from an address of its own, on the demo territory and on the machine that "
            f"also publishes: a publication of {charge['publication_s']} s, every answer checked byte for byte (files) or figure "
            f"by figure (sheets) against one release; health asked {charge['sante']} times, 200 each time.",
            "",
            "| what is read | at the same time | answers | errors | median | p95 | received |",
            "|---|---|---|---|---|---|---|",
            *charge["lignes"],
        ]
    )


def lire_resultats(dossier: Path = RESULTATS) -> dict[str, dict[str, Any]]:
    """Results of the tests that still exist: a file of results outlives those that were renamed or taken away."""
    declares = {marque.test for marque in marques()}
    resultats = json.loads((dossier / "pannes.json").read_text(encoding="utf-8"))
    return {test: resultat for test, resultat in resultats.items() if test.split("[")[0] in declares}


def lire_la_charge(dossier: Path = RESULTATS) -> dict[str, dict[str, Any]]:
    """Results of the last `make load`, none when it was never run."""
    chemin = dossier / "charge.json"
    return json.loads(chemin.read_text(encoding="utf-8")) if chemin.exists() else {}


def page() -> str:
    """What docs/fiabilite.md must hold."""
    campagnes = [page_arrets(lire_journal(JOURNAL)), page_charge(lire_la_charge())]
    return rediger(lire_resultats(), [texte for texte in campagnes if texte], marques())


def main() -> int:
    """Writes the page; 1 when a fault was not tried or did not end as expected."""
    PAGE.write_text(page(), encoding="utf-8")
    resultats = lire_resultats()
    jamais = [faute for faute, observe in observer(resultats).items() if not observe.tests]
    rates = [test for test, resultat in resultats.items() if resultat["issue"] != "passed"]
    print(f"{len(resultats)} tests, {len(rates)} failed: {', '.join(rates) or 'none'}.")
    print(f"Faults never tried: {', '.join(jamais) or 'none'}. {PAGE}")
    return 1 if rates or jamais else 0


if __name__ == "__main__":
    sys.exit(main())
