"""The published contours of both zonings give the figures measured in the design (gap_method.md §11, sources.md §2.9).

Belongs here: counts, shares and projections on the deposit's own contours.
Does not belong here: invented shapes (tests/unit/test_spatial.py).
"""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest
import shapely

from ingestion.catalogue import Catalogue
from ingestion.contours import lire_couches
from ingestion.read import lire
from ingestion.spatial import Couche, Spatial, construire, departement

pytestmark = pytest.mark.depot
NORMANDIE = {"14", "27", "50", "61", "76"}


@pytest.fixture(scope="module")
def couches(depot: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Couche]:
    """The layers as ingestion leaves them under `raw`."""
    donnees = tmp_path_factory.mktemp("donnees")
    catalogue = Catalogue()
    for nom in ("anct.qpv2015_contours", "anct.qpv2024_contours"):
        jeu = catalogue.jeux[nom]
        for millesime in jeu.millesimes:
            for fichier in millesime.fichiers:
                brut = lire((depot / fichier.chemin).read_bytes(), fichier.nom, fichier.lecture or jeu.lecture)
                chemin = donnees / "raw" / jeu.dossier / millesime.millesime / f"{fichier.nom}.parquet"
                chemin.parent.mkdir(parents=True, exist_ok=True)
                brut.with_columns(pl.lit("empreinte").alias("_empreinte")).write_parquet(chemin)
    return lire_couches(catalogue, donnees)


@pytest.fixture(scope="module")
def spatial(couches: list[Couche]) -> Spatial:
    return construire(couches)


@pytest.fixture(scope="module")
def parts(spatial: Spatial) -> pl.DataFrame:
    """Pairs with their two shares, in percent."""
    return spatial.recouvrements.with_columns(
        (100 * pl.col("surface_commune_m2") / pl.col("surface_2015_m2")).alias("part_2015"),
        (100 * pl.col("surface_commune_m2") / pl.col("surface_2024_m2")).alias("part_2024"),
    )


def hexagone(code: str) -> bool:
    """Mainland France and Corsica; `code` is a QPV code of either zoning."""
    return len(departement(code)) == 2


def test_les_contours_publies_sont_ceux_que_la_reparation_attend(couches: list[Couche]) -> None:
    invalides = {}
    for couche in couches:
        geometries = shapely.from_wkt(couche.lignes["wkt"].to_numpy())
        invalides[couche.fichier] = (len(geometries), int((~shapely.is_valid(geometries)).sum()))
    assert invalides["qp-politiquedelaville-shp.zip#QP_METROPOLEOUTREMER_WGS84_EPSG4326"] == (1514, 34)
    assert invalides["qpv.json.gz"] == (1584, 586)


def test_chaque_quartier_a_un_contour_valide_et_une_surface(spatial: Spatial) -> None:
    assert spatial.rejets.height == 0
    par_zonage = dict(spatial.surfaces.group_by("zonage").len().rows())
    assert par_zonage == {"2015": 1514, "2024": 1584}
    assert spatial.surfaces["surface_m2"].min() > 0
    for contours, nombre in ((spatial.contours_2015, 1514), (spatial.contours_2024, 1584)):
        geometries = shapely.from_wkb(contours["wkb"].to_numpy())
        assert contours["code_territoire"].n_unique() == nombre
        assert shapely.is_valid(geometries).all()
        assert {g.geom_type for g in geometries} <= {"Polygon", "MultiPolygon"}


def test_le_point_de_chaque_quartier_est_dedans(spatial: Spatial) -> None:
    for zonage, contours in (("2015", spatial.contours_2015), ("2024", spatial.contours_2024)):
        lignes = spatial.surfaces.filter(pl.col("zonage") == zonage).join(contours, on="code_territoire", how="inner")
        points = shapely.points(lignes["longitude"].to_numpy(), lignes["latitude"].to_numpy())
        assert shapely.contains(shapely.from_wkb(lignes["wkb"].to_numpy()), points).all()


