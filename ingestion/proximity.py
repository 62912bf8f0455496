"""Places around the quartiers: which ones are in a quartier of either zoning, which ones are near, at what distance.

Belongs here: which points can be used, pairs within a kilometre, the nearest place of each nature, the reason of a rejection.
Does not belong here: files (places), shapes and projections of the quartiers (spatial), counts per quartier (dbt).

A distance goes from the contour to the point as the crow flies, in the metric projection of the territory; it is 0 in the
quartier and on its edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyproj
import shapely

from ingestion.spatial import (
    LAMBERT_93,
    MARGE_DEGRES,
    OUTRE_MER,
    WGS84,
    centres_des_departements,
    departement,
    domaine,
    projection,
    reparer,
)

RAYON_M = 1_000.0
DECIMALES_M = 2
# Distances are compared once rounded: what is searched for goes half a centimetre further.
DEMI_CENTIMETRE = 0.005
# The nearest place is looked for a little further each time, so that few points of a large file become geometries.
RAYONS_DU_PLUS_PROCHE_M = (10_000.0, 100_000.0, None)
# Points whose geometries are held at one time.
POINTS_PAR_LOT = 500_000
# Shortest degree of a meridian, and what a map projection adds or takes away at most over these domains (0.4 %).
METRES_PAR_DEGRE = 110_574.0
DEFORMATION = 1.02
# The rest of French Polynesia: no quartier there, but its places are not mistakes.
POLYNESIE_SANS_QUARTIER = ("EPSG:3296", "EPSG:3298")

CONTOURS: dict[str, Any] = {"zonage": pl.String, "code_territoire": pl.String, "wkb": pl.Binary}
POINTS: dict[str, Any] = (
    dict.fromkeys(("table_publiee", "identifiant", "millesime", "nature"), pl.String)
    | dict.fromkeys(("libelle", "code_commune", "code_departement"), pl.String)
    | {"longitude": pl.Float64, "latitude": pl.Float64, "date_maj": pl.Date, "secteur": pl.String}
    | {"statut_education_prioritaire": pl.String, "ips": pl.Float64}
    | {"jeu": pl.String, "fichier": pl.String, "ligne": pl.Int32, "empreinte_sha256": pl.String}
)
PROXIMITES: dict[str, Any] = {
    **dict.fromkeys(("code_qpv", "zonage", "identifiant", "millesime", "jeu", "nature"), pl.String),
    "distance_m": pl.Float64,
    "est_dans_qpv": pl.Boolean,
}
REJETS: dict[str, Any] = (
    dict.fromkeys(("jeu", "millesime", "fichier"), pl.String)
    | {"ligne": pl.Int32, "identifiant": pl.String, "nature": pl.String}
    | {"longitude": pl.Float64, "latitude": pl.Float64, "sort": pl.String, "motif": pl.String}
)
LIGNE = ["jeu", "millesime", "fichier", "ligne"]
CLE_POINT = ["table_publiee", "identifiant", "millesime"]
CLE_PROXIMITE = ["code_qpv", "zonage", "identifiant", "millesime"]
GROUPE = ["jeu", "millesime", "nature"]

Reels = npt.NDArray[np.float64]
Rangs = npt.NDArray[np.int64]
Booleens = npt.NDArray[np.bool_]
Formes = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Lieux:
    """Schemas `POINTS`, `PROXIMITES`, `REJETS`, sorted by key.

    `rejets`: a row each, with the `sort` of the row it was read from: `exclue` (nothing to place, a repetition) or
    `quarantaine` (coordinates that cannot be right).
    """

    points: pl.DataFrame
    proximites: pl.DataFrame
    rejets: pl.DataFrame


@dataclass(frozen=True)
class Domaine:
    """A projection, where it is used (west, south, east, north in degrees) and the quartiers that lie there.

    `formes` are in metres, `boites` in degrees: one row of bounds per quartier.
    """

    crs: str
    bornes: tuple[float, float, float, float]
    codes: npt.NDArray[np.object_]
    zonages: npt.NDArray[np.object_]
    formes: Formes
    boites: Reels

    def contient(self, longitude: Reels, latitude: Reels) -> Booleens:
        """True for the points of the domain, give or take `MARGE_DEGRES`; never for NaN or inf."""
        ouest, sud, est, nord = self.bornes
        a_l_est, a_l_ouest = longitude >= ouest - MARGE_DEGRES, longitude <= est + MARGE_DEGRES
        en_longitude = (a_l_est & a_l_ouest) if ouest <= est else (a_l_est | a_l_ouest)
        return en_longitude & (latitude >= sud - MARGE_DEGRES) & (latitude <= nord + MARGE_DEGRES)

    def projeter(self, longitude: Reels, latitude: Reels) -> Formes:
        """Points in the metres of the domain."""
        vers = pyproj.Transformer.from_crs(WGS84, self.crs, always_xy=True)
        return np.asarray(shapely.points(np.column_stack(vers.transform(longitude, latitude))), dtype=object)


def rapprocher(points: pl.DataFrame, contours: pl.DataFrame) -> Lieux:
    """Every usable point, and its distance to the quartiers around.

    All pairs within 1 km; and, for a quartier without any place of a nature there, the nearest one at any distance in the
    same projection domain, dataset by dataset and vintage by vintage (the smallest identifier among equals).

    Args:
        points: schema `POINTS`, in any order.
        contours: schema `CONTOURS`, valid shapes in degrees.
    """
    domaines = domaines_de_projection(contours)
    tries, rejets = _trier(points, domaines)
    morceaux = [
        _paires(tries.filter(pl.col("_domaine") == rang).drop("_domaine"), domaine)
        for rang, domaine in enumerate(domaines)
        if len(domaine.codes)
    ]
    paires = pl.concat(morceaux) if morceaux else pl.DataFrame(schema=PROXIMITES)
    return Lieux(tries.drop("_domaine"), paires.sort(CLE_PROXIMITE), rejets)


# --- domains ----------------------------------------------------------------------------------------------------------


def domaines_de_projection(contours: pl.DataFrame) -> list[Domaine]:
    """The legal projections, then those made for quartiers that have none; a point belongs to the first that takes it."""
    formes = shapely.from_wkb(contours["wkb"].to_numpy())
    codes = contours["code_territoire"].to_list()
    centres = centres_des_departements(zip(codes, formes, strict=True))
    voulus = np.array([projection(departement(c), *centres[departement(c)]) for c in codes], dtype=object)
    legaux = dict.fromkeys([*OUTRE_MER.values(), LAMBERT_93, *POLYNESIE_SANS_QUARTIER])
    resultat = []
    for crs in [*legaux, *sorted(set(voulus) - legaux.keys())]:
        dedans = np.flatnonzero(voulus == crs)
        ouest, sud, est, nord = domaine(crs) or shapely.total_bounds(formes[dedans]).tolist()
        resultat.append(
            Domaine(
                crs=crs,
                bornes=(ouest, sud, est, nord),
                codes=np.array(codes, dtype=object)[dedans],
                zonages=contours["zonage"].to_numpy()[dedans],
                formes=_en_metres(formes[dedans], crs),
                boites=shapely.bounds(formes[dedans]).reshape(-1, 4),
            )
        )
    return resultat


def _en_metres(formes: Formes, crs: str) -> Formes:
    vers = pyproj.Transformer.from_crs(WGS84, crs, always_xy=True)
    if not len(formes):
        return np.empty(0, dtype=object)
    projetees = shapely.transform(formes, lambda xy: np.column_stack(vers.transform(*xy.T)))
    return np.array(reparer(list(projetees)), dtype=object)


# --- usable points ----------------------------------------------------------------------------------------------------


def _trier(points: pl.DataFrame, domaines: list[Domaine]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Usable points with `_domaine` (rank in `domaines`), and the others with their reason."""
    longitude, latitude = (points[c].fill_null(float("nan")).to_numpy() for c in ("longitude", "latitude"))
    situes = points.with_columns(
        _domaine=pl.Series(_rang_du_domaine(domaines, longitude, latitude)),
        _inverse=pl.Series(_rang_du_domaine(domaines, latitude, longitude)) >= 0,
    )
    lieu = pl.format("longitude {}, latitude {}", "longitude", "latitude")
    absentes = pl.any_horizontal(~pl.col(c).is_finite().fill_null(False) for c in ("longitude", "latitude"))
    motifs = [
        (pl.col("nature").is_null(), "exclue", pl.lit("lieu d’une nature qui n’est pas reprise")),
        (absentes, "exclue", pl.lit("lieu sans coordonnées lisibles : il n’est rattaché à aucun quartier")),
        (
            (pl.col("longitude") == 0) & (pl.col("latitude") == 0),
            "quarantaine",
            pl.lit("longitude 0, latitude 0 : coordonnées non renseignées"),
        ),
        (
            (pl.col("_domaine") < 0) & pl.col("_inverse"),
            "quarantaine",
            pl.format("{} : la longitude et la latitude sont inversées", lieu),
        ),
        (pl.col("_domaine") < 0, "quarantaine", pl.format("{} : hors de tout territoire français", lieu)),
    ]
    situes = situes.with_columns(
        sort=pl.coalesce(*[pl.when(condition).then(pl.lit(sort)) for condition, sort, _ in motifs]),
        motif=pl.coalesce(*[pl.when(condition).then(motif) for condition, _, motif in motifs]),
    )
    # Which of several rows counts must not depend on the order they come in.
    gardes = situes.filter(pl.col("sort").is_null()).sort([*CLE_POINT, *LIGNE])
    repetes = gardes.filter(~pl.struct(CLE_POINT).is_first_distinct()).with_columns(
        sort=pl.lit("exclue"),
        motif=pl.lit("identifiant répété : le lieu est déjà décrit par une autre ligne du même millésime"),
    )
    rejets = pl.concat([situes.filter(pl.col("sort").is_not_null()), repetes]).select(*REJETS).sort(LIGNE)
    gardes = gardes.filter(pl.struct(CLE_POINT).is_first_distinct())
    return gardes.select(*POINTS, "_domaine"), rejets


