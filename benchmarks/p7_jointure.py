"""P7: pairs of places and quartiers within a kilometre, against bare shapely and geopandas.

Belongs here: the same points and contours given to the three, the pairs compared, the ratio.
Does not belong here: the measure itself (mesure), the points (echelle), a threshold that fails a test.

The points are those of metropolitan France, in Lambert 93: one projection, as the two others would do.
Each side starts from arrays of degrees in memory: projecting and building the point geometries count, reading does not.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.echelle import ecrire_points
from benchmarks.mesure import a_part, alterner, brutes, chronometrer, ecrire, resumer

OBJECTIF = 1.5
COTES = ("projet", "shapely", "geopandas")
LAMBERT_93 = "EPSG:2154"
RAYON_M = 1_000.0
# What is searched for goes half a centimetre further, then distances are rounded: the rule of the project.
DEMI_CENTIMETRE = 0.005


def paires_du_projet(x: Any, y: Any, contours: Any) -> tuple[Any, Any]:
    """Ranks of the quartier and of the point, by the project's own code."""
    from ingestion.proximity import a_un_kilometre, domaines_de_projection

    domaine = next(d for d in domaines_de_projection(contours) if d.crs == LAMBERT_93)
    quartiers, points, _ = a_un_kilometre(domaine, x, y)
    return quartiers, points


def paires_shapely(x: Any, y: Any, contours: Any) -> tuple[Any, Any]:
    """The same in a dozen lines of shapely."""
    import numpy as np
    import pyproj
    import shapely

    vers = pyproj.Transformer.from_crs("EPSG:4326", LAMBERT_93, always_xy=True)
    formes = shapely.make_valid(
        shapely.transform(
            shapely.from_wkb(contours["wkb"].to_numpy()), lambda xy: np.column_stack(vers.transform(*xy.T))
        )
    )
    points = shapely.points(*vers.transform(x, y))
    rangs, quartiers = shapely.STRtree(formes).query(points, predicate="dwithin", distance=RAYON_M + DEMI_CENTIMETRE)
    proches = np.round(shapely.distance(formes[quartiers], points[rangs]), 2) <= RAYON_M
    return quartiers[proches], rangs[proches]


def paires_geopandas(x: Any, y: Any, contours: Any) -> tuple[Any, Any]:
    """The same in geopandas."""
    import geopandas

    lus = geopandas.GeoSeries.from_wkb(contours["wkb"].to_list(), crs="EPSG:4326")
    formes = geopandas.GeoDataFrame(geometry=lus.to_crs(LAMBERT_93).make_valid())
    points = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(x, y, crs="EPSG:4326")).to_crs(LAMBERT_93)
    joints = points.sjoin(formes, predicate="dwithin", distance=RAYON_M + DEMI_CENTIMETRE)
    quartiers, rangs = joints["index_right"].to_numpy(), joints.index.to_numpy()
    distances = formes.geometry.iloc[quartiers].distance(points.geometry.iloc[rangs], align=False)
    proches = distances.round(2).to_numpy() <= RAYON_M
    return quartiers[proches], rangs[proches]


def joindre(cote: str, points: Path, donnees: Path, resultat: Path | None) -> dict[str, object]:
    """One side, once: how many pairs, and their digest once sorted."""
    import numpy as np
    import polars as pl

    lus = pl.read_csv(points, separator=";", columns=["longitude", "latitude"])
    x, y = lus["longitude"].to_numpy(), lus["latitude"].to_numpy()
    contours = pl.concat(
        pl.read_parquet(donnees / "spatial" / f"contours_{z}.parquet").select(
            pl.lit(z).alias("zonage"), "code_territoire", "wkb"
        )
        for z in ("2015", "2024")
    ).filter(~pl.col("code_territoire").str.contains(r"^Q[PN]9[78]"))
    metropole = (x > -6) & (x < 10) & (y > 41) & (y < 52)
    x, y = x[metropole], y[metropole]
    if cote == "geopandas":
        import geopandas  # noqa: F401 (not part of what is timed)
    with chronometrer(resultat):
        quartiers, rangs = {
            "projet": paires_du_projet,
            "shapely": paires_shapely,
            "geopandas": paires_geopandas,
        }[cote](x, y, contours)
    cles = np.sort(quartiers.astype(np.int64) * len(x) + rangs.astype(np.int64))
    return {
        "points": len(x),
        "contours": contours.height,
        "paires": len(cles),
        "empreinte": hashlib.sha256(cles.tobytes()).hexdigest(),
    }


def comparer(lignes: int, donnees: Path, tours: int, dossier: Path) -> dict[str, object]:
    """The three sides in turn on the same points.

    Raises:
        RuntimeError: two sides do not give the same pairs.
    """
    points = dossier / "points.csv"
    a_part(ecrire_points, points, lignes, donnees)
    commande = [sys.executable, "-m", "benchmarks.p7_jointure", "--points", str(points), "--donnees", str(donnees)]
    cotes = {cote: [*commande, "--cote", cote] for cote in COTES}
    lues = alterner(cotes, tours, dossier, dedans=True)
    trouvees = {cote: json.loads((dossier / f"{cote}.txt").read_text().splitlines()[-1]) for cote in COTES}
    if any(trouve != trouvees["projet"] for trouve in trouvees.values()):
        raise RuntimeError(f"the sides do not give the same pairs: {trouvees}")
    medianes = resumer(lues)
    return {
        "objectif": "P7",
        "tours": tours,
        **trouvees["projet"],
        "medianes": medianes,
        "rapport_shapely": round(medianes["projet"]["cpu_s"] / medianes["shapely"]["cpu_s"], 3),
        "rapport_geopandas": round(medianes["projet"]["cpu_s"] / medianes["geopandas"]["cpu_s"], 3),
        "objectif_rapport": OBJECTIF,
        "mesures": brutes(lues),
    }


def main() -> None:
    analyse = argparse.ArgumentParser(description=__doc__)
    analyse.add_argument("--donnees", type=Path, required=True, help="data folder of a refresh: its contours are used")
    analyse.add_argument("--lignes", type=int, default=2_500_000)
    analyse.add_argument("--tours", type=int, default=5)
    analyse.add_argument("--points", type=Path, help="one side on these points, and nothing else")
    analyse.add_argument("--cote", choices=COTES, default=COTES[0])
    analyse.add_argument("--resultat", type=Path)
    options = analyse.parse_args()
    if options.points:
        print(json.dumps(joindre(options.cote, options.points, options.donnees, options.resultat)))
        return
    with tempfile.TemporaryDirectory() as dossier:
        resultat = comparer(options.lignes, options.donnees, options.tours, Path(dossier))
    chemin = ecrire("p7", resultat)
    print(f"project / shapely: {resultat['rapport_shapely']}, / geopandas: {resultat['rapport_geopandas']} ({chemin})")


if __name__ == "__main__":
    main()
