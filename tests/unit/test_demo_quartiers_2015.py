"""Bases of the quartiers of 2015 that nobody has read, as the demo territory writes them and as the cards read them.

Belongs here: their rows, what is masked in them, what they share with the other files of the territory.
Does not belong here: the bases that were read (test_demo), indicators computed from them (tests/integration).
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import fastexcel
import polars as pl
import pytest
import shapefile
import shapely
from pyproj import Transformer

from ingestion.acquire import SourceDepot
from ingestion.catalogue import Catalogue
from ingestion.demo import ecrire_territoire
from ingestion.ingest import ingerer_jeu

# Dataset → rows that are kept, rows of an aggregate. The lagoon is in the communal workbook only; the bases of work and of
# benefits of 2015 leave one more quartier out.
LIGNES = {
    "qpv_caf": (58, 1),
    "qpv_cnam_c2s": (58, 1),
    "qpv_education": (59, 1),
    "qpv_estimations_demographiques": (59, 0),
    "qpv_logement": (59, 1),
    "qpv_population_communale": (40, 0),
    "qpv_tissu_economique": (59, 1),
}
TAILLES = ("partMen1p", "partMen2p", "partMen3p", "partMen45p", "partMen6pp")
ESTIMATIONS = "estimations-demographiques_2022_QPV"
Lignes = list[dict[str, str]]


@pytest.fixture(scope="module")
def territoire(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo deposit, written once."""
    dossier = tmp_path_factory.mktemp("demo")
    ecrire_territoire(dossier)
    return dossier


