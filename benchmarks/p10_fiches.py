"""P10: what it costs to write the sheet of every QPV of a release: static HTML on one core, with the PDF on two.

Belongs here: the HTML half of `publication.sheets.statique.ecrire` over a whole release, then the whole of it, each in a
process of its own, and their goals.
Does not belong here: the measure itself (mesure), a threshold that fails a test.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from pathlib import Path

from benchmarks.mesure import ecrire, mediane, mesurer
from publication.sheets import statique
from publication.sheets.feuille import composer, dater, document
from publication.sheets.fiche import Registre
from publication.sheets.lecture import empreintes, ouvrir
from publication.sheets.lots import toutes_les_fiches

OBJECTIF_S = 60
OBJECTIF_PDF_S = 600
JOUR = date(2026, 1, 1)


def ecrire_les_fiches(release: Path, sortie: Path) -> None:
    """Write `<code>.html` for every QPV of `release`, with this process kept on one core.

    Garbage collection is off, as in `statique.ecrire`. The checksums of the release are read but not recomputed.
    """
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    gc.disable()
    registre = Registre(ouvrir(release, verifier=False))
    for fiche in toutes_les_fiches(registre):
        contours = registre.release.contours((fiche.code, *sorted(fiche.valeurs_liees)))
        page = document(fiche, composer(fiche, contours, ""), "")
        (sortie / f"{fiche.code}.html").write_bytes(dater(page, JOUR).encode())


def ecrire_avec_les_pdf(release: Path, sortie: Path) -> None:
    """Write `<code>.html` and `<code>.pdf` for every QPV of `release`, as a publication does, on all the cores."""
    descripteur = json.loads((release / "datapackage.json").read_text(encoding="utf-8"))
    statique.ecrire(release, empreintes(release), descripteur, JOUR, sortie=sortie)


def tailles(fichiers: Iterable[Path]) -> dict[str, int]:
    """Number of sheets, and their median, largest, mean and total size in bytes.

    Raises:
        ValueError: there is no sheet.
    """
    octets = sorted(fichier.stat().st_size for fichier in fichiers)
    if not octets:
        raise ValueError("no sheet was written: the release holds no QPV")
    total = sum(octets)
    return {
        "fiches": len(octets),
        "mediane_o": octets[len(octets) // 2],
        "maximum_o": octets[-1],
        "moyenne_o": round(total / len(octets)),
        "total_o": total,
    }


def comparer(release: Path, tours: int, dossier: Path, *, avec_pdf: bool) -> dict[str, object]:
    """Write all the sheets `tours` times, each time in a new process and an empty folder.

    Returns:
        The runs, their medians, the sizes of the sheets, the goal and how far the processor time is from it; with
        `avec_pdf`, the sizes are those of the PDF and the goal is about the wall time.
    """
    option, suffixe = (["--pdf"], "pdf") if avec_pdf else ([], "html")
    objectif, champ_juge = (OBJECTIF_PDF_S, "mur_s") if avec_pdf else (OBJECTIF_S, "cpu_s")
    mesures = []
    poids: dict[str, int] = {}
    for tour in range(tours):
        with tempfile.TemporaryDirectory(dir=dossier) as sortie:
            commande = [sys.executable, "-m", "benchmarks.p10_fiches", str(release), "--sortie", sortie, *option]
            mesures.append(mesurer(commande, dossier / f"journal{tour}.txt"))
            poids = tailles(Path(sortie).glob(f"Q*.{suffixe}"))
    medianes = {champ: round(mediane(mesures, champ), 2) for champ in ("cpu_s", "mur_s", "memoire_mo")}
    return {
        "objectif": "P10",
        "release": release.name,
        "tours": tours,
        "medianes": medianes,
        "fiches": poids,
        "cpu_ms_par_fiche": round(1000 * medianes["cpu_s"] / poids["fiches"], 1),
        "objectif_s": objectif,
        "rapport_objectif": round(medianes[champ_juge] / objectif, 2),
        "mesures": [asdict(mesure) for mesure in mesures],
    }


def main() -> None:
    analyse = argparse.ArgumentParser(description=__doc__)
    analyse.add_argument("release", type=Path, help="folder of a whole release")
    analyse.add_argument("--tours", type=int, default=5)
    analyse.add_argument("--source", default="deposit", help="word that ends the name of the result file")
    analyse.add_argument("--sortie", type=Path, help="write the sheets there once, and measure nothing")
    analyse.add_argument("--pdf", action="store_true", help="with the printed sheets, on all the cores")
    options = analyse.parse_args()
    if options.sortie:
        (ecrire_avec_les_pdf if options.pdf else ecrire_les_fiches)(options.release.resolve(), options.sortie)
        return
    with tempfile.TemporaryDirectory() as dossier:
        resultat = comparer(options.release.resolve(), options.tours, Path(dossier), avec_pdf=options.pdf)
    chemin = ecrire(f"p10{'_pdf' if options.pdf else ''}_{options.source}", resultat)
    print(json.dumps({cle: resultat[cle] for cle in ("medianes", "fiches", "rapport_objectif")}), f"({chemin})")


if __name__ == "__main__":
    main()
