"""Our own join of the health equipment of the BPE with the contours agrees with the quartier that Insee publishes for each.

Belongs here: the quartier of every point, in both zonings, against `QP` and `QP2015` of the published file; pairs and
distances of the real places recomputed without an index.
Does not belong here: invented places (tests/unit/test_proximity.py), areas (test_spatial_depot.py).

The columns `QP` and `QP2015` hold a code, or HZ (hors zone), CSZ (commune sans zone), IND (indéterminé).
The contours of 2024 that we read are rounded to 4 decimals of a degree: 11 m from north to south, the longitude less.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pyproj
import pytest
import shapely

from ingestion.acquire import SourceDepot
from ingestion.catalogue import Catalogue
from ingestion.contours import lire_couches
from ingestion.ingest import ingerer_jeu
from ingestion.places import calculer
from ingestion.proximity import POINTS, Lieux, rapprocher
from ingestion.read import lire
from ingestion.spatial import WGS84, Spatial, construire, departement, projection

pytestmark = pytest.mark.depot
PRECISION_DES_CONTOURS_M = 11.0


@pytest.fixture(scope="module")
def spatial(depot: Path, tmp_path_factory: pytest.TempPathFactory) -> Spatial:
    donnees = tmp_path_factory.mktemp("donnees")
    catalogue = Catalogue()
    for nom in ("anct.qpv2015_contours", "anct.qpv2024_contours"):
        jeu = catalogue.jeux[nom]
        millesime = jeu.millesimes[-1]
        for fichier in millesime.fichiers:
            brut = lire((depot / fichier.chemin).read_bytes(), fichier.nom, fichier.lecture or jeu.lecture)
            chemin = donnees / "raw" / jeu.dossier / millesime.millesime / f"{fichier.nom}.parquet"
            chemin.parent.mkdir(parents=True, exist_ok=True)
            brut.with_columns(pl.lit("empreinte").alias("_empreinte")).write_parquet(chemin)
    return construire(lire_couches(catalogue, donnees))


@pytest.fixture(scope="module")
def contours(spatial: Spatial) -> pl.DataFrame:
    return pl.concat(
        couche.select(pl.lit(zonage).alias("zonage"), "code_territoire", "wkb")
        for zonage, couche in (("2015", spatial.contours_2015), ("2024", spatial.contours_2024))
    )


@pytest.fixture(scope="module")
def bpe(depot: Path) -> pl.DataFrame:
    """The published rows, numbered."""
    table = pl.read_parquet(depot / "insee/bpe_sante/base_sante.parquet")
    return table.with_row_index("ligne", offset=1).with_columns(identifiant=pl.col("ligne").cast(pl.String))


@pytest.fixture(scope="module")
def lieux(bpe: pl.DataFrame, contours: pl.DataFrame) -> Lieux:
    points = bpe.with_columns(
        table_publiee=pl.lit("services"),
        jeu=pl.lit("insee.bpe_sante"),
        millesime=pl.lit("2023"),
        fichier=pl.lit("base_sante.parquet"),
        nature=pl.col("TYPEQU"),
        longitude=pl.col("LONGITUDE"),
        latitude=pl.col("LATITUDE"),
    )
    absentes = [pl.lit(None, type_).alias(nom) for nom, type_ in POINTS.items() if nom not in points.columns]
    points = points.with_columns(absentes).select(pl.col(nom).cast(type_) for nom, type_ in POINTS.items())
    return rapprocher(points, contours)


def metres(contour: bytes, code: str, longitude: float, latitude: float) -> float:
    """Distance of a point to the edge of a quartier, inside or outside."""
    forme = shapely.from_wkb(contour)
    vers = pyproj.Transformer.from_crs(WGS84, projection(departement(code), longitude, latitude), always_xy=True)
    bord = shapely.transform(forme, vers.transform, interleaved=False).boundary
    return float(bord.distance(shapely.Point(vers.transform(longitude, latitude))))


def comparaison(bpe: pl.DataFrame, lieux: Lieux, contours: pl.DataFrame, zonage: str, colonne: str) -> pl.DataFrame:
    """One row per point with coordinates: `publie` and `calcule` (a code or « hors »), and, where they differ,
    `distance_m` from the edge in question and `explication`."""
    dans = lieux.proximites.filter(pl.col("est_dans_qpv") & (pl.col("zonage") == zonage))
    calcules = dans.group_by("identifiant").agg(calcule=pl.col("code_qpv").sort().str.join(";"))
    table = (
        bpe.filter(pl.col("LONGITUDE").is_not_null())
        .join(calcules, on="identifiant", how="left", maintain_order="left")
        .with_columns(
            pl.col("calcule").fill_null("hors"),
            publie=pl.when(pl.col(colonne).str.starts_with("Q")).then(pl.col(colonne)).otherwise(pl.lit("hors")),
        )
    )
    formes = dict(contours.filter(pl.col("zonage") == zonage).select("code_territoire", "wkb").rows())
    lignes = []
    for ligne in table.filter(pl.col("calcule") != pl.col("publie")).rows(named=True):
        code = ligne["publie"] if ligne["publie"] != "hors" else ligne["calcule"].split(";")[0]
        distance = metres(formes[code], code, ligne["LONGITUDE"], ligne["LATITUDE"])
        if ligne[colonne] == "IND":
            explication = "l’Insee ne se prononce pas (IND) : adresse trop imprécise, outre-mer"
        elif distance <= PRECISION_DES_CONTOURS_M:
            explication = "d’accord à la précision du contour près"
        else:
            explication = "écart réel : autre édition du contour ou autre position du point"
        lignes.append((ligne["identifiant"], round(distance, 2), explication))
    ecarts = pl.DataFrame(
        lignes, schema={"identifiant": pl.String, "distance_m": pl.Float64, "explication": pl.String}, orient="row"
    )
    return table.join(ecarts, on="identifiant", how="left")


def lister(table: pl.DataFrame, colonne: str, chemin: Path) -> pl.DataFrame:
    """The differences, written where the run keeps its temporary files."""
    ecarts = table.filter(pl.col("calcule") != pl.col("publie")).select(
        *("identifiant", "CODEGEO", "TYPEQU", colonne, f"QUALI_{colonne}", "TR_DIST_PRECISION"),
        *("publie", "calcule", "distance_m", "explication"),
    )
    ecarts.write_csv(chemin)
    return ecarts


def test_25_equipements_n_ont_pas_de_coordonnees(bpe: pl.DataFrame, lieux: Lieux) -> None:
    assert bpe.height == 15_807
    assert lieux.points.height == 15_782
    assert lieux.rejets["sort"].to_list() == ["exclue"] * 25


def test_le_quartier_2024_de_chaque_equipement_est_celui_de_l_insee(
    bpe: pl.DataFrame, lieux: Lieux, contours: pl.DataFrame, tmp_path_factory: pytest.TempPathFactory
) -> None:
    table = comparaison(bpe, lieux, contours, "2024", "QP")
    chemin = tmp_path_factory.mktemp("ecarts") / "bpe_qp2024.csv"
    ecarts = lister(table, "QP", chemin)
    assert pl.read_csv(chemin).height == ecarts.height
    accord = table.filter(pl.col("calcule") == pl.col("publie"))
    codes = table.filter(pl.col("publie") != "hors")
    assert (table.height, codes.height) == (15_782, 938)
    assert accord.height / table.height >= 0.99
    assert accord.filter(pl.col("publie") != "hors").height / codes.height >= 0.99
    # Two quartiers never claim the same equipment where Insee names one.
    assert codes.filter(pl.col("calcule").str.contains(";")).height == 0
    # Nobody puts an equipment in another quartier than Insee does: the only code we miss is 1.1 m away.
    manques = ecarts.filter(pl.col("publie") != "hors")
    assert manques.select("publie", "calcule", "distance_m").rows() == [("QN07807M", "hors", 1.1)]
    # What we add: 71 equipments overseas that Insee leaves undetermined, and 11 on an edge, 2 m deep at most.
    ajouts = ecarts.filter(pl.col("publie") == "hors")
    assert dict(ajouts.group_by("QP").len().rows()) == {"IND": 71, "HZ": 11}
    assert ajouts.filter(pl.col("QP") == "HZ")["distance_m"].max() < 2.1
    assert ajouts.filter(pl.col("QP") == "IND")["CODEGEO"].str.slice(0, 2).unique().to_list() == ["97"]
    assert set(ecarts["explication"].str.slice(0, 9)) == {"l’Insee n", "d’accord "}


def test_le_quartier_2015_de_chaque_equipement_est_celui_de_l_insee(
    bpe: pl.DataFrame, lieux: Lieux, contours: pl.DataFrame, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The contours of 2015 are not rounded, yet 9 of the 871 codes are missed: seven rows at one edge in Chauny."""
    table = comparaison(bpe, lieux, contours, "2015", "QP2015")
    ecarts = lister(table, "QP2015", tmp_path_factory.mktemp("ecarts") / "bpe_qp2015.csv")
    codes = table.filter(pl.col("publie") != "hors")
    assert codes.height == 871
    assert 1 - ecarts.height / table.height >= 0.99
    manques = ecarts.filter(pl.col("publie") != "hors")
    assert manques.height / codes.height < 0.011
    assert dict(manques.group_by("publie").len().rows()) == {"QP002009": 7, "QP059014": 1, "QP059039": 1}
    assert ecarts["distance_m"].max() < 20
    proches = manques.filter(pl.col("explication").str.starts_with("d’accord"))
    assert (codes.height - manques.height + proches.height) / codes.height >= 0.99


