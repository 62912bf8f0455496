"""P1: what a refresh costs when nothing has changed, against a full refresh.

Belongs here: the two sides, alternated in one run, and their ratio.
Does not belong here: the measure itself (mesure), a threshold that fails a test.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from benchmarks.mesure import Mesure, ecrire, mediane, mesurer


def comparer(source: list[str], tours: int, dossier: Path) -> dict[str, object]:
    """Alternate a full refresh into an empty folder and a refresh on top of it, `tours` times.

    Returns:
        The runs of each side, their medians and the ratio of processor times.
    """
    observatoire = str(Path(sys.executable).with_name("observatoire"))
    journal = dossier / "journal.txt"
    complet: list[Mesure] = []
    inchange: list[Mesure] = []
    for tour in range(tours):
        donnees = dossier / f"tour{tour}"
        commande = [observatoire, "refresh", *source, "--data", str(donnees)]
        complet.append(mesurer(commande, journal))
        inchange.append(mesurer(commande, journal))
        shutil.rmtree(donnees)
    medianes = {
        nom: {champ: round(mediane(mesures, champ), 2) for champ in ("cpu_s", "mur_s", "memoire_mo")}
        for nom, mesures in (("complet", complet), ("inchange", inchange))
    }
    rapport = round(mediane(inchange, "cpu_s") / mediane(complet, "cpu_s"), 4)
    return {
        "objectif": "P1",
        "tours": tours,
        "medianes": medianes,
        "rapport_cpu": rapport,
        "complet": [asdict(mesure) for mesure in complet],
        "inchange": [asdict(mesure) for mesure in inchange],
    }


def main() -> None:
    analyse = argparse.ArgumentParser(description=__doc__)
    analyse.add_argument("--deposit", help="folder of published files; without it, the demo territory")
    analyse.add_argument("--tours", type=int, default=5)
    analyse.add_argument(
        "--sans-fiches", action="store_true", help="a full refresh without the sheets: the stricter side"
    )
    options = analyse.parse_args()
    source = ["--source", "deposit", "--deposit", options.deposit] if options.deposit else ["--source", "demo"]
    source += ["--sans-fiches"] if options.sans_fiches else []
    with tempfile.TemporaryDirectory() as dossier:
        resultat = comparer(source, options.tours, Path(dossier))
    chemin = ecrire(f"p1_{'deposit' if options.deposit else 'demo'}", resultat)
    print(f"nothing changed / full refresh, processor time: {resultat['rapport_cpu']} ({chemin})")


if __name__ == "__main__":
    main()
