"""P4, P5 and P6: verified ingestion of one large file, against raw engines, and from one time to a hundred times the rows.

Belongs here: the sides on one file of places, peak memory and times at each scale of a shape, the exponent of growth.
Does not belong here: the measure itself (mesure), the files (echelle), their cards (fiches), a threshold that fails a test.

Sides: `brut` verifies (digest, bytes), reads and writes the raw layer; `complet` is the whole ingestion of a dataset as a
refresh runs it (archive, raw layer, typed cells, fate of each row); the engines read the CSV as text and write zstd Parquet.
`polars_cellules` is Polars writing the text and the typed cells that `complet` writes, with their source, line and column:
no engine is asked for as much by the goal, but it says what the cells cost, whoever writes them.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.echelle import FORMES, ecrire_forme, ecrire_points
from benchmarks.fiches import LIEUX, ingerer
from benchmarks.mesure import a_part, alterner, brutes, ecrire, exposant, exposants_entre_deux, resumer

COTES = ("brut", "complet", "polars", "polars_cellules", "duckdb", "pandas")
OBJECTIFS = {"moteur_le_plus_rapide": 0.6, "pandas": 1.5, "memoire_mo": 1024, "exposant": 1.1}


def ingerer_brut(fichier: Path, sortie: Path) -> None:
    """Digest, checks of the bytes, reading, raw Parquet; the archive keeps no copy."""
    import polars as pl

    from ingestion.archive import empreinte
    from ingestion.catalogue import Lecture
    from ingestion.parquet import ouvrir_ensemble
    from ingestion.read import lots
    from ingestion.verify import verifier

    lecture = Lecture(format="csv")
    sha256 = empreinte(fichier)
    verifier(fichier, fichier.name, lecture)
    with ouvrir_ensemble([sortie / "brut.parquet"]) as ensemble:
        for lot in lots(fichier, fichier.name, lecture):
            ensemble.ajouter([lot.with_columns(_jeu=pl.lit("essai.lieux"), _empreinte=pl.lit(sha256))])


def par_polars(fichier: Path, sortie: Path) -> None:
    """Raw Polars, streamed."""
    import polars as pl

    pl.scan_csv(fichier, separator=";", infer_schema=False).sink_parquet(sortie / "polars.parquet", compression="zstd")


def par_polars_cellules(fichier: Path, sortie: Path) -> None:
    """Polars, streamed: the text, then a row per cell of `LIEUX`, typed, under the columns of the typed layer."""
    import polars as pl

    par_polars(fichier, sortie)
    variables: dict[str, Any] = LIEUX["blocs"][0]["variables"]
    lu = pl.scan_csv(fichier, separator=";", infer_schema=False, row_index_name="ligne", row_index_offset=2)
    constantes = {"jeu": LIEUX["jeu"], "millesime": "2022", "fichier": fichier.name, "niveau": "objet", "zonage": ""}
    constantes |= {"bloc": "mesures", "periode": "2022", "mention": "", "empreinte_sha256": "0" * 64}
    cellules = (
        lu.unpivot(list(variables), index=["ligne", "identifiant"], variable_name="variable", value_name="texte")
        .with_columns(valeur=pl.col("texte").cast(pl.Float64, strict=False))
        .select(
            pl.col("identifiant").alias("code_territoire"),
            pl.col("ligne").cast(pl.Int32),
            pl.col("variable"),
            pl.col("variable").alias("colonne_source"),
            pl.col("valeur"),
            pl.when(pl.col("valeur").is_null()).then(pl.col("texte")).alias("valeur_texte"),
            pl.when(pl.col("texte") == "").then(pl.lit("non_diffuse")).otherwise(pl.lit("observe")).alias("statut"),
            pl.lit(1, pl.Int16).alias("rang"),
            pl.lit(datetime(2022, 12, 31, tzinfo=UTC).date()).alias("date_reference"),
            pl.lit(value=True).alias("est_date_deduite"),
            pl.lit(None, pl.Float64).alias("precision"),
            **{nom: pl.lit(valeur) for nom, valeur in constantes.items()},
        )
    )
    cellules.sink_parquet(sortie / "cellules.parquet", compression="zstd")


def par_duckdb(fichier: Path, sortie: Path) -> None:
    """Raw DuckDB."""
    import duckdb

    duckdb.execute(
        f"copy (from read_csv('{fichier}', delim = ';', all_varchar = true, header = true)) "
        f"to '{sortie / 'duckdb.parquet'}' (format parquet, compression zstd)"
    )


def par_pandas(fichier: Path, sortie: Path) -> None:
    """Raw pandas."""
    import pandas as pd

    pd.read_csv(fichier, sep=";", dtype=str, keep_default_na=False).to_parquet(sortie / "p.parquet", compression="zstd")


FAIRE: dict[str, Callable[[Path, Path], None]] = {
    "brut": ingerer_brut,
    "polars": par_polars,
    "duckdb": par_duckdb,
}
FAIRE |= {"pandas": par_pandas, "polars_cellules": par_polars_cellules}


def commande(cote: str, fichier: Path) -> list[str]:
    """One side, in a process of its own."""
    return [sys.executable, "-m", "benchmarks.p4_ingestion", "--fichier", str(fichier), "--cote", cote]


def comparer(fichier: Path, tours: int, dossier: Path) -> dict[str, object]:
    """P4: every side in turn on the same file; ratios of throughputs, in processor and in wall time."""
    lues = alterner({cote: commande(cote, fichier) for cote in COTES}, tours, dossier)
    medianes = resumer(lues)
    rapports = {
        champ: {
            cote: {
                "moteur_le_plus_rapide": round(
                    min(medianes["polars"][champ], medianes["duckdb"][champ]) / medianes[cote][champ], 3
                ),
                "pandas": round(medianes["pandas"][champ] / medianes[cote][champ], 3),
            }
            for cote in ("brut", "complet")
        }
        for champ in ("cpu_s", "mur_s")
    }
    a_cellules = {c: round(medianes["polars_cellules"][c] / medianes["complet"][c], 3) for c in ("cpu_s", "mur_s")}
    return {
        "objectif": "P4",
        "tours": tours,
        "octets": fichier.stat().st_size,
        "medianes": medianes,
        "rapports": rapports,
        "rapport_polars_a_cellules": a_cellules,
        "objectifs": OBJECTIFS,
        "mesures": brutes(lues),
    }


def grandir(forme: str, facteurs: list[int], tours: int, dossier: Path) -> dict[str, object]:
    """P5, P6: the whole ingestion of a shape at each scale, in turn; peak memory, processor time, exponent."""
    fichiers = {f"x{facteur}": dossier / f"{forme}_x{facteur}.csv" for facteur in facteurs}
    lignes = {nom: a_part(ecrire_forme, forme, fichiers[nom], int(nom[1:])) for nom in fichiers}
    commandes = {nom: [*commande("complet", fichier), "--forme", forme] for nom, fichier in fichiers.items()}
    lues = alterner(commandes, tours, dossier)
    medianes = resumer(lues)
    echelles: list[dict[str, Any]] = [
        {"facteur": int(nom[1:]), "lignes": lignes[nom], "octets": fichier.stat().st_size, **medianes[nom]}
        for nom, fichier in fichiers.items()
    ]
    tailles, temps = [int(e["lignes"]) for e in echelles], [float(e["cpu_s"]) for e in echelles]
    return {
        "objectif": "P5, P6",
        "forme": forme,
        "tours": tours,
        "echelles": echelles,
        "rapport_memoire": round(echelles[-1]["memoire_mo"] / echelles[0]["memoire_mo"], 3),
        "exposant": round(exposant(tailles, temps), 3),
        "exposants_entre_deux": exposants_entre_deux(tailles, temps),
        "objectifs": OBJECTIFS,
        "mesures": brutes(lues),
    }


def main() -> None:
    analyse = argparse.ArgumentParser(description=__doc__)
    analyse.add_argument("--lignes", type=int, default=6_000_000, help="rows of the file of P4; 6 million are 600 MB")
    analyse.add_argument("--tours", type=int, default=5)
    analyse.add_argument("--facteurs", type=int, nargs="+", help="P5 and P6 at these scales (1 10 100) instead of P4")
    analyse.add_argument("--forme", choices=FORMES, default="points", help="shape of the rows of --facteurs")
    analyse.add_argument("--fichier", type=Path, help="P4 on this file, instead of one made for the occasion")
    analyse.add_argument("--cote", choices=COTES, help="one side once on --fichier, and nothing else")
    options = analyse.parse_args()
    with tempfile.TemporaryDirectory() as nom:
        dossier = Path(nom)
        if options.cote:
            faire = FAIRE | {"complet": partial(ingerer, options.forme)}
            faire[options.cote](options.fichier, dossier)
            return
        if options.facteurs:
            resultat = grandir(options.forme, options.facteurs, options.tours, dossier)
            chemin = ecrire(f"p5_p6_{options.forme}", resultat)
            print(json.dumps({c: resultat[c] for c in ("echelles", "rapport_memoire", "exposant")}), f"({chemin})")
            return
        fichier = options.fichier or dossier / "lieux.csv"
        if options.fichier is None:
            a_part(ecrire_points, fichier, options.lignes)
        resultat = comparer(fichier, options.tours, dossier)
        chemin = ecrire("p4", resultat)
        print(json.dumps({c: resultat[c] for c in ("medianes", "rapports")}), f"({chemin})")


if __name__ == "__main__":
    main()