def _rang_du_domaine(domaines: list[Domaine], longitude: Reels, latitude: Reels) -> Rangs:
    """Rank of the first domain that takes each point, -1 for none."""
    rangs = np.full(len(longitude), -1, dtype=np.int64)
    for rang, domaine_ in enumerate(domaines):
        rangs[(rangs < 0) & domaine_.contient(longitude, latitude)] = rang
    return rangs


# --- pairs ------------------------------------------------------------------------------------------------------------


def _paires(points: pl.DataFrame, domaine_: Domaine) -> pl.DataFrame:
    """The pairs of a domain, schema `PROXIMITES`, in no order."""
    longitude, latitude = points["longitude"].to_numpy(), points["latitude"].to_numpy()
    quartiers, rangs, distances = a_un_kilometre(domaine_, longitude, latitude)
    groupes = points.select(pl.struct(GROUPE).rank("dense").cast(pl.Int64) - 1).to_series().to_numpy()
    trouves = np.zeros((len(domaine_.codes), int(groupes.max()) + 1 if len(groupes) else 0), dtype=bool)
    trouves[quartiers, groupes[rangs]] = True
    lots = [(quartiers, rangs, distances)]
    for groupe in np.flatnonzero(~trouves.all(axis=0)):
        membres = np.flatnonzero(groupes == groupe)
        lots.append(_les_plus_proches(domaine_, points, membres, np.flatnonzero(~trouves[:, groupe])))
    quartiers, rangs, distances = _bout_a_bout(lots)
    return pl.DataFrame(
        {
            "code_qpv": pl.Series(domaine_.codes, dtype=pl.String).gather(quartiers),
            "zonage": pl.Series(domaine_.zonages, dtype=pl.String).gather(quartiers),
            **{nom: points[nom].gather(rangs) for nom in ("identifiant", "millesime", "jeu", "nature")},
            "distance_m": pl.Series(distances),
            "est_dans_qpv": pl.Series(distances == 0),
        },
        schema=PROXIMITES,
    )


