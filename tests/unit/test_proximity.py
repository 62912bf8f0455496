"""Places around invented quartiers, at distances that can be checked by hand.

Belongs here: squares and points drawn in metres, usable and unusable coordinates, the files written for dbt.
Does not belong here: published places (tests/data/test_proximity_depot.py), areas of the quartiers (test_spatial.py).
"""

from __future__ import annotations

import hashlib
import math
import random
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pyproj
import pytest
import shapely
from fiche_essai import bloc, fiche, typer
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from ingestion import proximity
from ingestion.catalogue import Catalogue, Cle, Fichier, Jeu, Millesime, Points, PositionInconnue, Variable
from ingestion.parquet import chemin_type, ecrire_ensemble
from ingestion.places import FICHIERS, calculer, ecrire, lire_points
from ingestion.proximity import CONTOURS, POINTS, PROXIMITES, REJETS, Lieux, rapprocher
from ingestion.spatial import LAMBERT_93, SCHEMAS, WGS84, Spatial

# Somewhere in Normandie, in Lambert 93; the square of the first quartier has its south-west corner there.
X, Y = 455_000.0, 6_902_000.0
COTE = 400.0
REUNION = "EPSG:2975"


def degres(x: float, y: float, crs: str = LAMBERT_93) -> tuple[float, float]:
    longitude, latitude = pyproj.Transformer.from_crs(crs, WGS84, always_xy=True).transform(x, y)
    return float(longitude), float(latitude)


def carre(code: str, x: float, y: float, crs: str = LAMBERT_93, cote: float = COTE) -> dict[str, Any]:
    vers = pyproj.Transformer.from_crs(crs, WGS84, always_xy=True)
    forme = shapely.transform(shapely.box(x, y, x + cote, y + cote), vers.transform, interleaved=False)
    return {
        "zonage": "2015" if code.startswith("QP") else "2024",
        "code_territoire": code,
        "wkb": shapely.to_wkb(forme),
    }


def contours(*carres: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(carres), schema=CONTOURS, orient="row")


def lieu(identifiant: str, longitude: float | None, latitude: float | None, **autres: Any) -> dict[str, Any]:
    defaut = {
        "table_publiee": "services",
        "identifiant": identifiant,
        "millesime": "2024",
        "nature": "pharmacie",
        "jeu": "essai.lieux",
        "fichier": "lieux.csv",
        "ligne": 2,
        "empreinte_sha256": "e" * 64,
    }
    return {"longitude": longitude, "latitude": latitude, **defaut, **autres}


def lieux(*lignes: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(lignes), schema=POINTS, orient="row")


def paires(resultat: Lieux) -> list[tuple[Any, ...]]:
    return resultat.proximites.select("code_qpv", "identifiant", "distance_m", "est_dans_qpv").rows()


# --- distances


def test_distances_a_un_carre_calculees_a_la_main() -> None:
    """The square spans X to X + 400 and Y to Y + 400: every distance is a difference, or Pythagoras from a corner."""
    milieu = Y + COTE / 2
    resultat = rapprocher(
        lieux(
            lieu("dedans", *degres(X + 100, milieu)),
            lieu("au bord", *degres(X + COTE, milieu)),
            lieu("à 300 m", *degres(X + COTE + 300, milieu)),
            lieu("en biais", *degres(X + COTE + 300, Y + COTE + 400)),
            lieu("à 1000 m", *degres(X + COTE + 1_000, milieu)),
            lieu("à 1000,01 m", *degres(X + COTE + 1_000.01, milieu)),
        ),
        contours(carre("QP014001", X, Y)),
    )
    assert paires(resultat) == [
        ("QP014001", "au bord", 0.0, True),
        ("QP014001", "dedans", 0.0, True),
        ("QP014001", "en biais", 500.0, False),
        ("QP014001", "à 1000 m", 1_000.0, False),
        ("QP014001", "à 300 m", 300.0, False),
    ]
    assert resultat.points.height == 6
    assert resultat.rejets.height == 0


def test_les_deux_zonages_ont_chacun_leurs_paires() -> None:
    resultat = rapprocher(
        lieux(lieu("a", *degres(X + 500, Y))), contours(carre("QP014001", X, Y), carre("QN01401M", X + 450, Y))
    )
    assert resultat.proximites.select("code_qpv", "zonage", "distance_m").rows() == [
        ("QN01401M", "2024", 0.0),
        ("QP014001", "2015", 100.0),
    ]


