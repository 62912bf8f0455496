"""P3: what an asset costs above its body: the raw datasets read by Dagster, against the same bodies called directly.

Belongs here: the two sides alternated on copies of one data folder where nothing changed, so that bodies are short.
Does not belong here: the measure itself (mesure), what a refresh costs (p1, p2), a threshold that fails a test.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.mesure import a_part, alterner, brutes, chronometrer, ecrire, resumer

if TYPE_CHECKING:
    from orchestration.settings import Source

OBJECTIF_S = 0.2
COTES = ("dagster", "direct")


def lire_par_dagster(donnees: Path, depot: Path, source: Source, resultat: Path | None) -> None:
    """Every raw dataset and its checks, as the job does: one process, a session of its own.

    Raises:
        RuntimeError: a dataset was not read.
    """
    import dagster as dg

    from orchestration.definitions import build_defs
    from orchestration.settings import Reglages

    definies = build_defs(Reglages(source=source, depot=depot, data=donnees))
    cles = [cle for cle in definies.resolve_asset_graph().get_all_asset_keys() if cle.path[0] == "raw"]
    job = definies.resolve_implicit_global_asset_job_def()
    with dg.DagsterInstance.ephemeral() as instance, chronometrer(resultat):
        issue = job.execute_in_process(instance=instance, asset_selection=cles)
    if not issue.success:
        raise RuntimeError("Dagster did not read every dataset")


def lire_directement(donnees: Path, depot: Path, source: Source, resultat: Path | None) -> int:
    """The bodies of the same assets and checks, one after the other; returns how many there are."""
    from orchestration import steps
    from orchestration.refresh import Etapes
    from orchestration.session import ouvrir_session
    from orchestration.settings import Reglages

    contexte = steps.Contexte(Reglages(source=source, depot=depot, data=donnees))
    jeux = list(contexte.catalogue.jeux.values())
    with chronometrer(resultat), ouvrir_session(contexte, Etapes()) as session:
        for jeu in jeux:
            session.ingerer(jeu)
            session.fraicheur(jeu)
            session.etapes.valider_jeu(contexte, jeu)
    return len(jeux)


def comparer(donnees: Path, depot: Path, source: Source, tours: int, dossier: Path) -> dict[str, object]:
    """The two sides in turn, on the same copy of `donnees`."""
    ici = dossier / "donnees"
    shutil.copytree(donnees, ici, symlinks=True)
    jeux = a_part(lire_directement, ici, depot, source, None)
    commande = [sys.executable, "-m", "benchmarks.p3_orchestration", str(ici), str(depot), "--source", source]
    mesures = alterner({c: [*commande, "--cote", c] for c in COTES}, tours, dossier, dedans=True)
    medianes = resumer(mesures)
    return {
        "objectif": "P3",
        "tours": tours,
        "actifs": jeux,
        "medianes": medianes,
        "surcout_cpu_s": round((medianes["dagster"]["cpu_s"] - medianes["direct"]["cpu_s"]) / jeux, 3),
        "surcout_mur_s": round((medianes["dagster"]["mur_s"] - medianes["direct"]["mur_s"]) / jeux, 3),
        "objectif_s": OBJECTIF_S,
        "mesures": brutes(mesures),
    }


def main() -> None:
    analyse = argparse.ArgumentParser(description=__doc__)
    analyse.add_argument("donnees", type=Path, help="data folder of a refresh of that deposit")
    analyse.add_argument("depot", type=Path, help="folder of the published files, or fictitious territory")
    analyse.add_argument("--source", choices=["deposit", "demo"], default="deposit", help="which of the two it is")
    analyse.add_argument("--tours", type=int, default=5)
    analyse.add_argument("--cote", choices=COTES, help="one side once, and nothing else")
    analyse.add_argument("--resultat", type=Path)
    options = analyse.parse_args()
    if options.cote == "dagster":
        lire_par_dagster(options.donnees, options.depot, options.source, options.resultat)
    elif options.cote == "direct":
        lire_directement(options.donnees, options.depot, options.source, options.resultat)
    else:
        with tempfile.TemporaryDirectory() as dossier:
            resultat = comparer(
                options.donnees.resolve(), options.depot.resolve(), options.source, options.tours, Path(dossier)
            )
        chemin = ecrire("p3", resultat)
        print(f"per asset above its body: {resultat['surcout_cpu_s']} s of processor ({chemin})")


if __name__ == "__main__":
    main()
