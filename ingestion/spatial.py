"""Contours of the quartiers: repaired shapes, areas, and what the zonings of 2015 and 2024 have in common.

Belongs here: geometry repairs, the metric projection of each territory, areas, points inside, common surfaces.
Does not belong here: files (contours), reading shapefiles or GeoJSON (read), places around the quartiers (proximity),
shares and types of link (dbt), drawing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import polars as pl
import pyproj
import shapely

WGS84 = "EPSG:4326"
LAMBERT_93 = "EPSG:2154"
# Legal projections of the overseas territories (décret n° 2019-165, arrêté of 5 March 2019; RGPF for 987, RGWF96 for
# 986, RGNC91-93 for 988).
OUTRE_MER = {
    "971": "EPSG:5490",
    "972": "EPSG:5490",
    "973": "EPSG:2972",
    "974": "EPSG:2975",
    "975": "EPSG:4467",
    "976": "EPSG:4471",
    "977": "EPSG:5490",
    "978": "EPSG:5490",
    "986": "EPSG:8903",
    "987": "EPSG:3297",
    "988": "EPSG:3163",
}
# A square centimetre: below the noise of every contour, and far above that of a 64-bit area.
DECIMALES_M2 = 2
DECIMALES_DEGRE = 6
# Saint-Laurent-du-Maroni lies 0.04° west of the domain of EPSG:2972, where the projection is as good: one degree of
# margin keeps it, and still finds swapped coordinates.
MARGE_DEGRES = 1.0

PROVENANCE = {"jeu": pl.String, "millesime": pl.String, "fichier": pl.String, "empreinte_sha256": pl.String}
SCHEMAS: dict[str, dict[str, Any]] = {
    "surfaces": {
        "zonage": pl.String,
        "code_territoire": pl.String,
        "surface_m2": pl.Float64,
        "longitude": pl.Float64,
        "latitude": pl.Float64,
        **PROVENANCE,
    },
    "recouvrements": {
        "code_qp2015": pl.String,
        "code_qn2024": pl.String,
        "surface_commune_m2": pl.Float64,
        "surface_2015_m2": pl.Float64,
        "surface_2024_m2": pl.Float64,
    },
    "contours_2015": {"code_territoire": pl.String, "wkb": pl.Binary, **PROVENANCE},
    "contours_2024": {"code_territoire": pl.String, "wkb": pl.Binary, **PROVENANCE},
    "rejets": {
        "zonage": pl.String,
        "code_territoire": pl.String,
        "jeu": pl.String,
        "millesime": pl.String,
        "fichier": pl.String,
        "ligne": pl.Int32,
        "motif": pl.String,
    },
}


@dataclass(frozen=True)
class Couche:
    """One published layer. `lignes`: ligne Int32, code_territoire (null: unknown code), wkt, crs, empreinte, all text."""

    zonage: str
    jeu: str
    millesime: str
    fichier: str
    lignes: pl.DataFrame


@dataclass(frozen=True)
class Spatial:
    """The tables of `<data>/spatial`, columns as in `SCHEMAS`, sorted by key. `rejets`: rows without a usable shape."""

    surfaces: pl.DataFrame
    recouvrements: pl.DataFrame
    contours_2015: pl.DataFrame
    contours_2024: pl.DataFrame
    rejets: pl.DataFrame


@dataclass(frozen=True)
class _Forme:
    """A quartier's shape as one layer publishes it, repaired, in the coordinates of `crs`."""

    couche: Couche
    code_territoire: str
    empreinte: str
    ligne: int
    crs: str
    geometrie: Any


@dataclass(frozen=True)
class _Quartier:
    """What is kept of a quartier: its shape in degrees and in metres, each with the layer it comes from."""

    zonage: str
    degres: _Forme
    metres: _Forme


def departement(code_qpv: str) -> str:
    """Code of the département written in a QPV code of either zoning: `QP014001` → `14`, `QN97401M` → `974`."""
    chiffres = code_qpv[2:5]
    return chiffres[1:] if chiffres.startswith("0") else chiffres