def test_chaque_quartier_a_un_plus_proche_de_chaque_nature_de_son_territoire(
    lieux: Lieux, contours: pl.DataFrame
) -> None:
    """In the métropole every nature of the file exists, so every quartier has its nearest of each."""
    natures = lieux.points["nature"].n_unique()
    en_metropole = contours.filter(
        pl.col("code_territoire").map_elements(lambda c: len(departement(c)) == 2, return_dtype=pl.Boolean)
    )
    trouvees = lieux.proximites.join(
        en_metropole, left_on=["code_qpv", "zonage"], right_on=["code_territoire", "zonage"]
    )
    comptes = trouvees.group_by("code_qpv", "zonage").agg(pl.col("nature").n_unique())
    assert comptes.height == en_metropole.height
    assert comptes["nature"].unique().to_list() == [natures]


def test_les_distances_d_un_quartier_recalculees_une_a_une(bpe: pl.DataFrame, lieux: Lieux, spatial: Spatial) -> None:
    """Every equipment of the file against QN01403M (Caen), one by one in Lambert 93."""
    code = "QN01403M"
    wkb = spatial.contours_2024.filter(pl.col("code_territoire") == code)["wkb"].item()
    vers = pyproj.Transformer.from_crs(WGS84, "EPSG:2154", always_xy=True)
    forme = shapely.transform(shapely.from_wkb(wkb), vers.transform, interleaved=False)
    autour = bpe.filter(pl.col("CODEGEO").str.starts_with("14"))
    attendues = {
        (identifiant, distance)
        for identifiant, longitude, latitude in autour.select("identifiant", "LONGITUDE", "LATITUDE")
        .drop_nulls()
        .rows()
        if (distance := round(forme.distance(shapely.Point(vers.transform(longitude, latitude))), 2)) <= 1_000
    }
    trouvees = lieux.proximites.filter((pl.col("code_qpv") == code) & (pl.col("distance_m") <= 1_000))
    assert set(trouvees.select("identifiant", "distance_m").rows()) == attendues
    assert len(attendues) > 0