def a_un_kilometre(domaine_: Domaine, longitude: Reels, latitude: Reels) -> tuple[Rangs, Rangs, Reels]:
    """Ranks of the quartier and of the point, rounded distance, of every pair within `RAYON_M`.

    The boxes go first: a point far from all of them never becomes a geometry, and the exact distance is computed once
    per pair that is left (twice as fast as an exact search followed by distances, on 2.5 million points). Points are
    taken by batches, so that the geometries held at one time do not grow with their number.
    """
    rayon = RAYON_M + DEMI_CENTIMETRE
    agrandies = shapely.bounds(domaine_.formes).reshape(-1, 4) + rayon * np.array([-1, -1, 1, 1])
    arbre = shapely.STRtree(shapely.box(*agrandies.T))
    lots: list[tuple[Rangs, Rangs, Reels]] = []
    for debut in range(0, max(len(longitude), 1), POINTS_PAR_LOT):
        x, y = longitude[debut : debut + POINTS_PAR_LOT], latitude[debut : debut + POINTS_PAR_LOT]
        candidats = np.flatnonzero(_pres_des_boites(domaine_.boites, rayon, x, y))
        formes = domaine_.projeter(x[candidats], y[candidats])
        rangs, quartiers = arbre.query(formes)
        distances = np.round(shapely.distance(domaine_.formes[quartiers], formes[rangs]), DECIMALES_M)
        proches = distances <= RAYON_M
        lots.append((quartiers[proches], debut + candidats[rangs[proches]], distances[proches]))
    return _bout_a_bout(lots)