def projection(code_departement: str, longitude: float, latitude: float) -> str:
    """Metric projection of a territory, as text that pyproj understands.

    Args:
        code_departement: `14`, `2A`, `974`…
        longitude, latitude: centre of the territory in degrees, used for a code without a legal projection: Lambert 93
            inside its domain, otherwise an equal-area projection centred there.
    """
    if code_departement in OUTRE_MER:
        return OUTRE_MER[code_departement]
    if len(code_departement) == 2 or dans_le_domaine(LAMBERT_93, longitude, latitude):
        return LAMBERT_93
    return f"+proj=laea +lat_0={latitude:.4f} +lon_0={longitude:.4f} +ellps=GRS80 +units=m +no_defs"


@cache
def domaine(crs: str) -> tuple[float, float, float, float] | None:
    """West, south, east, north of the domain of use in degrees (west > east across the antimeridian); None for a
    projection of ours."""
    zone = pyproj.CRS.from_user_input(crs).area_of_use
    return zone.bounds if zone else None


def dans_le_domaine(crs: str, longitude: float, latitude: float, marge: float = 0.0) -> bool:
    """True when the point is where the projection is defined, give or take `marge` degrees; never for NaN or inf."""
    if not (math.isfinite(longitude) and math.isfinite(latitude)):
        return False
    bornes = domaine(crs)
    if bornes is None:
        return True
    ouest, sud, est, nord = bornes
    a_l_est, a_l_ouest = ouest - marge <= longitude, longitude <= est + marge
    en_longitude = a_l_est and a_l_ouest if ouest <= est else a_l_est or a_l_ouest
    return en_longitude and sud - marge <= latitude <= nord + marge


def reparer(geometries: Sequence[Any]) -> list[Any]:
    """The valid polygonal part of each shape, as Polygon or MultiPolygon (empty when it has no area).

    34 of the 1,514 contours of 2015 and 586 of the 1,584 of 2024 cross themselves (November 2026).
    """
    tableau = np.empty(len(geometries), dtype=object)
    tableau[:] = geometries
    # GEOS stops on NaN and inf, published or made by a projection far from its domain.
    coordonnees, rangs = shapely.get_coordinates(tableau, return_index=True)
    tableau[np.unique(rangs[~np.isfinite(coordonnees).all(axis=1)])] = shapely.Polygon()
    fautives = ~shapely.is_valid(tableau)
    tableau[fautives] = shapely.make_valid(tableau[fautives])
    a_trier = ~np.isin(shapely.get_type_id(tableau), [shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON])
    tableau[a_trier] = [_polygones(geometrie) for geometrie in tableau[a_trier]]
    return list(tableau)


def _polygones(geometrie: Any) -> Any:
    """Polygonal part of a collection, a line or a point."""
    morceaux = [m for partie in shapely.get_parts([geometrie]) for m in shapely.get_parts([partie])]
    return shapely.MultiPolygon([m for m in morceaux if m.geom_type == "Polygon" and not m.is_empty])


def _projeter(geometries: Sequence[Any], depuis: str, vers: str) -> list[Any]:
    if depuis == vers or not geometries:
        return list(geometries)
    transformation = pyproj.Transformer.from_crs(depuis, vers, always_xy=True)
    projetees = shapely.transform(list(geometries), lambda xy: np.column_stack(transformation.transform(*xy.T)))
    return reparer(projetees)


# --- shapes ---------------------------------------------------------------------------------------------------------


