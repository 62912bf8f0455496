"""What only the demo territory has today: general practitioners, pharmacies, digital mediation, priority education.

Belongs here: figures of awaited files, counted again from the files of the demo territory.
Does not belong here: the published files (tests/data/test_depot_acces.py), one model alone (unit tests of dbt).
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyproj
import pytest
import shapely

from ingestion.catalogue import Catalogue
from orchestration.state import Etat

EN_METRES = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:2154", always_xy=True)
Distances = dict[str, dict[str, float]]


@pytest.fixture(scope="module")
def entrepot(donnees_demo: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    etat = Etat.lire(donnees_demo)
    assert etat is not None
    chemin = donnees_demo / "entrepot" / str(etat.entrepot) / "entrepot.duckdb"
    with duckdb.connect(str(chemin), read_only=True) as connexion:
        yield connexion


@pytest.fixture(scope="module")
def formes(territoire_demo: Path) -> dict[str, Any]:
    """Code of a quartier of 2024 → its shape in metres."""
    lu = gzip.decompress((territoire_demo / "anct/qpv2024_contours/qpv.json.gz").read_bytes())
    resultat = {}
    for quartier in json.loads(lu)["qpvs"]:
        forme = shapely.make_valid(shapely.MultiPolygon([shapely.Polygon(a[0], a[1:]) for a in quartier["g"]]))
        resultat[quartier["code"]] = shapely.transform(forme, EN_METRES.transform, interleaved=False)
    return resultat


def mesurer(formes: dict[str, Any], lieux: Iterable[tuple[str, Any, Any]]) -> Distances:
    """Quartier → place → distance in metres, places without coordinates left out."""
    points = {i: shapely.Point(EN_METRES.transform(float(x), float(y))) for i, x, y in lieux if x not in (None, "")}
    return {
        code: {i: round(float(forme.distance(point)), 2) for i, point in points.items()}
        for code, forme in formes.items()
    }


def lus(entrepot: duckdb.DuckDBPyConnection, indicateur: str, periode: str) -> dict[str, float | None]:
    lignes = entrepot.execute(
        "select code_territoire, valeur from fct_valeurs where niveau = 'qpv' and zonage = '2024' and indicateur = ? and periode = ?",
        [indicateur, periode],
    ).fetchall()
    assert lignes, f"no row for {indicateur} {periode}"
    return dict(lignes)


def annuaire(territoire: Path) -> list[dict[str, str]]:
    """Schools of the complete directory, the most recent row of each identifier."""
    with (territoire / "education/annuaire/fr-en-annuaire-education.csv").open(
        encoding="utf-8-sig", newline=""
    ) as flux:
        lignes = sorted(csv.DictReader(flux, delimiter=";"), key=lambda ligne: ligne["date_maj_ligne"])
    derniers = {ligne["Identifiant_de_l_etablissement"]: ligne for ligne in lignes}
    return [ligne for ligne in derniers.values() if ligne["Type_etablissement"] in ("Ecole", "Collège")]


def situes(lignes: Iterable[dict[str, str]]) -> list[tuple[str, Any, Any]]:
    return [(ligne["Identifiant_de_l_etablissement"], ligne["longitude"], ligne["latitude"]) for ligne in lignes]


@pytest.mark.parametrize(
    ("type_", "compte", "dedans", "distance", "taux"),
    [
        ("D265", "nb_medecins_generalistes_500m", "nb_medecins_generalistes_dans_qpv", "distance_medecin_generaliste", "medecins_generalistes_500m"),
        ("D307", "nb_pharmacies_500m", "nb_pharmacies_dans_qpv", "distance_pharmacie", "pharmacies_500m"),
    ],
)  # fmt: skip
def test_les_soins_de_proximite_sont_ceux_de_la_base_complete(
    entrepot: duckdb.DuckDBPyConnection,
    territoire_demo: Path,
    formes: dict[str, Any],
    type_: str,
    compte: str,
    dedans: str,
    distance: str,
    taux: str,
) -> None:
    table = pl.read_parquet(territoire_demo / "insee/bpe_sante/BPE24.parquet").with_row_index()
    gardes = table.filter((pl.col("TYPEQU") == type_) & (pl.col("QUALITE_GEOLOC") != "33"))
    distances = mesurer(formes, gardes.select("index", "LONGITUDE", "LATITUDE").rows())
    attendus = {code: float(sum(d <= 500 for d in lieux.values())) for code, lieux in distances.items()}
    assert lus(entrepot, compte, "2024") == attendus
    assert len(set(attendus.values())) > 1
    assert lus(entrepot, dedans, "2024") == {c: float(sum(d == 0 for d in x.values())) for c, x in distances.items()}
    plus_proches = {code: min(lieux.values()) for code, lieux in distances.items()}
    assert lus(entrepot, distance, "2024") == pytest.approx(plus_proches, abs=0.02)
    with (territoire_demo / "insee/qpv2024_population/pop_QPV24.csv").open(encoding="utf-8-sig", newline="") as flux:
        populations = {q["codeQPV"]: int(q["popMuniQPV"]) for q in csv.DictReader(flux, delimiter=";")}
    pour_10000 = {code: 10_000 * n / populations[code] if code in populations else None for code, n in attendus.items()}
    assert lus(entrepot, taux, "2024") == pytest.approx(pour_10000)


def test_les_lieux_de_mediation_viennent_de_la_liste_courante(
    entrepot: duckdb.DuckDBPyConnection, territoire_demo: Path, formes: dict[str, Any]
) -> None:
    chemin = territoire_demo / "anct/lieux_mediation_numerique/mediation-numerique-courante.csv"
    with chemin.open(encoding="utf-8-sig", newline="") as flux:
        lieux = {ligne["id"]: ligne for ligne in csv.DictReader(flux, delimiter=";")}
    distances = mesurer(formes, [(i, ligne["longitude"], ligne["latitude"]) for i, ligne in lieux.items()])
    attendus = {code: float(sum(d <= 500 for d in x.values())) for code, x in distances.items()}
    assert lus(entrepot, "lieux_mediation_numerique_500m", "base-courante") == attendus


def test_l_education_prioritaire_et_les_quartiers_ne_coincident_pas_dans_les_deux_sens(
    entrepot: duckdb.DuckDBPyConnection, territoire_demo: Path, formes: dict[str, Any]
) -> None:
    """Near and far are the two sides of 100 m for a school, of 300 m for a collège."""
    limites = {"Ecole": 100, "Collège": 300}
    lignes = annuaire(territoire_demo)
    distances = mesurer(formes, situes(lignes))
    fiches = {ligne["Identifiant_de_l_etablissement"]: ligne for ligne in lignes}

    def proches(code: str, nature: str, *, prioritaires: bool) -> set[str]:
        return {
            uai
            for uai, d in distances[code].items()
            if d <= limites[nature]
            and fiches[uai]["Type_etablissement"] == nature
            and bool(fiches[uai]["Appartenance_Education_Prioritaire"]) == prioritaires
            and (prioritaires or fiches[uai]["Statut_public_prive"] == "Public")
        }

    for indicateur, nature in (("nb_ecoles_rep_100m", "Ecole"), ("nb_colleges_rep_300m", "Collège")):
        attendus = {code: float(len(proches(code, nature, prioritaires=True))) for code in formes}
        assert lus(entrepot, indicateur, "base-courante") == attendus
    hors = {c: proches(c, "Ecole", prioritaires=False) | proches(c, "Collège", prioritaires=False) for c in formes}
    assert lus(entrepot, "discordance_rep_qpv", "base-courante") == {c: float(len(u)) for c, u in hors.items()}
    pres_d_un_quartier = {u for c in formes for n in limites for u in proches(c, n, prioritaires=True)}
    en_reseau = {u for u, f in fiches.items() if f["Appartenance_Education_Prioritaire"] and f["longitude"]}
    table: dict[str, set[str]] = {}
    for sens, uai in entrepot.execute(
        "select discordance, identifiant from fct_discordances_education_prioritaire where zonage = '2024' and millesime = 'courant'"
    ).fetchall():
        table.setdefault(sens, set()).add(uai)
    assert table == {
        "proche_hors_education_prioritaire": set().union(*hors.values()),
        "prioritaire_loin_des_quartiers": en_reseau - pres_d_un_quartier,
    }
    assert all(table.values())


def test_un_indicateur_attendu_a_sa_raison_dans_la_publication(donnees_demo: Path) -> None:
    publies = pl.read_parquet(donnees_demo / "releases/current/tables/indicateurs.parquet")
    raisons = dict(publies.select("indicateur", "attente").rows())
    assert raisons == {nom: fiche.attente for nom, fiche in Catalogue().indicateurs.items()}
    assert sum(raison is not None for raison in raisons.values()) > 20