def _bout_a_bout(lots: list[tuple[Rangs, Rangs, Reels]]) -> tuple[Rangs, Rangs, Reels]:
    quartiers, rangs, distances = zip(*lots, strict=True)
    return np.concatenate(quartiers), np.concatenate(rangs), np.concatenate(distances)


def _les_plus_proches(
    domaine_: Domaine, points: pl.DataFrame, membres: Rangs, quartiers: Rangs
) -> tuple[Rangs, Rangs, Reels]:
    """The nearest of the points `membres` for each of `quartiers`, which have none within `RAYON_M`."""
    longitude, latitude = (points[c].to_numpy()[membres] for c in ("longitude", "latitude"))
    lots: list[pl.DataFrame] = []
    for rayon in RAYONS_DU_PLUS_PROCHE_M:
        if not len(quartiers):
            break
        pres = np.arange(len(membres))
        if rayon is not None:
            pres = np.flatnonzero(_pres_des_boites(domaine_.boites[quartiers], rayon, longitude, latitude))
        arbre = shapely.STRtree(domaine_.projeter(longitude[pres], latitude[pres]))
        (lus, trouves), distances = arbre.query_nearest(
            domaine_.formes[quartiers], max_distance=rayon, return_distance=True, all_matches=True
        )
        lots.append(pl.DataFrame({"q": quartiers[lus], "p": membres[pres[trouves]], "distance": distances}))
        quartiers = np.setdiff1d(quartiers, quartiers[lus])
    tous = pl.concat(lots).with_columns(points["identifiant"].gather(pl.concat(lots)["p"]))
    premiers = tous.sort("q", "distance", "identifiant").unique("q", keep="first", maintain_order=True)
    return (
        premiers["q"].to_numpy(),
        premiers["p"].to_numpy(),
        np.round(premiers["distance"].to_numpy(), DECIMALES_M),
    )


def _pres_des_boites(boites: Reels, rayon: float, longitude: Reels, latitude: Reels) -> Booleens:
    """True for the points that may be within `rayon` metres of a box in degrees, by way of a grid; never forgets one."""
    if not len(boites) or not len(longitude):
        return np.zeros(len(longitude), dtype=bool)
    marge = DEFORMATION * rayon / METRES_PAR_DEGRE
    plus_loin_de_l_equateur = np.minimum(np.abs(boites[:, [1, 3]]).max(axis=1) + marge, 89.0)
    large = marge / np.cos(np.radians(plus_loin_de_l_equateur))
    agrandies = boites + np.column_stack([-large, np.full(len(boites), -marge), large, np.full(len(boites), marge)])
    origine = agrandies[:, :2].min(axis=0)
    pas = marge
    cases = np.floor((agrandies - np.tile(origine, 2)) / pas).astype(np.int64)
    largeur, hauteur = cases[:, 2].max() + 1, cases[:, 3].max() + 1
    grille = np.zeros((largeur, hauteur), dtype=bool)
    for ouest, sud, est, nord in cases:
        grille[ouest : est + 1, sud : nord + 1] = True
    x = np.floor((longitude - origine[0]) / pas).astype(np.int64)
    y = np.floor((latitude - origine[1]) / pas).astype(np.int64)
    dedans = (x >= 0) & (x < largeur) & (y >= 0) & (y < hauteur)
    pres = np.zeros(len(longitude), dtype=bool)
    pres[dedans] = grille[x[dedans], y[dedans]]
    return pres