def construire(couches: Iterable[Couche]) -> Spatial:
    """Repaired contours, areas and common surfaces of the given layers.

    A quartier in several layers of a zoning takes its contour from the first layer in degrees and its area from the
    layer published in its own projection, when there is one (the Lambert 93 layer of 2015), otherwise from the first.
    A row without a known code or a usable shape goes to `rejets` with its reason, and stops nothing else.
    """
    rejets: list[dict[str, Any]] = []
    candidates: dict[tuple[str, str], list[_Forme]] = {}
    for couche in couches:
        for forme in _formes(couche, rejets):
            candidates.setdefault((couche.zonage, forme.code_territoire), []).append(forme)
    cles = sorted(candidates)
    en_degres = [next((f for f in candidates[cle] if f.crs == WGS84), candidates[cle][0]) for cle in cles]
    contours = dict(zip(cles, _reprojeter(en_degres, [WGS84] * len(cles)), strict=True))
    centres = centres_des_departements((cle[1], forme.geometrie) for cle, forme in contours.items())
    mesurees, projections = [], []
    for cle in list(cles):
        vers = projection(departement(cle[1]), *centres[departement(cle[1])])
        ouest, sud, est, nord = contours[cle].geometrie.bounds
        if all(dans_le_domaine(vers, *coin, MARGE_DEGRES) for coin in ((ouest, sud), (est, nord))):
            mesurees.append(next((f for f in candidates[cle] if f.crs == vers), candidates[cle][0]))
            projections.append(vers)
            continue
        motif = f"contour de ({ouest:.4f}, {sud:.4f}) à ({est:.4f}, {nord:.4f}), loin de son département : coordonnées inversées ou fausses"
        rejets += [_rejet(f.couche, f.code_territoire, f.ligne, motif) for f in candidates[cle]]
        cles.remove(cle)
    metres = _reprojeter(mesurees, projections)
    return _tables([_Quartier(cle[0], contours[cle], m) for cle, m in zip(cles, metres, strict=True)], rejets)


def _tables(quartiers: list[_Quartier], rejets: list[dict[str, Any]]) -> Spatial:
    anciens = [q.metres for q in quartiers if q.zonage == "2015"]
    nouveaux = [q.metres for q in quartiers if q.zonage == "2024"]
    return Spatial(
        surfaces=_table("surfaces", [_surface(q) for q in quartiers], ["zonage", "code_territoire"]),
        recouvrements=_table("recouvrements", _recouvrements(anciens, nouveaux), ["code_qp2015", "code_qn2024"]),
        contours_2015=_table(
            "contours_2015", [_contour(q) for q in quartiers if q.zonage == "2015"], ["code_territoire"]
        ),
        contours_2024=_table(
            "contours_2024", [_contour(q) for q in quartiers if q.zonage == "2024"], ["code_territoire"]
        ),
        rejets=_table("rejets", rejets, ["zonage", "jeu", "millesime", "fichier", "ligne"]),
    )


def _formes(couche: Couche, rejets: list[dict[str, Any]]) -> list[_Forme]:
    """Repaired shapes of a layer; the rows that give none are added to `rejets`."""
    repetes = set(couche.lignes.filter(pl.col("code_territoire").is_duplicated())["code_territoire"].drop_nulls())
    geometries = shapely.from_wkt(couche.lignes["wkt"].to_numpy(), on_invalid="ignore")
    reparees = reparer([shapely.Polygon() if geometrie is None else geometrie for geometrie in geometries])
    formes = []
    for ligne, reparee in zip(couche.lignes.iter_rows(named=True), reparees, strict=True):
        code_territoire, motif = ligne["code_territoire"], None
        if code_territoire is None:
            motif = f"code inconnu dans le zonage {couche.zonage}"
        elif code_territoire in repetes:
            motif = "code donné à plusieurs contours de la couche"
        elif reparee.is_empty:
            motif = "contour absent, illisible ou sans surface"
        elif not _crs_connu(ligne["crs"]):
            motif = f"système de coordonnées « {ligne['crs']} » inconnu"
        if motif is None:
            formes.append(_Forme(couche, code_territoire, ligne["empreinte"], ligne["ligne"], ligne["crs"], reparee))
        else:
            rejets.append(_rejet(couche, code_territoire, ligne["ligne"], motif))
    return formes


def _reprojeter(formes: Sequence[_Forme], vers: Sequence[str]) -> list[_Forme]:
    """Each shape in the projection of the same rank, one transformation per pair of projections."""
    lots: dict[tuple[str, str], list[int]] = {}
    for rang, forme in enumerate(formes):
        lots.setdefault((forme.crs, vers[rang]), []).append(rang)
    sorties = list(formes)
    for (depuis, arrivee), rangs in lots.items():
        for rang, geometrie in zip(
            rangs, _projeter([formes[r].geometrie for r in rangs], depuis, arrivee), strict=True
        ):
            sorties[rang] = replace(formes[rang], crs=arrivee, geometrie=geometrie)
    return sorties