def test_les_surfaces_2015_de_metropole_viennent_de_la_couche_lambert_93(spatial: Spatial) -> None:
    origines = spatial.surfaces.filter(pl.col("zonage") == "2015").with_columns(
        pl.col("code_territoire").map_elements(hexagone, return_dtype=pl.Boolean).alias("hexagone")
    )
    comptes = sorted(origines.group_by("hexagone", "fichier").len().rows())
    assert comptes == [
        (False, "qp-politiquedelaville-shp.zip#QP_METROPOLEOUTREMER_WGS84_EPSG4326", 218),
        (True, "qp-politiquedelaville-shp.zip#QP_METROPOLE_LB93", 1296),
    ]


def test_la_surface_publiee_en_lambert_93_est_celle_du_contour_en_degres(
    couches: list[Couche], spatial: Spatial
) -> None:
    """Two publications of the same contours: the projection of ours must find the area of theirs."""
    sans_lambert = construire([c for c in couches if c.zonage == "2015" and "LB93" not in c.fichier])
    ecarts = (
        spatial.surfaces.filter(pl.col("fichier").str.ends_with("LB93"))
        .join(sans_lambert.surfaces, on="code_territoire")
        .select((pl.col("surface_m2_right") / pl.col("surface_m2") - 1).abs())
        .to_series()
    )
    assert len(ecarts) == 1296
    assert ecarts.max() < 1e-3


def test_les_39_quartiers_de_2015_sans_successeur_dont_deux_en_normandie(spatial: Spatial, parts: pl.DataFrame) -> None:
    meilleure = dict(parts.group_by("code_qp2015").agg(pl.col("part_2015").max()).rows())
    sans = [code for code in spatial.contours_2015["code_territoire"] if hexagone(code) and meilleure.get(code, 0) < 1]
    assert len(sans) == 39
    assert sorted(code for code in sans if departement(code) in NORMANDIE) == ["QP014006", "QP076009"]


def test_les_84_quartiers_de_l_hexagone_au_perimetre_proche(parts: pl.DataFrame) -> None:
    proches = parts.filter(
        (pl.col("part_2015") >= 95) & (pl.col("part_2024") >= 95) & pl.col("code_qn2024").str.ends_with("M")
    )
    assert sum(hexagone(code) for code in proches["code_qn2024"]) == 84
    normands = proches.filter(pl.col("code_qn2024").str.contains("^QN0(14|27|50|61|76)"))
    assert normands["code_qn2024"].to_list() == ["QN01401M", "QN01403M", "QN07609M", "QN07620M"]


@pytest.mark.parametrize(
    ("ancien", "nouveau", "part_2015", "part_2024"),
    [
        ("QP014001", "QN01401M", 98, 95),
        ("QP014003", "QN01403M", 100, 97),
        ("QP076010", "QN07609M", 99, 98),
        ("QP076022", "QN07620M", 95, 96),
    ],
)
def test_parts_publiees_dans_la_methode(
    parts: pl.DataFrame, ancien: str, nouveau: str, part_2015: int, part_2024: int
) -> None:
    paire = parts.filter((pl.col("code_qp2015") == ancien) & (pl.col("code_qn2024") == nouveau)).row(0, named=True)
    assert (round(paire["part_2015"]), round(paire["part_2024"])) == (part_2015, part_2024)


@pytest.mark.parametrize(
    ("nouveau", "anciens"), [("QN02701M", ["QP027001", "QP027002"]), ("QN07614M", ["QP076015", "QP076016"])]
)
def test_les_deux_fusions_de_normandie(parts: pl.DataFrame, nouveau: str, anciens: list[str]) -> None:
    lies = parts.filter((pl.col("code_qn2024") == nouveau) & (pl.col("part_2015") >= 1))
    assert lies["code_qp2015"].to_list() == anciens
    assert lies["part_2015"].min() > 95


def test_un_identique_peut_tomber_a_83_pour_cent(parts: pl.DataFrame) -> None:
    """The contours of 2024 are rounded to about 11 m: the letter of the code wins over the computed share."""
    identiques = (
        parts.filter(pl.col("code_qn2024").str.ends_with("I")).group_by("code_qn2024").agg(pl.col("part_2015").max())
    )
    assert round(identiques["part_2015"].min()) == 83
    assert all(re.fullmatch(r"QN(\d{3}|02[AB])\d{2}I", code) for code in identiques["code_qn2024"])
