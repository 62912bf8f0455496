"""Contours of invented quartiers, with areas that can be checked by hand.

Belongs here: squares and rectangles drawn in metres or degrees, broken in one way each.
Does not belong here: the published contours (tests/data/test_spatial_depot.py), reading files (test_read…).
"""

from __future__ import annotations

import hashlib
import math
from pathlib import Path

import polars as pl
import pyproj
import pytest
import shapely

from ingestion.catalogue import Catalogue
from ingestion.contours import calculer, ecrire, lire_couches
from ingestion.spatial import (
    LAMBERT_93,
    SCHEMAS,
    WGS84,
    Couche,
    Spatial,
    construire,
    dans_le_domaine,
    departement,
    projection,
    reparer,
)

# Somewhere in Normandie, in Lambert 93.
X, Y = 455_000.0, 6_902_000.0


def carre(x: float, y: float, largeur: float, hauteur: float | None = None) -> str:
    return shapely.box(x, y, x + largeur, y + (hauteur or largeur)).wkt


def en_degres(wkt: str, depuis: str = LAMBERT_93) -> str:
    vers = pyproj.Transformer.from_crs(depuis, WGS84, always_xy=True)
    return str(shapely.transform(shapely.from_wkt(wkt), lambda x, y: vers.transform(x, y), interleaved=False).wkt)


def couche(zonage: str, formes: list[tuple[str | None, str]], crs: str = WGS84, fichier: str = "contours") -> Couche:
    lignes = pl.DataFrame(
        {
            "ligne": pl.Series(range(1, len(formes) + 1), dtype=pl.Int32),
            "code_territoire": pl.Series([code for code, _ in formes], dtype=pl.String),
            "wkt": pl.Series([wkt for _, wkt in formes], dtype=pl.String),
            "crs": pl.Series([crs] * len(formes), dtype=pl.String),
            "empreinte": pl.Series([f"empreinte de {fichier}"] * len(formes), dtype=pl.String),
        }
    )
    return Couche(zonage, f"essai.contours_{zonage}", "2026", fichier, lignes)


def surface(spatial: Spatial, code: str) -> float:
    return float(spatial.surfaces.filter(pl.col("code_territoire") == code)["surface_m2"].item())


# --- projections


@pytest.mark.parametrize(
    ("code", "attendu"),
    [
        ("QP014001", "14"),
        ("QP02A001", "2A"),
        ("QN02B01M", "2B"),
        ("QN97401M", "974"),
        ("QP961001", "961"),
        ("QP001001", "01"),
    ],
)
def test_le_departement_est_dans_le_code(code: str, attendu: str) -> None:
    assert departement(code) == attendu


@pytest.mark.parametrize(
    ("code", "longitude", "latitude", "attendu"),
    [
        ("14", -0.4, 49.2, "EPSG:2154"),
        ("2A", 8.7, 41.9, "EPSG:2154"),
        ("971", -61.5, 16.2, "EPSG:5490"),
        ("978", -63.1, 18.1, "EPSG:5490"),
        ("973", -54.0, 5.5, "EPSG:2972"),
        ("974", 55.5, -21.1, "EPSG:2975"),
        ("976", 45.2, -12.8, "EPSG:4471"),
        ("987", -149.6, -17.6, "EPSG:3297"),
        ("961", 0.5, 47.5, "EPSG:2154"),
        ("975", -56.2, 46.8, "EPSG:4467"),
        ("986", -176.2, -13.3, "EPSG:8903"),
        ("988", 166.4, -22.3, "EPSG:3163"),
        ("989", -109.2, 10.3, "+proj=laea +lat_0=10.3000 +lon_0=-109.2000 +ellps=GRS80 +units=m +no_defs"),
    ],
)
def test_projection_de_chaque_territoire(code: str, longitude: float, latitude: float, attendu: str) -> None:
    assert projection(code, longitude, latitude) == attendu


def test_le_domaine_de_wallis_et_futuna_passe_l_antimeridien() -> None:
    assert dans_le_domaine("EPSG:8903", 179.8, -12.0)
    assert dans_le_domaine("EPSG:8903", -178.1, -14.3)
    assert not dans_le_domaine("EPSG:8903", 0.0, -14.3)


# --- areas and points


def test_surface_dans_la_couche_publiee_en_metres_contour_dans_celle_en_degres() -> None:
    metres, degres = carre(X, Y, 200, 300), en_degres(carre(X, Y, 210, 300))
    resultat = construire(
        [
            couche("2015", [("QP014001", degres)], fichier="wgs84"),
            couche("2015", [("QP014001", metres)], LAMBERT_93, "lb93"),
        ]
    )
    assert resultat.surfaces.drop("longitude", "latitude").rows() == [
        ("2015", "QP014001", 60_000.0, "essai.contours_2015", "2026", "lb93", "empreinte de lb93")
    ]
    assert resultat.contours_2015.drop("wkb").row(0)[-2:] == ("wgs84", "empreinte de wgs84")
    contour = shapely.from_wkb(resultat.contours_2015["wkb"].item())
    assert contour.equals(shapely.from_wkt(degres))
    ligne = resultat.surfaces.row(0, named=True)
    assert contour.contains(shapely.Point(ligne["longitude"], ligne["latitude"]))


