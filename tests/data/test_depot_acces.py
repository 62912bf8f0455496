"""Services, health equipment and schools around the quartiers of Normandie, counted again from the published files.

Belongs here: counts, distances and results of near schools recomputed with the contours and the files as they are published.
Does not belong here: pairs of distances of the whole country (test_proximity_depot), schools as read (test_depot_education).
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import statistics
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pyproj
import pytest
import shapefile
import shapely

pytestmark = pytest.mark.depot

NORMANDIE = ("14", "27", "50", "61", "76")
EN_METRES = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:2154", always_xy=True)
# West, south, east, north of Normandie with some thirty kilometres around: no nearest place of its quartiers is outside.
CADRE = (-2.4, 47.9, 2.3, 50.4)
ARRONDISSEMENTS = {"75056": "75", "69123": "69", "13055": "13"}
Valeurs = dict[str, tuple[float | None, str | None, str]]


def valeurs(
    entrepot: duckdb.DuckDBPyConnection, indicateur: str, periode: str, zonage: str = "2024", filtre: str = "1 = 1"
) -> Valeurs:
    """Code of the quartier → value, text, status, in Normandie unless `filtre` says otherwise."""
    ou = filtre if filtre != "1 = 1" else f"substr(code_territoire, 3, 3) in {tuple('0' + d for d in NORMANDIE)}"
    lignes = entrepot.execute(
        f"select code_territoire, valeur, valeur_texte, statut from fct_valeurs where niveau = 'qpv' and indicateur = ? and periode = ? and zonage = ? and {ou}",
        [indicateur, periode, zonage],
    ).fetchall()
    assert lignes, f"no row for {indicateur} {periode}, zoning {zonage}"
    return {code: (valeur, texte, statut) for code, valeur, texte, statut in lignes}


def nombres(*arguments: Any) -> dict[str, float | None]:
    return {code: valeur for code, (valeur, _, _) in valeurs(*arguments).items()}


# --- the published files ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def contours(depot: Path) -> dict[str, dict[str, Any]]:
    """Zoning → code → shape in metres (Lambert 93), as published in degrees."""
    avec = gzip.decompress((depot / "anct/qpv2024_contours/qpv.json.gz").read_bytes())
    formes: dict[str, dict[str, Any]] = {"2015": {}, "2024": {}}
    for quartier in json.loads(avec)["qpvs"]:
        if quartier["code"][2:5] in {f"0{d}" for d in NORMANDIE}:
            polygones = [shapely.Polygon(anneaux[0], anneaux[1:]) for anneaux in quartier["g"]]
            formes["2024"][quartier["code"]] = en_metres(shapely.MultiPolygon(polygones))
    archive = zipfile.ZipFile(depot / "anct/qpv2015_contours/qp-politiquedelaville-shp.zip")
    couche = "QP_METROPOLEOUTREMER_WGS84_EPSG4326"
    parties = {suffixe: io.BytesIO(archive.read(f"{couche}.{suffixe}")) for suffixe in ("shp", "shx", "dbf")}
    with shapefile.Reader(**parties, encoding="latin-1") as lecteur:
        for objet in lecteur.iterShapeRecords():
            code = objet.record["CODE_QP"]
            if code[2:5] in {f"0{d}" for d in NORMANDIE}:
                formes["2015"][code] = en_metres(shapely.geometry.shape(objet.shape.__geo_interface__))
    assert {zonage: len(codes) for zonage, codes in formes.items()} == {"2015": 62, "2024": 63}
    return formes


def en_metres(forme: Any) -> Any:
    valide = shapely.make_valid(forme)
    return shapely.make_valid(shapely.transform(valide, EN_METRES.transform, interleaved=False))


def placer(lieux: Iterable[tuple[str, Any, Any]]) -> dict[str, Any]:
    """Identifier → point in metres, of the places of the frame whose coordinates are numbers."""
    ouest, sud, est, nord = CADRE
    resultat = {}
    for identifiant, x, y in lieux:
        try:
            longitude, latitude = float(x), float(y)
        except (TypeError, ValueError):
            continue
        if ouest <= longitude <= est and sud <= latitude <= nord:
            resultat[identifiant] = shapely.Point(EN_METRES.transform(longitude, latitude))
    return resultat


def france_services(depot: Path, edition: str) -> dict[str, Any]:
    with (depot / f"anct/france_services/liste-fs-{edition}.csv").open(encoding="utf-8", newline="") as flux:
        return placer((f["id_fs"], f["longitude"], f["latitude"]) for f in csv.DictReader(flux))


def conseillers(depot: Path) -> dict[str, Any]:
    fichier = depot / "anct/lieux_mediation_numerique/lieux-de-mediation-numerique.cnfs.json"
    lieux = json.loads(fichier.read_text(encoding="utf-8"))
    return placer((lieu["id"], lieu["longitude"], lieu["latitude"]) for lieu in lieux)


def equipements(depot: Path, *types: str) -> dict[str, Any]:
    """Health equipment, without the positions drawn at random in the commune (QUALITE_GEOLOC 33)."""
    table = pl.read_parquet(depot / "insee/bpe_sante/base_sante.parquet").with_row_index()
    gardes = table.filter(pl.col("TYPEQU").is_in(types) & (pl.col("QUALITE_GEOLOC").cast(pl.String) != "33"))
    return placer(gardes.select("index", "LONGITUDE", "LATITUDE").rows())


def etablissements(depot: Path, nature: str) -> dict[str, Any]:
    """Schools of a kind in the national directory: the last row of an identifier among schools, points in WKB."""
    table = pl.read_parquet(
        depot / "education/annuaire/annuaire_ecoles_france_mini.parquet",
        columns=["identifiant_de_l_etablissement", "type_etablissement", "geometry"],
    ).filter(pl.col("type_etablissement").is_in(["Ecole", "Collège", "Lycée"]))
    derniers = table.unique("identifiant_de_l_etablissement", keep="last").filter(
        pl.col("type_etablissement") == nature
    )
    points = shapely.from_wkb(derniers["geometry"].to_numpy())
    return placer(
        zip(derniers["identifiant_de_l_etablissement"], shapely.get_x(points), shapely.get_y(points), strict=True)
    )


SOURCES: dict[str, Callable[[Path], dict[str, Any]]] = {
    "france_services_2022": lambda depot: france_services(depot, "20221201"),
    "france_services_2024": lambda depot: france_services(depot, "20240801"),
    "conseillers": conseillers,
    "maisons_et_centres": lambda depot: equipements(depot, "D108", "D113"),
    "hospitaliers": lambda depot: equipements(depot, *(f"D10{n}" for n in range(1, 8))),
    "ecoles": lambda depot: etablissements(depot, "Ecole"),
    "colleges": lambda depot: etablissements(depot, "Collège"),
}


@pytest.fixture(scope="module")
def autour(depot: Path, contours: dict[str, dict[str, Any]]) -> Callable[[str, str], dict[str, dict[str, float]]]:
    """(source, zoning) → quartier → identifier → distance in metres, to the centimetre."""

    @cache
    def mesurer(source: str, zonage: str) -> dict[str, dict[str, float]]:
        lieux = SOURCES[source](depot)
        points = np.array(list(lieux.values()), dtype=object)
        return {
            code: dict(zip(lieux, np.round(shapely.distance(forme, points), 2).tolist(), strict=True))
            for code, forme in contours[zonage].items()
        }

    return mesurer


# --- counts and distances ---------------------------------------------------------------------------------------------

COMPTES = [
    ("france_services_2022", "2022-12-01", 500, ("france_services_500m", "france_services_dans_qpv", "distance_france_services")),
    ("france_services_2024", "2024-08-01", 500, ("france_services_500m", "france_services_dans_qpv", "distance_france_services")),
    ("conseillers", "2022-07", 500, ("lieux_conseiller_numerique_500m", "lieux_conseiller_numerique_dans_qpv", "distance_lieu_conseiller_numerique")),
    ("maisons_et_centres", "2023", 500, ("maisons_et_centres_sante_500m", "maisons_et_centres_sante_dans_qpv", "distance_maison_ou_centre_sante")),
    ("hospitaliers", "2023", 500, ("etablissements_hospitaliers_500m", None, None)),
    ("ecoles", "2025-10", 100, ("nb_ecoles_100m", "nb_ecoles_dans_qpv", "distance_ecole")),
    ("colleges", "2025-10", 300, ("nb_colleges_300m", "nb_colleges_dans_qpv", "distance_college")),
]  # fmt: skip


@pytest.mark.parametrize("zonage", ["2015", "2024"])
@pytest.mark.parametrize(("source", "periode", "limite", "noms"), COMPTES, ids=[c[0] for c in COMPTES])
def test_les_lieux_de_chaque_quartier_normand_sont_recomptes(
    entrepot_depot: duckdb.DuckDBPyConnection,
    autour: Callable[[str, str], dict[str, dict[str, float]]],
    source: str,
    periode: str,
    limite: int,
    noms: tuple[str, str | None, str | None],
    zonage: str,
) -> None:
    distances = autour(source, zonage)
    proches, dedans, plus_proche = noms
    attendus = {code: float(sum(d <= limite for d in lieux.values())) for code, lieux in distances.items()}
    assert nombres(entrepot_depot, proches, periode, zonage) == attendus
    assert sum(attendus.values()) > 0
    if dedans is not None and plus_proche is not None:
        attendus = {code: float(sum(d == 0 for d in lieux.values())) for code, lieux in distances.items()}
        assert nombres(entrepot_depot, dedans, periode, zonage) == attendus
        plus_proches = {code: min(lieux.values()) for code, lieux in distances.items()}
        assert nombres(entrepot_depot, plus_proche, periode, zonage) == pytest.approx(plus_proches, abs=0.02)


def test_le_rapport_aux_habitants_est_celui_des_deux_fichiers(
    entrepot_depot: duckdb.DuckDBPyConnection,
    depot: Path,
    autour: Callable[[str, str], dict[str, dict[str, float]]],
) -> None:
    """Ten thousand times the structures within 500 m over the population of the file of INSEE."""
    with (depot / "insee/qpv2024_population/pop_QPV24.csv").open(encoding="utf-8-sig", newline="") as flux:
        populations = {q["codeQPV"]: int(q["popMuniQPV"]) for q in csv.DictReader(flux, delimiter=";")}
    attendus = {
        code: 10_000 * sum(d <= 500 for d in lieux.values()) / populations[code]
        for code, lieux in autour("france_services_2024", "2024").items()
    }
    lus = nombres(entrepot_depot, "france_services_500m_pour_10000_hab", "2024-08-01")
    assert lus == pytest.approx(attendus)


# --- coverage ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zonage", ["2015", "2024"])
def test_paris_lyon_et_marseille_ne_sont_jamais_zero(entrepot_depot: duckdb.DuckDBPyConnection, zonage: str) -> None:
    """The copy of the health equipment leaves the three cities out; the national lists of services do not."""
    for commune, departement in ARRONDISSEMENTS.items():
        filtre = f"code_territoire in (select code_territoire from dim_territoires where niveau = 'qpv' and zonage = '{zonage}' and codes_communes like '%{commune}%' and code_departement = '{departement}')"
        for indicateur in (
            "maisons_et_centres_sante_500m",
            "maisons_et_centres_sante_dans_qpv",
            "distance_maison_ou_centre_sante",
            "maisons_et_centres_sante_500m_pour_10000_hab",
            "etablissements_hospitaliers_500m",
        ):
            lus = set(valeurs(entrepot_depot, indicateur, "2023", zonage, filtre).values())
            assert lus == {(None, None, "non_diffuse")}, (commune, indicateur)
        statuts = {s for _, _, s in valeurs(entrepot_depot, "france_services_500m", "2024-08-01", zonage, filtre).values()}  # fmt: skip
        assert statuts == {"observe"}, commune


def test_a_la_limite_de_paris_un_compte_est_un_minimum(entrepot_depot: duckdb.DuckDBPyConnection) -> None:
    """A quartier of Seine-Saint-Denis whose surroundings reach schools of Paris; none of Normandie is in that case."""
    filtre = "substr(code_territoire, 3, 3) in ('092', '093', '094')"
    voisins = valeurs(entrepot_depot, "maisons_et_centres_sante_500m", "2023", "2024", filtre)
    partiels = {code: (valeur, texte) for code, (valeur, texte, statut) in voisins.items() if statut == "partiel"}
    assert partiels
    assert {texte for _, texte in partiels.values()} == {"sans la commune voisine, absente du fichier"}
    assert all(valeur is not None for valeur, _ in partiels.values())
    normands = valeurs(entrepot_depot, "maisons_et_centres_sante_500m", "2023")
    assert {statut for _, _, statut in normands.values()} == {"observe"}


def test_ce_qui_est_au_dela_d_une_mer_n_est_ni_zero_ni_proche(entrepot_depot: duckdb.DuckDBPyConnection) -> None:
    """No file holds a place of French Polynesia; the nearest equipment of Saint-Martin would be in Guadeloupe, 240 km away."""
    for prefixe, indicateur, periode in (
        ("987", "france_services_500m", "2024-08-01"),
        ("987", "nb_ecoles_100m", "2025-10"),
        ("978", "maisons_et_centres_sante_500m", "2023"),
        ("978", "distance_lieu_conseiller_numerique", "2022-07"),
    ):
        filtre = f"substr(code_territoire, 3, 3) = '{prefixe}'"
        lus = set(valeurs(entrepot_depot, indicateur, periode, "2024", filtre).values())
        assert lus == {(None, None, "non_diffuse")}, (prefixe, indicateur)
    plus_loin = entrepot_depot.execute(
        "select max(valeur) from fct_valeurs where niveau = 'qpv' and indicateur like 'distance\\_%' escape '\\'"
    ).fetchone()
    assert plus_loin is not None
    assert 30_000 < plus_loin[0] <= 60_000


def test_aucun_medecin_dans_la_copie_ne_veut_pas_dire_zero_medecin(entrepot_depot: duckdb.DuckDBPyConnection) -> None:
    lus = entrepot_depot.execute(
        "select count(*) from fct_valeurs where indicateur in ('medecins_generalistes_500m', 'nb_medecins_generalistes_500m', 'nb_pharmacies_500m', 'nb_ecoles_rep_100m', 'discordance_rep_qpv')"
    ).fetchone()
    assert lus == (0,)
    assert entrepot_depot.execute("select count(*) from fct_discordances_education_prioritaire").fetchone() == (0,)


# --- near schools -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def indices(depot: Path) -> dict[tuple[str, str], float]:
    """(school, school year) → index, when it is significant."""
    table = pl.read_parquet(
        depot / "education/ips_ecoles/fr-en-ips-ecoles-ap2022.parquet", columns=["uai", "rentree_scolaire", "ips"]
    )
    return {(uai, rentree): float(ips) for uai, rentree, ips in table.rows() if ips not in (None, "NS")}


def lire_csv(chemin: Path) -> Iterator[dict[str, str]]:
    with chemin.open(encoding="utf-8-sig", newline="") as flux:
        yield from csv.DictReader(flux, delimiter=";")


@pytest.fixture(scope="module")
def ivac(depot: Path) -> dict[tuple[str, str], dict[str, str]]:
    """(collège, session) → row of the file."""
    chemin = depot / "education/ivac/fr-en-indicateurs-valeur-ajoutee-colleges.csv"
    return {(ligne["UAI"], ligne["Session"]): ligne for ligne in lire_csv(chemin)}


@pytest.mark.parametrize("zonage", ["2015", "2024"])
@pytest.mark.parametrize("rentree", ["2022-2023", "2024-2025"])
def test_l_indice_des_ecoles_proches_est_leur_mediane(
    entrepot_depot: duckdb.DuckDBPyConnection,
    autour: Callable[[str, str], dict[str, dict[str, float]]],
    indices: dict[tuple[str, str], float],
    zonage: str,
    rentree: str,
) -> None:
    lus = valeurs(entrepot_depot, "ips_moyen_ecoles_proches", rentree, zonage)
    for code, ecoles in autour("ecoles", zonage).items():
        proches = [uai for uai, distance in ecoles.items() if distance <= 100]
        publies = [indices[uai, rentree] for uai in proches if (uai, rentree) in indices]
        valeur, texte, statut = lus[code]
        if not publies:
            assert (valeur, statut) == (None, "non_diffuse" if proches else "non_pertinent"), code
            continue
        assert (valeur, statut) == (pytest.approx(statistics.median(publies)), "observe"), code
        assert texte is not None
        assert texte.endswith(f"{len(publies)} établissement{'s' if len(publies) > 1 else ''} sur {len(proches)}"), code
        if len(publies) > 1:
            bornes = f"min {min(publies):.1f} ; max {max(publies):.1f} ; ".replace(".", ",")
            assert texte.startswith(bornes), code
    assert {statut for _, _, statut in lus.values()} >= {"observe", "non_diffuse"}


@pytest.mark.parametrize("session", ["2022", "2024"])
def test_le_brevet_des_colleges_proches_additionne_les_candidats(
    entrepot_depot: duckdb.DuckDBPyConnection,
    autour: Callable[[str, str], dict[str, dict[str, float]]],
    ivac: dict[tuple[str, str], dict[str, str]],
    session: str,
) -> None:
    taux = nombres(entrepot_depot, "taux_reussite_dnb_colleges_proches", session)
    ajoutees = nombres(entrepot_depot, "valeur_ajoutee_dnb_colleges_proches", session)
    acces = nombres(entrepot_depot, "taux_acces_6e_3e_colleges_proches", session)
    plusieurs = 0
    for code, colleges in autour("colleges", "2024").items():
        lignes = [ivac[u, session] for u, d in colleges.items() if d <= 300 and (u, session) in ivac]
        candidats = [(float(ligne["Nb candidats G"]), float(ligne["Taux de réussite G"])) for ligne in lignes]
        plusieurs += len(candidats) > 1
        attendu = sum(n * t for n, t in candidats) / sum(n for n, _ in candidats) if candidats else None
        assert taux[code] == (None if attendu is None else pytest.approx(attendu)), code
        for lus, colonne in ((ajoutees, "VA du taux de réussite G"), (acces, "Taux d'accès 6eme 3eme")):
            publies = [float(ligne[colonne]) for ligne in lignes if ligne[colonne]]
            assert lus[code] == (pytest.approx(statistics.median(publies)) if publies else None), (code, colonne)
    assert plusieurs > 1


def test_les_rapprochements_de_normandie_sont_ceux_que_l_on_attend(
    entrepot_depot: duckdb.DuckDBPyConnection,
    depot: Path,
    autour: Callable[[str, str], dict[str, dict[str, float]]],
    indices: dict[tuple[str, str], float],
    ivac: dict[tuple[str, str], dict[str, str]],
) -> None:
    """61 % of the schools within 100 m of a quartier of 2024 are in the file of indexes, 70 % of the collèges within 300 m in that of indexes and in that of results."""
    ecoles = {uai for lieux in autour("ecoles", "2024").values() for uai, d in lieux.items() if d <= 100}
    colleges = {uai for lieux in autour("colleges", "2024").values() for uai, d in lieux.items() if d <= 300}
    ips_colleges = {ligne["uai"] for ligne in lire_csv(depot / "education/ips_colleges/fr-en-ips-colleges-ap2022.csv")}
    annees = ("2022-2023", "2023-2024", "2024-2025")
    avec_indice = {uai for uai in ecoles if any((uai, annee) in indices for annee in annees)}
    dans_le_fichier = ecoles & set(
        pl.read_parquet(depot / "education/ips_ecoles/fr-en-ips-ecoles-ap2022.parquet", columns=["uai"])["uai"]
    )
    avec_les_deux = {uai for uai in colleges if uai in ips_colleges and any((uai, s) in ivac for s in ("2022", "2023", "2024"))}  # fmt: skip
    assert round(100 * len(dans_le_fichier) / len(ecoles)) == 61
    # Two of them are in the file with an index that is not significant every year.
    assert (len(ecoles), len(dans_le_fichier), len(avec_indice)) == (198, 120, 118)
    assert round(100 * len(avec_les_deux) / len(colleges)) == 70
    lus: dict[tuple[str, str], set[str]] = defaultdict(set)
    for nature, mesure, uai in entrepot_depot.execute(
        f"select distinct nature, mesure, identifiant from int_education__groupes where niveau = 'qpv' and zonage = '2024' and valeur is not null and substr(code_territoire, 3, 3) in {tuple('0' + d for d in NORMANDIE)}"
    ).fetchall():
        lus[nature, mesure].add(uai)
    assert lus["ecole", "ips"] == avec_indice
    assert lus["college", "ips"] & lus["college", "taux_reussite"] == avec_les_deux


def test_la_reference_d_un_departement_est_celle_de_tous_ses_etablissements(
    entrepot_depot: duckdb.DuckDBPyConnection,
    depot: Path,
    indices: dict[tuple[str, str], float],
    ivac: dict[tuple[str, str], dict[str, str]],
) -> None:
    table = pl.read_parquet(
        depot / "education/ips_ecoles/fr-en-ips-ecoles-ap2022.parquet",
        columns=["uai", "rentree_scolaire", "code_du_departement"],
    )
    du_calvados = table.filter((pl.col("code_du_departement") == "14") & (pl.col("rentree_scolaire") == "2024-2025"))[
        "uai"
    ]
    mediane = statistics.median(indices[u, "2024-2025"] for u in du_calvados if (u, "2024-2025") in indices)
    lignes = [ivac[cle] for cle in ivac if cle[1] == "2024" and ivac[cle]["Code département"].lstrip("0") == "76"]
    effectifs = [(float(ligne["Nb candidats G"]), float(ligne["Taux de réussite G"])) for ligne in lignes]
    taux = sum(n * t for n, t in effectifs) / sum(n for n, _ in effectifs)
    lus = dict(
        entrepot_depot.execute(
            "select indicateur, valeur from fct_valeurs where niveau = 'departement' and (indicateur, code_territoire, periode) in (('ips_moyen_ecoles_proches', '14', '2024-2025'), ('taux_reussite_dnb_colleges_proches', '76', '2024'))"
        ).fetchall()
    )
    assert lus == pytest.approx({"ips_moyen_ecoles_proches": mediane, "taux_reussite_dnb_colleges_proches": taux})