@pytest.fixture(scope="module")
def lieux_des_fiches(depot: Path, spatial: Spatial, tmp_path_factory: pytest.TempPathFactory) -> Lieux:
    """The places of the published files, by way of their cards."""
    donnees, catalogue = tmp_path_factory.mktemp("fiches"), Catalogue()
    for jeu in catalogue.jeux.values():
        if jeu.points is not None:
            ingerer_jeu(jeu, SourceDepot(depot), donnees, lambda: datetime(2026, 11, 25, tzinfo=UTC))
    return calculer(catalogue, donnees, spatial)


def test_les_deux_editions_de_france_services_ont_leurs_paires(depot: Path, lieux_des_fiches: Lieux) -> None:
    """Rows with coordinates counted in the files; every quartier of métropole has a nearest structure at both dates."""
    for edition in ("20221201", "20240801"):
        table = pl.read_csv(depot / f"anct/france_services/liste-fs-{edition}.csv", infer_schema=False)
        placees = table.filter(
            pl.all_horizontal(pl.col(c).str.contains(r"\d").fill_null(False) for c in ("latitude", "longitude"))
        )
        millesime = f"{edition[:4]}-{edition[4:6]}-{edition[6:]}"
        condition = (pl.col("jeu") == "anct.france_services") & (pl.col("millesime") == millesime)
        assert lieux_des_fiches.points.filter(condition).height == placees.height == placees["id_fs"].n_unique()
        assert lieux_des_fiches.rejets.filter(condition).height == table.height - placees.height
        couverts = lieux_des_fiches.proximites.filter(condition)["code_qpv"].unique().to_list()
        # 1,296 of 2015 in the métropole (tests/data/test_spatial_depot.py); nobody is farther than a département is wide.
        assert sum(len(departement(c)) == 2 and c.startswith("QP") for c in couverts) == 1296
    distances = lieux_des_fiches.proximites.filter(pl.col("nature") == "france_services")
    assert distances["distance_m"].max() < 30_000


def test_les_ecoles_publiees_sont_celles_du_fichier_national(depot: Path, lieux_des_fiches: Lieux) -> None:
    """The extract of the Val-de-Marne is a sample: its 613 schools are excluded, not placed a second time."""
    brut = pl.read_parquet(depot / "education/annuaire/annuaire_ecoles_france_mini.parquet", use_pyarrow=True)
    uai = brut.filter(pl.col("type_etablissement").is_in(["Ecole", "Collège", "Lycée"]))[
        "identifiant_de_l_etablissement"
    ]
    etablissements = lieux_des_fiches.points.filter(pl.col("table_publiee") == "etablissements")
    assert set(etablissements["identifiant"]) == set(uai)
    assert etablissements["millesime"].unique().to_list() == ["2025-10"]
    rejets = lieux_des_fiches.rejets.filter(pl.col("jeu") == "education.annuaire")
    assert dict(rejets.group_by("millesime").len().rows()) == {"2026-07": 613}
    assert set(rejets["sort"]) == {"exclue"}