@cache
def _crs_connu(crs: str) -> bool:
    try:
        pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError:
        return False
    return True


def centres_des_departements(formes: Iterable[tuple[str, Any]]) -> dict[str, tuple[float, float]]:
    """Département → longitude, latitude of the centre of all its quartiers, given as (QPV code, shape in degrees).

    One projection then serves a whole département, both zonings together.
    """
    par_departement: dict[str, list[Any]] = {}
    for code_qpv, geometrie in formes:
        par_departement.setdefault(departement(code_qpv), []).append(geometrie)
    centres = {}
    for code_departement, geometries in par_departement.items():
        ouest, sud, est, nord = shapely.total_bounds(geometries)
        centres[code_departement] = (float(ouest + est) / 2, float(sud + nord) / 2)
    return centres


def _recouvrements(anciens: list[_Forme], nouveaux: list[_Forme]) -> list[dict[str, Any]]:
    """Pairs of quartiers with a common surface, projection by projection."""
    lignes = []
    for crs in {forme.crs for forme in anciens}:
        a = [forme for forme in anciens if forme.crs == crs]
        b = [forme for forme in nouveaux if forme.crs == crs]
        formes_a, formes_b = [np.array([f.geometrie for f in lot], dtype=object) for lot in (a, b)]
        rangs_b, rangs_a = shapely.STRtree(formes_a).query(formes_b, predicate="intersects")
        communes = shapely.area(shapely.intersection(formes_a[rangs_a], formes_b[rangs_b]))
        for rang_a, rang_b, commune in zip(rangs_a, rangs_b, communes, strict=True):
            if (surface := round(float(commune), DECIMALES_M2)) > 0:
                lignes.append(
                    {
                        "code_qp2015": a[rang_a].code_territoire,
                        "code_qn2024": b[rang_b].code_territoire,
                        "surface_commune_m2": surface,
                        "surface_2015_m2": round(a[rang_a].geometrie.area, DECIMALES_M2),
                        "surface_2024_m2": round(b[rang_b].geometrie.area, DECIMALES_M2),
                    }
                )
    return lignes


# --- rows -----------------------------------------------------------------------------------------------------------


def _provenance(forme: _Forme) -> dict[str, str]:
    couche = forme.couche
    return {
        "jeu": couche.jeu,
        "millesime": couche.millesime,
        "fichier": couche.fichier,
        "empreinte_sha256": forme.empreinte,
    }


def _contour(quartier: _Quartier) -> dict[str, Any]:
    return {
        "code_territoire": quartier.degres.code_territoire,
        "wkb": shapely.to_wkb(quartier.degres.geometrie, byte_order=1),
        **_provenance(quartier.degres),
    }


def _surface(quartier: _Quartier) -> dict[str, Any]:
    point = shapely.point_on_surface(quartier.degres.geometrie)
    return {
        "zonage": quartier.zonage,
        "code_territoire": quartier.degres.code_territoire,
        "surface_m2": round(quartier.metres.geometrie.area, DECIMALES_M2),
        "longitude": round(point.x, DECIMALES_DEGRE),
        "latitude": round(point.y, DECIMALES_DEGRE),
        **_provenance(quartier.metres),
    }


def _rejet(couche: Couche, code_territoire: str | None, ligne: int, motif: str) -> dict[str, Any]:
    return {
        "zonage": couche.zonage,
        "code_territoire": code_territoire or "",
        "jeu": couche.jeu,
        "millesime": couche.millesime,
        "fichier": couche.fichier,
        "ligne": ligne,
        "motif": motif,
    }


def _table(nom: str, lignes: list[dict[str, Any]], cle: list[str]) -> pl.DataFrame:
    return pl.DataFrame(lignes, schema=SCHEMAS[nom], orient="row").sort(cle)