def test_un_point_d_outre_mer_se_mesure_dans_sa_projection() -> None:
    """In the metres of Réunion; Lambert 93 would be wrong by kilometres there."""
    x, y = 340_000.0, 7_660_000.0
    resultat = rapprocher(
        lieux(lieu("a", *degres(x + COTE + 250, y, REUNION)), lieu("métropole", *degres(X, Y))),
        contours(carre("QN97401M", x, y, REUNION)),
    )
    assert paires(resultat) == [("QN97401M", "a", 250.0, False)]


def test_le_centimetre_decide_de_l_appartenance() -> None:
    """4 mm away is on the edge, 6 mm away is a centimetre away; 1,000.004 m is a kilometre."""
    resultat = rapprocher(
        lieux(
            lieu("4 mm", *degres(X + COTE + 0.004, Y)),
            lieu("6 mm", *degres(X + COTE + 0.006, Y)),
            lieu("un km", *degres(X + COTE + 1_000.004, Y)),
        ),
        contours(carre("QP014001", X, Y)),
    )
    assert [ligne[2:] for ligne in paires(resultat)] == [(0.0, True), (0.01, False), (1_000.0, False)]


# --- the nearest


def test_le_plus_proche_de_chaque_nature_a_toute_distance() -> None:
    """Beyond 1 km one place per nature: 25 km for the pharmacie (not the one at 40), 250 km for the urgences."""
    resultat = rapprocher(
        lieux(
            lieu("p1", *degres(X + COTE + 25_000, Y)),
            lieu("p2", *degres(X + COTE + 40_000, Y)),
            lieu("u", *degres(X + COTE + 250_000, Y), nature="urgences"),
            lieu("m1", *degres(X + COTE + 200, Y), nature="maison_sante"),
            lieu("m2", *degres(X + COTE + 3_000, Y), nature="maison_sante"),
        ),
        contours(carre("QP014001", X, Y)),
    )
    assert paires(resultat) == [
        ("QP014001", "m1", 200.0, False),
        ("QP014001", "p1", 25_000.0, False),
        ("QP014001", "u", 250_000.0, False),
    ]


def test_chaque_edition_a_ses_paires_et_son_plus_proche() -> None:
    """Two editions of one dataset, which do not list the same places: a distance exists at both dates."""
    resultat = rapprocher(
        lieux(
            lieu("1", *degres(X + COTE + 5_000, Y), millesime="2022-12"),
            lieu("1", *degres(X + COTE + 5_000, Y), millesime="2024-08"),
            lieu("2", *degres(X + COTE + 2_000, Y), millesime="2024-08"),
        ),
        contours(carre("QP014001", X, Y)),
    )
    assert resultat.proximites.select("identifiant", "millesime", "distance_m").rows() == [
        ("1", "2022-12", 5_000.0),
        ("2", "2024-08", 2_000.0),
    ]


def test_a_egalite_le_plus_petit_identifiant() -> None:
    memes = [lieu(nom, *degres(X + 5_000, Y)) for nom in ("c", "a", "b")]
    assert paires(rapprocher(lieux(*memes), contours(carre("QP014001", X, Y)))) == [
        ("QP014001", "a", 5_000.0 - COTE, False)
    ]


def test_le_plus_proche_ne_traverse_pas_les_mers() -> None:
    """A quartier of Réunion has no nearest place in the métropole: the distance would have no meaning."""
    ailleurs = lieux(lieu("a", *degres(X, Y)))
    assert paires(rapprocher(ailleurs, contours(carre("QN97401M", 340_000, 7_660_000, REUNION)))) == []


# --- what cannot be placed