def test_surface_mesuree_dans_la_projection_du_territoire_a_partir_des_degres() -> None:
    reunion = en_degres(carre(340_000, 7_660_000, 500), "EPSG:2975")
    assert surface(construire([couche("2024", [("QN97401M", reunion)])]), "QN97401M") == pytest.approx(250_000, abs=1)


def test_une_couche_sans_degres_donne_un_contour_en_degres() -> None:
    resultat = construire([couche("2015", [("QP014001", carre(X, Y, 100))], LAMBERT_93)])
    ouest, sud, est, nord = shapely.from_wkb(resultat.contours_2015["wkb"].item()).bounds
    assert -1 < ouest < est < 0
    assert 49 < sud < nord < 50
    assert surface(resultat, "QP014001") == 10_000


def test_un_departement_sans_projection_legale_garde_les_vraies_surfaces() -> None:
    """Clipperton: on the sphere a cell of 0.01° by 0.01° measures R² Δλ (sin φ2 − sin φ1)."""
    cellule = carre(-109.22, 10.30, 0.01)
    pas = math.radians(0.01)
    sphere = 6_371_007.2**2 * pas * (math.sin(math.radians(10.31)) - math.sin(math.radians(10.30)))
    mesuree = surface(construire([couche("2015", [("QP989001", cellule)])]), "QP989001")
    # Sphere against ellipsoid: under 0.5 %. Lambert 93 would be wrong by several percent there.
    assert mesuree == pytest.approx(sphere, rel=0.005)


# --- repairs and rejections


def test_un_noeud_papillon_garde_ses_deux_ailes() -> None:
    (reparee,) = reparer([shapely.from_wkt("POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))")])
    assert reparee.geom_type == "MultiPolygon"
    assert reparee.is_valid
    # Two triangles of base 2 and height 1.
    assert reparee.area == 2


def test_une_epine_est_coupee_et_seul_le_polygone_reste() -> None:
    (reparee,) = reparer([shapely.from_wkt("POLYGON ((0 0, 1 0, 1 1, 3 1, 1 1, 0 1, 0 0))")])
    assert (reparee.geom_type, reparee.is_valid, reparee.area) == ("MultiPolygon", True, 1)


def test_un_contour_invalide_compte_dans_les_surfaces() -> None:
    papillon = f"POLYGON (({X} {Y}, {X + 200} {Y + 200}, {X + 200} {Y}, {X} {Y + 200}, {X} {Y}))"
    resultat = construire([couche("2015", [("QP014001", papillon)], LAMBERT_93)])
    assert surface(resultat, "QP014001") == pytest.approx(20_000, abs=0.01)
    assert shapely.from_wkb(resultat.contours_2015["wkb"].item()).is_valid


def test_chaque_contour_inutilisable_est_ecarte_avec_sa_raison() -> None:
    bon = en_degres(carre(X, Y, 100))
    inverse = shapely.transform(shapely.from_wkt(bon), lambda xy: xy[:, ::-1]).wkt
    resultat = construire(
        [
            couche(
                "2015",
                [
                    ("QP014001", bon),
                    (None, bon),
                    ("QP014002", ""),
                    ("QP014003", "POLYGON ((0 0, 1"),
                    ("QP014004", "POINT (0 49)"),
                    ("QP014005", inverse),
                    ("QP014006", bon),
                    ("QP014006", bon),
                    ("QP014007", "POLYGON ((inf 49, 1 49, 1 50, inf 49))"),
                ],
            ),
            couche("2024", [("QN01401M", bon)], "EPSG:999999", "inconnue"),
        ]
    )
    assert resultat.surfaces["code_territoire"].to_list() == ["QP014001"]
    motifs = {
        (ligne, code): motif.split(",")[0]
        for code, ligne, motif in resultat.rejets.select("code_territoire", "ligne", "motif").rows()
    }
    assert motifs == {
        (2, ""): "code inconnu dans le zonage 2015",
        (3, "QP014002"): "contour absent",
        (4, "QP014003"): "contour absent",
        (5, "QP014004"): "contour absent",
        (6, "QP014005"): motifs[6, "QP014005"],
        (7, "QP014006"): "code donné à plusieurs contours de la couche",
        (8, "QP014006"): "code donné à plusieurs contours de la couche",
        (9, "QP014007"): "contour absent",
        (1, "QN01401M"): "système de coordonnées «\u00a0EPSG:999999\u00a0» inconnu",
    }
    assert motifs[6, "QP014005"].startswith("contour de (49")


def test_des_metres_hors_de_tout_domaine_sont_ecartes() -> None:
    perdu = couche("2015", [("QP014001", carre(X, Y, 100)), ("QP975001", carre(1e30, 1e30, 1e28))], LAMBERT_93)
    resultat = construire([perdu])
    assert resultat.surfaces["code_territoire"].to_list() == ["QP014001"]
    assert resultat.rejets["code_territoire"].to_list() == ["QP975001"]


# --- the two zonings


