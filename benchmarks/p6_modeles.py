"""P6: how the time of the models grows with the number of quartiers, from one time to ten times the published ones.

Belongs here: the copy of a data folder in which every quartier is several, the models run on each, the exponent.
Does not belong here: the measure itself (mesure), the growth of ingestion (p4), a threshold that fails a test.

The SQL is what dbt compiled for the data folder, run by one script (p2): the fixed cost of dbt, which would flatter the
exponent, is left out, and so are the tests, which count the quartiers. Communes, Iris and places stay as they are.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.mesure import a_part, alterner, brutes, ecrire, exposant, exposants_entre_deux, resumer
from benchmarks.p2_dbt import MEMOIRE, noeuds_compiles

OBJECTIF = 1.1
COUCHES = ("raw", "normalise", "spatial", "catalogue", "qualite")
CODE_QPV = r"^Q[PN]\w{6}$"


def multiplier(donnees: Path, facteur: int, ici: Path) -> int:
    """Copy the layers of a data folder; every row of a quartier is there `facteur` times, under codes of its own.

    Returns:
        The number of typed cells of the copy.
    """
    for couche in COUCHES:
        if (donnees / couche).exists():
            shutil.copytree(donnees / couche, ici / couche)
    cellules = list((ici / "normalise").rglob("*.cellules.parquet"))
    for fichier in [*cellules, *(ici / "spatial").glob("*.parquet")]:
        _multiplier_fichier(fichier, facteur)
    return sum(_lignes(fichier) for fichier in cellules)


def _multiplier_fichier(fichier: Path, facteur: int) -> None:
    import polars as pl

    lu = pl.scan_parquet(fichier)
    noms = [nom for nom, genre in lu.collect_schema().items() if genre == pl.String]
    cle = next((nom for nom in ("code_territoire", "code_qpv", "code_qp2015") if nom in noms), None)
    if cle is None or facteur == 1:
        return
    du_quartier = lu.filter(pl.col(cle).str.contains(CODE_QPV))
    copies = [
        du_quartier.with_columns(
            pl.when(pl.col(nom).str.contains(CODE_QPV))
            .then(pl.concat_str(pl.col(nom), pl.lit(f"_{rang}")))
            .otherwise(pl.col(nom))
            .alias(nom)
            for nom in noms
        )
        for rang in range(1, facteur)
    ]
    voisin = fichier.with_name(f"{fichier.name}.copie")
    pl.concat([lu, *copies]).sink_parquet(voisin, compression="zstd", compression_level=3)
    voisin.replace(fichier)


def _lignes(fichier: Path) -> int:
    import polars as pl

    return int(pl.scan_parquet(fichier).select(pl.len()).collect().item())


def executer(compilees: Path, donnees: Path, resultat: Path | None) -> None:
    """Run on `donnees` the models compiled for the folder `compilees`, then write how many rows the marts hold."""
    import duckdb

    with tempfile.TemporaryDirectory(dir=donnees) as dossier:
        connexion = duckdb.connect(str(Path(dossier) / "entrepot.duckdb"))
        connexion.execute(f"set memory_limit = '{MEMOIRE}'; set preserve_insertion_order = false")
        modeles = [n for n in noeuds_compiles(compilees) if n["type"] == "model"]
        for schema in sorted({n["schema"] for n in modeles}):
            connexion.execute(f'create schema if not exists "{schema}"')
        lignes = 0
        for modele in modeles:
            sorte = "view" if modele["materialise"] == "view" else "table"
            relation = f'"{modele["schema"]}"."{modele["nom"]}"'
            connexion.execute(f"create {sorte} {relation} as {modele['sql'].replace(str(compilees), str(donnees))}")
            if modele["nom"].startswith(("fct_", "dim_")):
                lignes += (connexion.execute(f"select count(*) from {relation}").fetchone() or (0,))[0]
        connexion.close()
    if resultat is not None:
        resultat.write_text(json.dumps({"lignes_des_marts": lignes}), encoding="utf-8")


def comparer(donnees: Path, facteurs: list[int], tours: int, dossier: Path) -> dict[str, object]:
    """The models at each scale, in turn; exponent of the processor time on the rows of the marts."""
    echelles: list[dict[str, Any]] = []
    commandes = {}
    for facteur in facteurs:
        ici = dossier / f"x{facteur}"
        echelles.append({"facteur": facteur, "cellules": a_part(multiplier, donnees, facteur, ici)})
        commande = [sys.executable, "-m", "benchmarks.p6_modeles", str(donnees), "--copie", str(ici)]
        commandes[f"x{facteur}"] = [*commande, "--lignes", str(dossier / f"x{facteur}.json")]
    lues = alterner(commandes, tours, dossier)
    medianes = resumer(lues)
    for echelle in echelles:
        nom = f"x{echelle['facteur']}"
        echelle |= json.loads((dossier / f"{nom}.json").read_text(encoding="utf-8")) | medianes[nom]
    lignes, temps = [e["lignes_des_marts"] for e in echelles], [e["cpu_s"] for e in echelles]
    return {
        "objectif": "P6",
        "tours": tours,
        "echelles": echelles,
        "exposant": round(exposant(lignes, temps), 3),
        "exposants_entre_deux": exposants_entre_deux(lignes, temps),
        "objectif_exposant": OBJECTIF,
        "mesures": brutes(lues),
    }


def main() -> None:
    analyse = argparse.ArgumentParser(description=__doc__)
    analyse.add_argument("donnees", type=Path, help="data folder of a refresh: its layers and its compiled models")
    analyse.add_argument("--facteurs", type=int, nargs="+", default=[1, 3, 10])
    analyse.add_argument("--tours", type=int, default=5)
    analyse.add_argument("--copie", type=Path, help="run the models on this copy, and nothing else")
    analyse.add_argument("--lignes", type=Path, help="with --copie, file that receives the rows of the marts")
    options = analyse.parse_args()
    if options.copie:
        executer(options.donnees, options.copie, options.lignes)
        return
    with tempfile.TemporaryDirectory() as dossier:
        resultat = comparer(options.donnees.resolve(), options.facteurs, options.tours, Path(dossier))
    chemin = ecrire("p6_modeles", resultat)
    print(json.dumps({c: resultat[c] for c in ("echelles", "exposant", "exposants_entre_deux")}), f"({chemin})")


if __name__ == "__main__":
    main()