@pytest.mark.parametrize(
    ("longitude", "latitude", "sort", "motif"),
    [
        (None, 49.2, "exclue", "sans coordonnées lisibles"),
        (-0.4, None, "exclue", "sans coordonnées lisibles"),
        (math.nan, 49.2, "exclue", "sans coordonnées lisibles"),
        (math.inf, 49.2, "exclue", "sans coordonnées lisibles"),
        (0.0, 0.0, "quarantaine", "longitude 0, latitude 0"),
        (49.2, -0.4, "quarantaine", "la longitude et la latitude sont inversées"),
        (-21.1, 55.5, "quarantaine", "la longitude et la latitude sont inversées"),
        (-74.0, 40.7, "quarantaine", "longitude -74.0, latitude 40.7 : hors de tout territoire français"),
        (455_000.0, 6_902_000.0, "quarantaine", "hors de tout territoire français"),
    ],
)
def test_des_coordonnees_inutilisables_sont_ecartees_avec_leur_raison(
    longitude: float | None, latitude: float | None, sort: str, motif: str
) -> None:
    resultat = rapprocher(
        lieux(lieu("perdu", longitude, latitude), lieu("bon", *degres(X, Y))), contours(carre("QP014001", X, Y))
    )
    assert resultat.points["identifiant"].to_list() == ["bon"]
    assert resultat.proximites["identifiant"].to_list() == ["bon"]
    (rejet,) = resultat.rejets.rows(named=True)
    assert (rejet["identifiant"], rejet["sort"]) == ("perdu", sort)
    assert motif in rejet["motif"]


@pytest.mark.parametrize(
    ("longitude", "latitude"),
    [(0.0, 49.2), (-61.5, 16.2), (-52.3, 4.9), (45.2, -12.8), (-63.1, 18.1), (166.4, -22.3), (-176.2, -13.3)],
    ids=["Greenwich", "Guadeloupe", "Cayenne", "Mayotte", "Saint-Martin", "Nouméa", "Wallis"],
)
def test_un_lieu_d_un_territoire_sans_quartier_est_garde(longitude: float, latitude: float) -> None:
    resultat = rapprocher(lieux(lieu("a", longitude, latitude)), contours())
    assert (resultat.points.height, resultat.proximites.height, resultat.rejets.height) == (1, 0, 0)


def test_sans_nature_ou_repete_un_lieu_n_est_pas_publie_deux_fois() -> None:
    ici = degres(X, Y)
    resultat = rapprocher(
        lieux(
            lieu("a", *ici, ligne=3, libelle="second"),
            lieu("a", *ici, ligne=2, libelle="premier"),
            lieu("a", 0.0, 0.0, ligne=1),
            lieu("a", *ici, millesime="2025"),
            lieu("b", *ici, ligne=4, nature=None),
        ),
        contours(carre("QP014001", X, Y)),
    )
    assert resultat.points.select("identifiant", "millesime", "libelle").rows() == [
        ("a", "2024", "premier"),
        ("a", "2025", None),
    ]
    assert {ligne: motif.split(" ")[0] for ligne, motif in resultat.rejets.select("ligne", "motif").rows()} == {
        1: "longitude",
        3: "identifiant",
        4: "lieu",
    }
    assert resultat.points.height + resultat.rejets.height == 5


def test_sans_lieu_ni_quartier_les_tables_existent_vides() -> None:
    resultat = rapprocher(lieux(), contours())
    for table, schema in ((resultat.points, POINTS), (resultat.proximites, PROXIMITES), (resultat.rejets, REJETS)):
        assert dict(table.schema) == schema
        assert table.height == 0


# --- against plain geometry, and in any order


def nuage(tirage: random.Random, nombre: int) -> list[dict[str, Any]]:
    """Points in and around four squares, some of them twice at the same place, some unusable."""
    points = []
    for rang in range(nombre):
        longitude, latitude = degres(X + tirage.uniform(-3_000, 8_000), Y + tirage.uniform(-3_000, 3_000))
        if rang % 20 == 19:
            longitude, latitude = latitude, longitude
        nature = tirage.choice(["pharmacie", "urgences", "medecin_generaliste"])
        points.append(lieu(f"{rang % (nombre - 10):04d}", longitude, latitude, nature=nature, ligne=rang + 2))
    return points


QUATRE = contours(
    carre("QP014001", X, Y),
    carre("QP014002", X + 5_000, Y + 500),
    carre("QN01401M", X + 50, Y + 50),
    carre("QN01402N", X + 40_000, Y, LAMBERT_93, 50),
)


