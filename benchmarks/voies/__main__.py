"""`python -m benchmarks.voies postgres|spark`: build twice, compare, say what differs.

Belongs here: options, order of the steps, the report.
Does not belong here: what a lane does (postgres, spark), what a difference is (comparaison).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.mesure import ecrire, machine
from benchmarks.voies import postgres, spark, temoin
from benchmarks.voies.comparaison import Constat, comparer
from benchmarks.voies.dbt import marts

RAPPORT = Path(__file__).resolve().parents[2] / "docs" / "voies.md"
NOMS = {"postgres": "PostgreSQL", "spark": "Spark"}


@dataclass(frozen=True)
class Epreuve:
    """What a run found: a mart each, seconds of each step, a sentence per executor that was killed."""

    constats: list[Constat]
    secondes: dict[str, float]
    frappes: list[str]


def eprouver(voie: str, donnees: Path, travail: Path, *, tuer: bool = False) -> Epreuve:
    """Build the marts on DuckDB and on the engine of a lane from the same Parquet files, and compare them."""
    cote_temoin, secondes_temoin = temoin.construire(donnees, travail / "duckdb")
    frappes: list[str] = []
    if voie == "spark":
        autre, secondes, frappes = spark.construire(donnees, travail / voie, cote_temoin, tuer=tuer)
    else:
        autre, secondes = postgres.construire(donnees, travail / voie, cote_temoin)
    debut = time.perf_counter()
    constats = [comparer(cote_temoin, autre, mart, NOMS[voie]) for mart in marts()]
    durees = {"duckdb": secondes_temoin, **secondes, "comparaison": time.perf_counter() - debut}
    return Epreuve(constats, {nom: round(valeur, 1) for nom, valeur in durees.items()}, frappes)


def temps(epreuves: list[Epreuve]) -> dict[str, object]:
    """Medians of the seconds of several runs, and the wall time of dbt on the lane for one second of it on DuckDB."""
    medianes = {nom: round(median(e.secondes[nom] for e in epreuves), 1) for nom in epreuves[0].secondes}
    tours = [e.secondes for e in epreuves]
    return {"medianes_s": medianes, "rapport_dbt": round(medianes["dbt"] / medianes["duckdb"], 2), "tours": tours}


def _differe(epreuve: Epreuve) -> bool:
    return any(constat.nb_differences for constat in epreuve.constats)


def rapport(voie: str, origine: str, epreuve: Epreuve, date: str) -> str:
    """The report of a run, in Markdown, between the two comments that mark its place in docs/voies.md."""
    lignes = [f"| {c.table} | {c.lignes:,} | {c.nb_differences} |".replace(",", " ") for c in epreuve.constats]
    total = f"| **total** | {sum(c.lignes for c in epreuve.constats):,} | {sum(c.nb_differences for c in epreuve.constats)} |"
    return "\n".join(
        [
            _marque(voie, origine, tuer=bool(epreuve.frappes)),
            f"{date}, {machine()}, {origine}.",
            "Seconds: " + ", ".join(f"{nom} {valeur}" for nom, valeur in epreuve.secondes.items()) + ".",
            *(f"One {frappe}." for frappe in epreuve.frappes),
            "",
            "| mart | rows | differing rows |",
            "|---|---:|---:|",
            *lignes,
            total.replace(",", " "),
            "<!-- fin -->",
        ]
    )


def _marque(voie: str, origine: str, *, tuer: bool) -> str:
    return f"<!-- {voie} {origine}{' executor killed' if tuer else ''} -->"


def inserer(page: str, texte: str) -> str:
    """Put a report in its place: the first line of `texte` names it.

    Raises:
        ValueError: the page has no such place.
    """
    marque = texte.splitlines()[0]
    avant, trouve, apres = page.partition(marque)
    if not trouve:
        raise ValueError(f"{RAPPORT}: no place for this report, add the lines « {marque} » and « <!-- fin --> »")
    return avant + texte + apres.partition("<!-- fin -->")[2]


def main() -> int:
    analyse = argparse.ArgumentParser(prog="benchmarks.voies", description=__doc__)
    analyse.add_argument("voie", choices=sorted(NOMS))
    analyse.add_argument("donnees", type=Path, help="data folder after a refresh")
    analyse.add_argument("--origine", default="demo", help="what the report says of the data")
    analyse.add_argument("--tuer", action="store_true", help="kill one executor of Spark in the middle")
    analyse.add_argument("--tours", type=int, default=1, help="whole runs, each building on DuckDB, then on the lane")
    analyse.add_argument("--rapport", action="store_true", help="write the report into docs/voies.md")
    options = analyse.parse_args()
    if options.rapport:  # a run may last an hour: the place of its report is looked for first
        marque = _marque(options.voie, options.origine, tuer=options.tuer)
        inserer(RAPPORT.read_text(encoding="utf-8"), marque)
    epreuves = []
    for _ in range(options.tours):
        with tempfile.TemporaryDirectory(prefix="obs-voies-") as dossier:
            epreuves.append(eprouver(options.voie, options.donnees.resolve(), Path(dossier), tuer=options.tuer))
    epreuve = next((une for une in epreuves if _differe(une)), epreuves[-1])
    for constat in epreuve.constats:
        print(*constat.differences, sep="\n", end="\n" if constat.differences else "", file=sys.stderr)
        print(f"{constat.table:<44}{constat.lignes:>10} rows{constat.nb_differences:>8} differing")
    print(*(f"{nom} {valeur} s" for nom, valeur in epreuve.secondes.items()), *epreuve.frappes, sep=" · ")
    if options.rapport:
        nom = f"voie_{options.voie}_{options.origine}{'_executeur_tue' if options.tuer else ''}"
        chemin = ecrire(
            nom,
            {
                "marts": {c.table: [c.lignes, c.nb_differences] for c in epreuve.constats},
                "secondes": epreuve.secondes,
                "temps": temps(epreuves),
                "executeurs_tues": epreuve.frappes,
            },
        )
        texte = rapport(options.voie, options.origine, epreuve, time.strftime("%Y-%m-%d", time.gmtime()))
        RAPPORT.write_text(inserer(RAPPORT.read_text(encoding="utf-8"), texte), encoding="utf-8")
        print(f"{chemin}\n{RAPPORT}")
    return 1 if _differe(epreuve) else 0


if __name__ == "__main__":
    sys.exit(main())
