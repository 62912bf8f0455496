"""P2: the dbt stage, against one plain DuckDB script that runs the same compiled SQL.

Belongs here: the sides alternated on the same data folder, the ratio, the fixed cost per model and per test.
Does not belong here: the measure itself (mesure), the SQL (dbt_project), a threshold that fails a test.

A deposit gives 8 million typed cells. `--cellules` adds rows that no model keeps (variables without a name of ours) to
the largest files until that many are read: the marts stay the same, and both sides read them.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.mesure import a_part, alterner, brutes, ecrire, resumer

OBJECTIF = 1.25
# Fixed cost allowed on the deposit, in seconds: whatever the data, then per model and per test.
FIXE_S, PAR_MODELE_S, PAR_TEST_S = 15.0, 0.1, 0.05
MEMOIRE = "600MB"


def construire_par_dbt(donnees: Path) -> None:
    """The stage as a refresh runs it: models and tests of the data, the project as it was parsed the last time."""
    from orchestration.settings import Reglages
    from orchestration.steps import Contexte, construire_entrepot

    bilan = construire_entrepot(Contexte(Reglages(data=donnees, memoire_sql=MEMOIRE)))
    shutil.rmtree(bilan.entrepot.parent)
    if not bilan.reussi:
        raise RuntimeError("; ".join(noeud.phrase() for noeud in bilan.echecs))


def construire_de_rien(donnees: Path) -> None:
    """The same stage after a change of the project: everything is parsed."""
    from orchestration.dbt_build import dossier_cible

    (dossier_cible(donnees) / "partial_parse.msgpack").unlink(missing_ok=True)
    construire_par_dbt(donnees)


def noeuds_compiles(donnees: Path) -> list[dict[str, Any]]:
    """Models and tests of the last build, in the order it ran them: name, kind, relation, materialisation, SQL."""
    cible = donnees / "dbt" / "cible"
    noeuds = json.loads((cible / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    executes = json.loads((cible / "run_results.json").read_text(encoding="utf-8"))["results"]
    executes.sort(key=lambda r: min((t["started_at"] for t in r["timing"] if t["name"] == "execute"), default=""))
    return [
        {
            "type": noeuds[r["unique_id"]]["resource_type"],
            "schema": noeuds[r["unique_id"]]["schema"],
            "nom": noeuds[r["unique_id"]]["alias"],
            "materialise": noeuds[r["unique_id"]]["config"]["materialized"],
            "sql": r["compiled_code"],
        }
        for r in executes
        if r["unique_id"] in noeuds and r.get("compiled_code")
    ]


def construire_par_script(donnees: Path) -> None:
    """The same statements, one after the other, in one connection.

    Raises:
        RuntimeError: a test finds rows in error, which dbt did not.
    """
    import duckdb

    with tempfile.TemporaryDirectory(dir=donnees) as dossier:
        connexion = duckdb.connect(str(Path(dossier) / "entrepot.duckdb"))
        connexion.execute(f"set memory_limit = '{MEMOIRE}'; set preserve_insertion_order = false")
        schemas: set[str] = set()
        for noeud in noeuds_compiles(donnees):
            if noeud["type"] == "test":
                reste = connexion.execute(f"select count(*) from ({noeud['sql']})").fetchone()
                if reste is None or reste[0]:
                    raise RuntimeError(f"{noeud['nom']}: {reste} rows in error in the script")
                continue
            if noeud["schema"] not in schemas:
                connexion.execute(f'create schema if not exists "{noeud["schema"]}"')
                schemas.add(noeud["schema"])
            sorte = "view" if noeud["materialise"] == "view" else "table"
            connexion.execute(f'create {sorte} "{noeud["schema"]}"."{noeud["nom"]}" as {noeud["sql"]}')
        connexion.close()


COTES = {"dbt": construire_par_dbt, "dbt_de_rien": construire_de_rien, "script": construire_par_script}


def copier(donnees: Path, cellules: int, dossier: Path) -> tuple[Path, int]:
    """A data folder with the same layers and, beside the largest files, enough rows that no model keeps.

    Returns:
        The folder and the number of typed cells in it.
    """
    import polars as pl

    ici = dossier / "donnees"
    for couche in ("raw", "normalise", "spatial", "catalogue", "qualite"):
        if (donnees / couche).exists():
            shutil.copytree(donnees / couche, ici / couche)
    fichiers = sorted((ici / "normalise").rglob("*.cellules.parquet"), key=lambda p: -p.stat().st_size)
    total = sum(pl.scan_parquet(f).select(pl.len()).collect().item() for f in fichiers)
    for fichier in fichiers:
        if total >= cellules:
            break
        cadre = pl.read_parquet(fichier).with_columns(variable=pl.format("copie_{}", "variable"))
        cadre.write_parquet(fichier.with_name(f"copie_{fichier.name}"), compression_level=3)
        total += cadre.height
    return ici, total


def comparer(donnees: Path, cellules: int, tours: int, dossier: Path) -> dict[str, object]:
    """The sides in turn on a copy of `donnees`, after one build that is not counted (it compiles the SQL)."""
    ici, lues = a_part(copier, donnees, cellules, dossier)
    a_part(construire_par_dbt, ici)
    noeuds = noeuds_compiles(ici)
    modeles, tests = (sum(noeud["type"] == sorte for noeud in noeuds) for sorte in ("model", "test"))
    cotes = {c: [sys.executable, "-m", "benchmarks.p2_dbt", str(ici), "--cote", c] for c in COTES}
    mesures = alterner(cotes, tours, dossier)
    medianes = resumer(mesures)
    permis = FIXE_S + PAR_MODELE_S * modeles + PAR_TEST_S * tests
    fixe = medianes["dbt"]["cpu_s"] - medianes["script"]["cpu_s"]
    return {
        "objectif": "P2",
        "tours": tours,
        "cellules": lues,
        "modeles": modeles,
        "tests": tests,
        "medianes": medianes,
        "rapport_cpu": round(medianes["dbt"]["cpu_s"] / medianes["script"]["cpu_s"], 3),
        "rapport_cpu_de_rien": round(medianes["dbt_de_rien"]["cpu_s"] / medianes["script"]["cpu_s"], 3),
        "rapport_mur": round(medianes["dbt"]["mur_s"] / medianes["script"]["mur_s"], 3),
        "objectif_rapport": OBJECTIF,
        "cout_fixe_s": round(fixe, 1),
        "cout_fixe_permis_s": round(permis, 1),
        "mesures": brutes(mesures),
    }


def main() -> None:
    analyse = argparse.ArgumentParser(description=__doc__)
    analyse.add_argument("donnees", type=Path, help="data folder of a refresh")
    analyse.add_argument("--cellules", type=int, default=0, help="typed cells that both sides must read at least")
    analyse.add_argument("--tours", type=int, default=5)
    analyse.add_argument("--cote", choices=list(COTES), help="run one side once, and measure nothing")
    analyse.add_argument("--source", default="deposit", help="word that ends the name of the result file")
    options = analyse.parse_args()
    if options.cote:
        COTES[options.cote](options.donnees.resolve())
        return
    with tempfile.TemporaryDirectory() as dossier:
        resultat = comparer(options.donnees.resolve(), options.cellules, options.tours, Path(dossier))
    chemin = ecrire(f"p2_{options.source}", resultat)
    gardes = ("cellules", "rapport_cpu", "rapport_cpu_de_rien", "rapport_mur", "cout_fixe_s", "cout_fixe_permis_s")
    print(json.dumps({cle: resultat[cle] for cle in gardes}), f"({chemin})")


if __name__ == "__main__":
    main()