@settings(max_examples=25)
@given(tirage=st.randoms(use_true_random=False), nombre=st.integers(min_value=12, max_value=150))
def test_l_ordre_des_lieux_et_des_contours_ne_change_jamais_les_tables(tirage: random.Random, nombre: int) -> None:
    points = nuage(tirage, nombre)
    droit = rapprocher(lieux(*points), QUATRE)
    melange = rapprocher(
        lieux(*tirage.sample(points, len(points))), QUATRE.sample(fraction=1.0, shuffle=True, seed=nombre)
    )
    for champ in FICHIERS:
        assert getattr(melange, champ).equals(getattr(droit, champ)), champ


def test_l_ordre_des_lieux_ne_change_pas_les_octets(tmp_path: Path) -> None:
    points = nuage(random.Random(7), 120)

    def empreintes(dossier: Path, sens: int) -> dict[str, str]:
        ecrire(rapprocher(lieux(*points[::sens]), QUATRE), dossier)
        return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted((dossier / "spatial").iterdir())}

    droit = empreintes(tmp_path / "a", 1)
    assert list(droit) == sorted(f"{nom}.parquet" for nom in FICHIERS.values())
    assert empreintes(tmp_path / "b", -1) == droit


@pytest.mark.parametrize("par_lot", [proximity.POINTS_PAR_LOT, 70, 1])
def test_memes_paires_que_la_geometrie_nue(par_lot: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every point against every quartier, one distance at a time, without an index nor a grid; whatever the batches."""
    monkeypatch.setattr(proximity, "POINTS_PAR_LOT", par_lot)
    resultat = rapprocher(lieux(*nuage(random.Random(99), 400)), QUATRE)
    vers = pyproj.Transformer.from_crs(WGS84, LAMBERT_93, always_xy=True)
    points = [
        (p["identifiant"], p["nature"], shapely.Point(vers.transform(p["longitude"], p["latitude"])))
        for p in resultat.points.rows(named=True)
    ]
    attendues = set()
    for code, wkb in QUATRE.select("code_territoire", "wkb").rows():
        forme = shapely.transform(shapely.from_wkb(wkb), vers.transform, interleaved=False)
        distances = [(round(forme.distance(p), 2), i, nature) for i, nature, p in points]
        attendues |= {(code, i, d) for d, i, _ in distances if d <= 1_000}
        for nature in {nature for _, _, nature in distances}:
            plus_proche = min(d for d in distances if d[2] == nature)
            attendues.add((code, plus_proche[1], plus_proche[0]))
    trouvees = resultat.proximites.select("code_qpv", "identifiant", "distance_m").rows()
    assert len(trouvees) == len(attendues) > 80
    assert set(trouvees) == attendues


# --- typed cells to points


def carte(nom: str, points: Points, cle: Cle, **variables: Variable) -> Jeu:
    """An invented card of places, with two vintages."""
    decrites = {
        "longitude": Variable(colonnes=["lon"], type="nombre"),
        "latitude": Variable(colonnes=["lat"], type="nombre"),
        "libelle": Variable(colonnes=["nom"], type="texte"),
        "code_commune": Variable(colonnes=["commune"], type="texte"),
        **variables,
    }
    millesimes = [
        Millesime(
            millesime=m,
            periodes={"lieux": m},
            fichiers=[Fichier(fichier=f"{m}.csv", chemin=f"essai/{nom}/{m}.csv", statut_url="a_confirmer")],
        )
        for m in ("2023", "2024")
    ]
    return fiche(
        [bloc(decrites, "non_diffuse", nom="lieux")],
        {},
        jeu=f"essai.{nom}",
        niveau="objet",
        zonage="",
        cle=cle,
        points=points,
        millesimes=millesimes,
    )


class CatalogueEssai(Catalogue):
    """The cards of this test."""

    def __init__(self, *jeux: Jeu) -> None:
        super().__init__()
        self.__dict__["jeux"] = {jeu.jeu: jeu for jeu in jeux}


def ecrire_type(donnees: Path, jeu: Jeu, rang: int, texte: str) -> None:
    """The typed layer of one vintage of the card."""
    millesime = jeu.millesimes[rang]
    normalise = typer(texte, jeu.model_copy(update={"millesimes": [millesime]}))
    chemins = {n: chemin_type(donnees, jeu, millesime, millesime.fichiers[0], n) for n in ("cellules", "lignes")}
    ecrire_ensemble({chemins["cellules"]: normalise.cellules, chemins["lignes"]: normalise.lignes})


SERVICES = carte(
    "accueils",
    Points(table="services", nature="france_services"),
    Cle(colonnes=["id"], type="identifiant"),
    date_maj=Variable(colonnes=["maj"], type="texte"),
    code_departement=Variable(colonnes=["dep"], type="texte"),
)
ECOLES = carte(
    "ecoles",
    Points(table="etablissements", variable_nature="nature"),
    Cle(colonnes=["uai"], type="identifiant"),
    nature=Variable(colonnes=["type"], type="texte", valeurs={"Collège": "college", "Ecole": "ecole"}),
    statut_education_prioritaire=Variable(colonnes=["ep"], type="texte"),
    ips=Variable(colonnes=["ips"], type="nombre"),
)
EQUIPEMENTS = carte("equipements", Points(table="services", nature="pharmacie"), Cle(colonnes=[], type="ligne"))


def test_les_cellules_typees_deviennent_des_points(tmp_path: Path) -> None:
    ecrire_type(
        tmp_path,
        SERVICES,
        1,
        """id;nom;commune;dep;lon;lat;maj
        12;Maison A;1053;01;5.22;46.2;2024-08-01
        13;Maison B;-;01;;46.2;01/08/2024
        14;Maison C;2A004;2A;8,73;41,92;hier""",
    )
    ecrire_type(
        tmp_path,
        ECOLES,
        1,
        """uai;nom;commune;lon;lat;type;ep;ips
        0140001A;Collège;14118;-0.36;49.18;Collège;REP+;87,4
        0140002B;Service;14118;-0.36;49.18;Rectorat;;""",
    )
    ecrire_type(tmp_path, EQUIPEMENTS, 1, "nom;commune;lon;lat\nOfficine;14118;-0.37;49.18")
    points = lire_points(CatalogueEssai(SERVICES, ECOLES, EQUIPEMENTS), tmp_path)
    assert dict(points.schema) == POINTS
    lus = {ligne["identifiant"]: ligne for ligne in points.rows(named=True)}
    assert list(lus) == [
        *("essai.accueils:12", "essai.accueils:13", "essai.accueils:14"),
        *("0140001A", "0140002B", "essai.equipements:2024.csv:2"),
    ]
    maison = lus["essai.accueils:12"]
    assert (maison["table_publiee"], maison["nature"], maison["code_commune"]) == (
        *("services", "france_services", "01053"),
    )
    assert (maison["longitude"], maison["latitude"], maison["date_maj"]) == (5.22, 46.2, date(2024, 8, 1))
    assert (maison["millesime"], maison["fichier"], maison["ligne"], maison["ips"]) == ("2024", "2024.csv", 2, None)
    assert lus["essai.accueils:13"]["code_commune"] is None
    assert lus["essai.accueils:13"]["date_maj"] == date(2024, 8, 1)
    assert lus["essai.accueils:14"]["date_maj"] is None
    assert (lus["essai.accueils:14"]["longitude"], lus["essai.accueils:14"]["code_departement"]) == (8.73, "2A")
    college = lus["0140001A"]
    assert (college["nature"], college["statut_education_prioritaire"], college["ips"]) == ("college", "REP+", 87.4)
    assert lus["0140002B"]["nature"] is None


def test_toutes_les_editions_sont_lues_et_chaque_ligne_a_une_issue(tmp_path: Path) -> None:
    x, y = degres(X + 10, Y + 10)
    ecrire_type(tmp_path, SERVICES, 0, f"id;nom;commune;dep;lon;lat;maj\n1;A;14118;14;{x};{y};\n2;B;14118;14;0;0;")
    ecrire_type(tmp_path, SERVICES, 1, f"id;nom;commune;dep;lon;lat;maj\n1;A;14118;14;{x};{y};\n3;C;14118;14;;;")
    vides = {nom: pl.DataFrame(schema=schema) for nom, schema in SCHEMAS.items()}
    couche = contours(carre("QP014001", X, Y)).select("code_territoire", "wkb")
    spatial = Spatial(**(vides | {"contours_2015": couche, "contours_2024": couche.clear()}))
    resultat = calculer(CatalogueEssai(SERVICES), tmp_path, spatial)
    assert resultat.proximites.select("code_qpv", "identifiant", "millesime", "jeu", "nature").rows() == [
        ("QP014001", "essai.accueils:1", "2023", "essai.accueils", "france_services"),
        ("QP014001", "essai.accueils:1", "2024", "essai.accueils", "france_services"),
    ]
    assert resultat.rejets.select("millesime", "ligne", "sort").rows() == [
        ("2023", 3, "quarantaine"),
        ("2024", 3, "exclue"),
    ]
    for champ, nom in FICHIERS.items():
        assert pl.read_parquet(tmp_path / "spatial" / f"{nom}.parquet").equals(getattr(resultat, champ))


def test_un_echantillon_n_est_pas_une_liste_nationale(tmp_path: Path) -> None:
    """The nearest place of an extract of one département would be hundreds of kilometres away elsewhere."""
    x, y = degres(X + 10, Y + 10)
    motif = "échantillon d’un seul département"
    points = Points(table="services", nature="france_services", echantillons={"2024": motif})
    jeu = SERVICES.model_copy(update={"points": points})
    for rang in (0, 1):
        ecrire_type(tmp_path, jeu, rang, f"id;nom;commune;dep;lon;lat;maj\n1;A;14118;14;{x};{y};")
    vides = Spatial(**{nom: pl.DataFrame(schema=schema) for nom, schema in SCHEMAS.items()})
    resultat = calculer(CatalogueEssai(jeu), tmp_path, vides)
    assert resultat.points["millesime"].to_list() == ["2023"]
    assert resultat.rejets.select("millesime", "identifiant", "sort", "motif").rows() == [
        ("2024", "essai.accueils:1", "exclue", motif)
    ]


def test_une_position_tiree_au_hasard_n_est_pas_une_position(tmp_path: Path) -> None:
    x, y = degres(X + 10, Y + 10)
    motif = "position tirée au hasard dans la commune"
    inconnue = PositionInconnue(variable="qualite_position", valeurs=["33"], motif=motif)
    jeu = carte(
        "equipements",
        Points(table="services", nature="pharmacie", position_inconnue=inconnue),
        Cle(colonnes=[], type="ligne"),
        qualite_position=Variable(colonnes=["qualite"], type="texte"),
    )
    ecrire_type(tmp_path, jeu, 0, f"nom;commune;lon;lat;qualite\nA;14118;{x};{y};11\nB;14118;{x};{y};33\n")
    vides = Spatial(**{nom: pl.DataFrame(schema=schema) for nom, schema in SCHEMAS.items()})
    resultat = calculer(CatalogueEssai(jeu), tmp_path, vides)
    assert resultat.points["libelle"].to_list() == ["A"]
    assert resultat.rejets.select("ligne", "sort", "motif").rows() == [(3, "exclue", motif)]


def test_ce_que_disent_les_points_est_declare() -> None:
    inconnue = {"variable": "qualite_position", "valeurs": ["33"], "motif": "?"}
    points = {"table": "services", "nature": "x"}
    with pytest.raises(ValidationError, match="unknown variables"):
        Jeu.model_validate(SERVICES.model_dump() | {"points": points | {"position_inconnue": inconnue}})
    hors = {"1999": {"communes": ["75056"], "motif": "?"}}
    with pytest.raises(ValidationError, match="`hors_couverture` names unknown vintages"):
        Jeu.model_validate(SERVICES.model_dump() | {"points": points | {"hors_couverture": hors}})


def test_un_echantillon_d_un_millesime_inconnu_est_refuse() -> None:
    with pytest.raises(ValidationError, match="unknown vintages"):
        Jeu.model_validate(
            SERVICES.model_dump() | {"points": {"table": "services", "nature": "x", "echantillons": {"1999": "?"}}}
        )


def test_un_jeu_sans_lieu_ou_jamais_lu_ne_donne_aucun_point(tmp_path: Path) -> None:
    points = lire_points(CatalogueEssai(SERVICES, fiche([bloc()], {"filosofi": "2022"})), tmp_path)
    assert dict(points.schema) == POINTS
    assert points.height == 0