def test_surfaces_communes() -> None:
    """2015: two squares of 100 m side by side. 2024: one over the second and 50 m of the first; one that only touches."""
    anciens = [("QP014001", carre(X, Y, 100)), ("QP014002", carre(X + 100, Y, 100))]
    nouveaux = [("QN01401M", carre(X + 50, Y, 150, 100)), ("QN01402N", carre(X, Y + 100, 100))]
    resultat = construire([couche("2015", anciens, LAMBERT_93), couche("2024", nouveaux, LAMBERT_93)])
    assert resultat.recouvrements.rows() == [
        ("QP014001", "QN01401M", 5_000.0, 10_000.0, 15_000.0),
        ("QP014002", "QN01401M", 10_000.0, 10_000.0, 15_000.0),
    ]


def test_les_paires_sont_rangees_par_code_quel_que_soit_l_ordre_de_l_index() -> None:
    anciens = [
        ("QP014001", carre(X + 500, Y, 100)),
        ("QP014002", carre(X, Y, 100)),
        ("QP001001", carre(X + 900, Y, 100)),
    ]
    nouveaux = [
        ("QN00101M", carre(X, Y, 100)),
        ("QN01402M", carre(X + 500, Y, 100)),
        ("QN01403M", carre(X + 900, Y, 100)),
    ]
    resultat = construire([couche("2015", anciens, LAMBERT_93), couche("2024", nouveaux, LAMBERT_93)])
    paires = resultat.recouvrements.select("code_qp2015", "code_qn2024").rows()
    assert paires == [("QP001001", "QN01403M"), ("QP014001", "QN01402M"), ("QP014002", "QN00101M")]


def test_un_quartier_a_cheval_sur_deux_departements_rencontre_celui_d_a_cote() -> None:
    resultat = construire(
        [
            couche("2015", [("QP961001", carre(X, Y, 100))], LAMBERT_93),
            couche("2024", [("QN96201M", carre(X, Y, 50))], LAMBERT_93),
        ]
    )
    assert resultat.recouvrements.rows() == [("QP961001", "QN96201M", 2_500.0, 10_000.0, 2_500.0)]


def test_sans_aucune_couche_les_tables_existent_vides() -> None:
    resultat = construire([])
    for nom, schema in SCHEMAS.items():
        assert dict(getattr(resultat, nom).schema) == schema
        assert getattr(resultat, nom).height == 0


def test_l_ordre_des_lignes_publiees_ne_change_ni_les_tables_ni_les_octets(tmp_path: Path) -> None:
    anciens = [(f"QP01400{rang}", carre(X + 150 * rang, Y, 100)) for rang in range(1, 8)]
    nouveaux = [(f"QN0140{rang}M", carre(X + 150 * rang + 40, Y, 100)) for rang in range(1, 8)]

    def empreintes(dossier: Path, sens: int) -> dict[str, str]:
        couches = [couche("2015", anciens[::sens], LAMBERT_93), couche("2024", nouveaux[::sens], LAMBERT_93)]
        ecrire(construire(couches), dossier)
        return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted((dossier / "spatial").iterdir())}

    premier = empreintes(tmp_path / "a", 1)
    assert list(premier) == sorted(f"{nom}.parquet" for nom in SCHEMAS)
    assert empreintes(tmp_path / "b", -1) == premier


# --- raw layers


def test_la_derniere_edition_presente_est_lue_seule_et_ses_colonnes_verifiees(tmp_path: Path) -> None:
    catalogue = Catalogue()
    jeu = catalogue.jeux["anct.qpv2024_contours"]
    assert len(jeu.millesimes) > 1, "the card declares several editions"

    def ecrire_brut(rang: int, code: str, **colonnes: str) -> Path:
        millesime = jeu.millesimes[rang]
        chemin = tmp_path / "raw" / jeu.dossier / millesime.millesime / f"{millesime.fichiers[0].nom}.parquet"
        chemin.parent.mkdir(parents=True, exist_ok=True)
        ligne = {
            "code_qp": code,
            "_geometrie": en_degres(carre(X, Y, 100)),
            "_crs": WGS84,
            "_empreinte": "e",
        } | colonnes
        pl.DataFrame([ligne]).with_columns(pl.lit(1, pl.Int32).alias("_ligne")).write_parquet(chemin)
        return chemin

    ecrire_brut(-2, "QN01401M")
    assert [c.millesime for c in lire_couches(catalogue, tmp_path)] == [jeu.millesimes[-2].millesime]
    ecrire_brut(-1, "QN01402N")
    resultat = calculer(catalogue, tmp_path)
    assert resultat.surfaces["code_territoire"].to_list() == ["QN01402N"]
    assert pl.read_parquet(tmp_path / "spatial/surfaces.parquet").equals(resultat.surfaces)
    chemin = ecrire_brut(-1, "QN01402N")
    pl.read_parquet(chemin).rename({"_geometrie": "geometrie"}).write_parquet(chemin)
    with pytest.raises(ValueError, match="les colonnes _geometrie et _crs, trouvé code_qp, geometrie"):
        lire_couches(catalogue, tmp_path)