@pytest.fixture(scope="module")
def lues(territoire: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The typed layer of these datasets only."""
    donnees = tmp_path_factory.mktemp("donnees")
    for jeu in LIGNES:
        bilan = ingerer_jeu(
            Catalogue().jeux[f"insee.{jeu}"],
            SourceDepot(territoire),
            donnees,
            lambda: datetime(2026, 11, 25, tzinfo=UTC),
        )
        assert {f.statut for f in bilan.fichiers} == {"a_jour"}, [f.message for f in bilan.fichiers]
    return donnees / "normalise" / "insee"


def couche(lues: Path, jeu: str, nature: str = "cellules") -> pl.DataFrame:
    return pl.read_parquet(lues / jeu / "*" / f"*.{nature}.parquet")


def publiees(lues: Path, jeu: str, variable: str) -> dict[str, tuple[float | None, str]]:
    """Territory → value and status of a variable."""
    ici = couche(lues, jeu).filter(variable=variable)
    resultat = {
        code: (valeur, statut) for code, valeur, statut in ici.select("code_territoire", "valeur", "statut").rows()
    }
    assert len(resultat) == ici.height
    return resultat


def tableau(texte: str) -> Lignes:
    return list(csv.DictReader(io.StringIO(texte, newline=""), delimiter=";"))


def csv_brut(chemin: Path) -> Lignes:
    return tableau(chemin.read_text(encoding="utf-8-sig"))


def membre(chemin: Path, nom: str) -> Lignes:
    with zipfile.ZipFile(chemin) as archive:
        return tableau(archive.read(nom).decode("utf-8-sig"))


def feuille(chemin: Path, nom: str, entete: int) -> Lignes:
    """Rows of a sheet whose names are on a row counted from 1; an absent cell is empty."""
    brut = fastexcel.read_excel(chemin.read_bytes()).load_sheet(nom, header_row=None, skip_rows=0, dtypes="string")
    noms, *lignes = brut.to_polars().fill_null("").rows()[entete - 1 :]
    return [dict(zip(noms, ligne, strict=True)) for ligne in lignes]


def nombre(texte: str) -> float | None:
    propre = texte.replace("\u202f", "").replace(",", ".")
    return float(propre) if propre else None


def compte(ligne: dict[str, str], nom: str) -> int:
    valeur = nombre(ligne[nom])
    assert valeur is not None
    return int(valeur)


def caf(territoire: Path, nom: str) -> Lignes:
    return feuille(territoire / "insee/qpv_caf/beneficiaires_CAF_31-12-2015.xls", nom, 5)


# --- all of them --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jeu", LIGNES)
def test_every_row_has_its_territory(lues: Path, jeu: str) -> None:
    lignes = couche(lues, jeu, "lignes")
    gardees = lignes.filter(sort="retenue")["code_territoire"]
    assert (gardees.n_unique(), lignes.height - gardees.len()) == LIGNES[jeu]
    assert couche(lues, jeu, "quarantaine").height == 0


@pytest.mark.parametrize("jeu", LIGNES)
def test_a_masked_cell_has_no_value_and_says_why(lues: Path, jeu: str) -> None:
    cellules = couche(lues, jeu)
    masquees = cellules.filter(pl.col("statut") != "observe")
    assert set(masquees["statut"]) <= {"secret", "non_diffuse"}
    assert masquees.height > 0
    assert masquees["valeur"].null_count() == masquees.height
    assert cellules.filter(statut="observe")["valeur"].null_count() == 0


def test_no_card_claims_that_the_real_file_was_read() -> None:
    for jeu in LIGNES:
        fichiers = [f for m in Catalogue().jeux[f"insee.{jeu}"].millesimes for f in m.fichiers]
        assert {f.essai for f in fichiers} <= {"inconnu", "documente"}
        assert all(f.est_facultatif for f in fichiers)


# --- benefits -----------------------------------------------------------------------------------------------------------


def test_the_workbook_of_2015_repeats_the_base_of_the_same_day(territoire: Path, lues: Path) -> None:
    """Base 2017 holds the Caf at 31/12/2015: the same cells, the same notes, the same `Ensemble`."""
    base = {ligne["CODGEO"]: ligne for ligne in csv_brut(territoire / "insee/qpv_demographie/DEMO_2017.csv")}
    lignes = caf(territoire, "QP")
    assert [ligne["CODGEO"] for ligne in lignes] == list(base)
    for ligne in lignes:
        reference = base[ligne["CODGEO"]]
        for nom in ("A", "PERCOU", "AM", "AI", "AC3ENF", "ENF_2"):
            assert nombre(ligne[nom]) == nombre(reference[nom]), (ligne["CODGEO"], nom)
        if ligne["CODGEO"] != "Ensemble":
            assert ligne["NOTE"] == reference["NOTE_CNAF"]
    for variable, nom in (
        ("allocataires", "A"),
        ("allocataires_monoparents", "AM"),
        ("personnes_couvertes_caf", "PERCOU"),
    ):
        attendues = {
            ligne["CODGEO"].replace("Ensemble", "QPV-FR"): (
                nombre(ligne[nom]),
                "observe" if ligne[nom] else "secret" if ligne["NOTE"] == "0" else "non_diffuse",
            )
            for ligne in lignes
        }
        assert publiees(lues, "qpv_caf", variable) == attendues


def test_households_add_up_from_the_iris_to_the_intercommunalite(territoire: Path) -> None:
    communes = {ligne["CODGEO"]: ligne for ligne in caf(territoire, "COM")}
    for nom in ("IRIS", "COM", "EPCI"):
        for ligne in caf(territoire, nom):
            parts = [nombre(ligne[n]) for n in ("AM", "AI", "ACSSENF", "ACAVENF")]
            if None not in parts:
                assert sum(p for p in parts if p is not None) == nombre(ligne["A"]), ligne["CODGEO"]
    # The large city has its Iris by arrondissement.
    iris = [ligne for ligne in caf(territoire, "IRIS") if ligne["CODGEO"][:5] in ("96181", "96182", "96183")]
    for nom in ("A", "AM", "PERCOU"):
        assert sum(compte(ligne, nom) for ligne in iris) == compte(communes["96101"], nom)
    appartenance = csv.DictReader(
        (territoire / "insee/qpv_appartenance/qpv_info_nom_commune.csv").open(encoding="utf-8")
    )
    premieres = {ligne["code"]: ligne["insee_com"] for ligne in appartenance}
    assert {premieres[ligne["CODGEO"]] for ligne in caf(territoire, "QP") if ligne["CODGEO"] != "Ensemble"} <= set(
        communes
    )
    assert max(compte(c, "A") for c in communes.values()) < max(compte(e, "A") for e in caf(territoire, "EPCI"))


# --- health insurance -----------------------------------------------------------------------------------------------------


def test_the_quartiers_of_the_archive_are_chosen_and_their_thousands_read(territoire: Path, lues: Path) -> None:
    chemin = territoire / "insee/qpv_cnam_c2s/beneficiaires_CNAM_01-01-2023_QP_csv.zip"
    with zipfile.ZipFile(chemin) as archive:
        assert set(archive.namelist()) == {f"{m}_CNAM2023_{n}.csv" for m in ("data", "meta") for n in ("QP", "COM")}
    lignes = membre(chemin, "data_CNAM2023_QP.csv")
    assert any("\u202f" in ligne["C"] for ligne in lignes)
    assert {ligne["NOTE"] for ligne in lignes} > {"0", ""}
    for variable, nom in (
        ("personnes_couvertes_regime_general", "C"),
        ("beneficiaires_c2s_non_participative", "C_C2SNP"),
        ("beneficiaires_c2s_participative", "C_C2SP"),
    ):
        attendues = {
            ligne["CODGEO"].replace("Ensemble", "QPV-FR"): (
                nombre(ligne[nom]),
                "observe" if ligne[nom] else "non_diffuse",
            )
            for ligne in lignes
        }
        assert publiees(lues, "qpv_cnam_c2s", variable) == attendues
    for ligne in lignes:
        if ligne["C_17_C2SNP"] and ligne["C_60_C2SNP"]:
            assert (
                compte(ligne, "C_17_C2SNP") + compte(ligne, "C_60_C2SNP")
                < compte(ligne, "C_C2SNP")
                < compte(ligne, "C")
            )
    # The only quartier of this commune lies in it as a whole.
    (commune,) = (x for x in membre(chemin, "data_CNAM2023_COM.csv") if x["CODGEO"] == "96113")
    (quartier,) = (x for x in lignes if x["CODGEO"] == "QP961019")
    assert compte(quartier, "C") < compte(commune, "C")


# --- census -------------------------------------------------------------------------------------------------------------


def estimations(territoire: Path) -> Lignes:
    return membre(
        territoire / f"insee/qpv_estimations_demographiques/{ESTIMATIONS}2015_csv.zip", f"{ESTIMATIONS}2015.csv"
    )


def test_a_quartier_that_did_not_change_has_one_census(territoire: Path) -> None:
    nouvelles = {
        ligne["codeQPV"]: ligne
        for ligne in csv_brut(territoire / f"insee/qpv2024_estimations_demographiques/{ESTIMATIONS}2024.csv")
    }
    anciennes = {ligne["codeQPV"]: ligne for ligne in estimations(territoire)}
    liens = csv_brut(territoire / "anct/qpv_correspondance/liste-correspondance-qp2024-qp2015.csv")
    identiques = {x["QP2015_1"]: x["QP2024"] for x in liens if x["Statut"] == "Identique" and x["QP2024"] in nouvelles}
    assert len(identiques) == 13
    for avant, apres in identiques.items():
        assert {n: v for n, v in anciennes[avant].items() if n != "codeQPV"} == {
            n: v for n, v in nouvelles[apres].items() if n != "codeQPV"
        }
    for code, ligne in anciennes.items():
        tailles = [nombre(ligne[nom]) for nom in TAILLES]
        if code not in identiques and any(v is not None for v in tailles):
            assert tailles.count(None) != 1, code
        if None not in tailles:
            assert sum(v for v in tailles if v is not None) == pytest.approx(100, abs=0.05), code


def test_a_row_without_any_figure_is_not_disseminated(territoire: Path, lues: Path) -> None:
    lignes = estimations(territoire)
    lues_ici = ("indiceJeunesse", "partMen1p", "partMen6pp")
    vides = {ligne["codeQPV"] for ligne in lignes if not any(ligne[nom] for nom in lues_ici)}
    assert len(vides) == 4
    for variable, nom in zip(
        ("indice_jeunesse", "part_menages_1_personne", "part_menages_6_personnes_plus"), lues_ici, strict=True
    ):
        assert publiees(lues, "qpv_estimations_demographiques", variable) == {
            x["codeQPV"]: (
                nombre(x[nom]), "observe" if x[nom] else "non_diffuse" if x["codeQPV"] in vides else "secret",
            )
            for x in lignes
        }  # fmt: skip


def test_the_communes_hold_the_inhabitants_of_their_quartiers(territoire: Path, lues: Path) -> None:
    """`POP_COM_QP` of the base 2022 is the same count, for the quartiers that lie in one commune."""
    lignes = feuille(territoire / "insee/qpv_population_communale/pop_legales_communales_qpv_2018.xlsx", "COM", 8)
    habitants = {ligne["com"]: nombre(ligne["pop_qpv"]) for ligne in lignes}
    assert publiees(lues, "qpv_population_communale", "population_commune_en_qpv_2015") == {
        code: (n, "secret" if n is None else "observe") for code, n in habitants.items()
    }
    appartenance = csv.DictReader(
        (territoire / "insee/qpv_appartenance/qpv_info_nom_commune.csv").open(encoding="utf-8")
    )
    premieres = {ligne["code"]: ligne["insee_com"] for ligne in appartenance}
    verifiees: set[str] = set()
    for quartier in csv_brut(territoire / "insee/qpv_demographie/DEMO_2022.csv"):
        if "," not in quartier["LIB_COM"]:
            commune = premieres[quartier["CODGEO"]]
            assert nombre(quartier["POP_COM_QP"]) == habitants[commune]
            verifiees.add(commune)
    assert len(verifiees) >= 25
    # Two hidden parts of one quartier: its population gives neither away.
    assert [code for code, n in habitants.items() if n is None] == ["96308", "96309"]


# --- schools, housing, establishments -------------------------------------------------------------------------------------


def contours(territoire: Path) -> dict[str, shapely.Geometry]:
    """Quartiers of the mainland, in metres, as the shapefile draws them."""
    nom = "QP_METROPOLE_LB93"
    with zipfile.ZipFile(territoire / "anct/qpv2015_contours/qp-politiquedelaville-shp.zip") as archive:
        lecteur = shapefile.Reader(
            **{e: io.BytesIO(archive.read(f"{nom}.{e}")) for e in ("shp", "shx", "dbf")}, encoding="cp1252"
        )
        return {
            fiche.record["CODE_QP"]: shapely.geometry.shape(fiche.shape.__geo_interface__).buffer(0)
            for fiche in lecteur.iterShapeRecords()
        }


def test_the_schools_of_a_quartier_are_those_of_the_directory(territoire: Path, lues: Path) -> None:
    lignes = {ligne["CODGEO"]: ligne for ligne in csv_brut(territoire / "insee/qpv_education/EDUC_QPV2015.csv")}
    annuaire = pl.read_parquet(next((territoire / "education/annuaire").glob("*.parquet"))).unique(
        "identifiant_de_l_etablissement"
    )
    vers_metres = Transformer.from_crs(4326, 2154, always_xy=True)
    points = {
        nature: [
            shapely.Point(vers_metres.transform(point.x, point.y))
            for (wkb,) in annuaire.filter(type_etablissement=nature).select("geometry").drop_nulls().rows()
            if (point := shapely.from_wkb(wkb))
        ]
        for nature in ("Ecole", "Collège")
    }
    comptees = 0
    for code, surface in contours(territoire).items():
        if not lignes[code]["EC_ELEM"]:
            continue
        for nom, nature, abords in (("EC_ELEM", "Ecole", 0), ("EC_ELEM_PRI", "Ecole", 100), ("COLL", "Collège", 0)):
            assert compte(lignes[code], nom) == sum(surface.distance(p) <= abords for p in points[nature]), (code, nom)
        comptees += 1
    assert comptees >= 50
    attendues = {c.replace("Ensemble", "QPV-FR"): nombre(x["COLL"]) for c, x in lignes.items()}
    assert {c: v for c, (v, _) in publiees(lues, "qpv_education", "nb_colleges").items()} == attendues
    # No school is a figure, not a secret.
    assert (0.0, "observe") in publiees(lues, "qpv_education", "nb_colleges").values()


def test_housing_is_read_under_its_titles_and_labels(territoire: Path, lues: Path) -> None:
    lignes = feuille(territoire / "insee/qpv_logement/LOGT_2023_V2.xlsx", "Données quartiers", 5)
    for variable, nom in (
        ("personnes_residences_principales", "nbPersResPrinc"),
        ("taux_suroccupation", "partResPrincSurocc"),
        ("part_logement_social", "txLsRp"),
    ):
        assert publiees(lues, "qpv_logement", variable) == {
            x["CODGEO"].replace("Ensemble", "QPV-FR"): (nombre(x[nom]), "observe" if x[nom] else "secret")
            for x in lignes
        }
    populations = {
        x["CODGEO"]: compte(x, "POP_MUN") for x in csv_brut(territoire / "insee/qpv_demographie/DEMO_2022.csv")
    }
    logees = [x for x in lignes if x["nbPersResPrinc"] and x["CODGEO"] != "Ensemble"]
    assert len(logees) == 54
    for x in logees:
        habitants = populations[x["CODGEO"]]
        assert 0.9 * habitants < compte(x, "nbPersResPrinc") < habitants
    ensemble, *_ = lignes
    total = sum(compte(x, "nbPersResPrinc") for x in logees)
    assert compte(ensemble, "nbPersResPrinc") == 100 * round(total / 100)


def verifier_ensemble(lignes: Iterable[dict[str, str]], nom: str) -> None:
    """The aggregate row is the sum of what is published, to the hundred."""
    ensemble, *quartiers = lignes
    total = sum(nombre(q[nom]) or 0 for q in quartiers)
    assert compte(ensemble, nom) == 100 * round(total / 100)


def test_establishments_and_their_total(territoire: Path, lues: Path) -> None:
    lignes = csv_brut(territoire / "insee/qpv_tissu_economique/ECO_QPV2015.csv")
    assert "\u202f" in lignes[0]["NBETAB"]
    for nom in ("NBETAB", "AUTO_ENT"):
        verifier_ensemble(lignes, nom)
    for variable, nom in (("nb_etablissements", "NBETAB"), ("nb_micro_entrepreneurs", "AUTO_ENT")):
        assert publiees(lues, "qpv_tissu_economique", variable) == {
            x["CODGEO"].replace("Ensemble", "QPV-FR"): (nombre(x[nom]), "observe" if x[nom] else "secret")
            for x in lignes
        }
    assert all(compte(x, "AUTO_ENT") < compte(x, "NBETAB") for x in lignes if x["AUTO_ENT"])
    assert min(compte(x, n) for x in lignes for n in ("NBETAB", "AUTO_ENT", "SERV_PAR", "ENS_SANTE") if x[n]) >= 5
