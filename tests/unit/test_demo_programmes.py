"""Programmes, places, lists and associations of the demo territory, as the cards read them.

Belongs here: oddities that the fixture carries and what the typed layer makes of them, layouts never seen included.
Does not belong here: the published files (tests/data/test_depot_programmes), the other files of the demo (test_demo).
"""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq
import pytest
import shapely

from ingestion.acquire import SourceDepot
from ingestion.catalogue import Catalogue
from ingestion.demo import associations, guichets, listes_2024, programmes
from ingestion.demo.contours import edition_2024
from ingestion.demo.territoire import construire
from ingestion.ingest import ingerer_jeu

CATALOGUE = Catalogue()
FICHIERS: dict[str, bytes] = {
    chemin: contenu
    for module in (programmes, guichets, listes_2024, associations)
    for chemin, contenu in module.fichiers().items()
}
JEUX = sorted({"/".join(chemin.split("/")[:2]).replace("/", ".") for chemin in FICHIERS})


@pytest.fixture(scope="module")
def donnees(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder after the ingestion of these datasets only."""
    racine = tmp_path_factory.mktemp("programmes")
    for chemin, contenu in FICHIERS.items():
        cible = racine / "depot" / chemin
        cible.parent.mkdir(parents=True, exist_ok=True)
        cible.write_bytes(contenu)
    for jeu in JEUX:
        bilan = ingerer_jeu(
            CATALOGUE.jeux[jeu],
            SourceDepot(racine / "depot"),
            racine / "donnees",
            lambda: datetime(2026, 11, 25, tzinfo=UTC),
        )
        assert {f.statut for f in bilan.fichiers} == {"a_jour"}, bilan
    return racine / "donnees"


def typees(donnees: Path, jeu: str, nature: str = "cellules", fichier: str = "*") -> pl.DataFrame:
    chemins = sorted((donnees / "normalise" / jeu.replace(".", "/")).glob(f"*/{fichier}.{nature}.parquet"))
    return pl.concat(pl.read_parquet(chemin) for chemin in chemins)


def variable(donnees: Path, jeu: str, nom: str, fichier: str = "*") -> pl.DataFrame:
    return typees(donnees, jeu, fichier=fichier).filter(pl.col("variable") == nom).sort("ligne", "rang")


def objets(chemin: str) -> list[dict[str, Any]]:
    return list(json.loads(FICHIERS[chemin]))


def test_every_dataset_of_the_cards_is_written() -> None:
    producteurs = {"anru", "interieur", "budget"}
    attendus = {jeu for jeu in CATALOGUE.jeux if jeu.split(".")[0] in producteurs}
    attendus |= {j for j in CATALOGUE.jeux if j.startswith("anct.") and not j.endswith("_contours")}
    assert set(JEUX) == attendus
    assert len(JEUX) == 15


def test_no_row_of_the_demo_is_in_quarantine(donnees: Path) -> None:
    for jeu in JEUX:
        assert typees(donnees, jeu, "quarantaine").height == 0, jeu


# --- contracts and posts ------------------------------------------------------------------------------------------------


def test_populations_of_the_contracts_of_2015_are_those_of_the_quartiers(donnees: Path) -> None:
    population = variable(donnees, "anct.contrats_ville", "population_qpv_contrat", "contrats-2015.json")
    ajoutees = 412 + 655  # the feature over the border and the one without département
    assert population["valeur"].sum() - ajoutees == sum(q.population[2018] for q in construire().quartiers)


def test_a_contract_without_point_population_or_departement_says_so(donnees: Path) -> None:
    for nom, codes in {
        "longitude": ["CV991"],
        "population_qpv_contrat": ["CN96190M"],
        "code_departement": ["CN96190M"],
    }.items():
        lues = variable(donnees, "anct.contrats_ville", nom, "contrats-2024.json")
        assert lues.filter(pl.col("statut") == "non_diffuse")["code_territoire"].to_list() == codes


def test_two_glued_codes_are_two_contracts_and_one_row(donnees: Path) -> None:
    codes = variable(donnees, "anct.adultes_relais", "codes_contrats", "adulte-relais-2022.json")
    premier = codes.filter(pl.col("ligne") == 1)
    publie = objets("anct/adultes_relais/adulte-relais-2022.json")[0]["code_cv"]
    assert len(publie) == 10
    assert premier["valeur_texte"].to_list() == [publie[:5], publie[5:]]
    assert premier["rang"].to_list() == [1, 2]
    retenues = typees(donnees, "anct.adultes_relais", "lignes", "adulte-relais-2022.json")
    assert retenues.height == len(objets("anct/adultes_relais/adulte-relais-2022.json"))


def test_a_repeated_post_keeps_its_two_rows(donnees: Path) -> None:
    for annee in programmes.ANNEES:
        lignes = typees(donnees, "anct.adultes_relais", "lignes", f"adulte-relais-{annee}.json")
        assert set(lignes["sort"]) == {"retenue"}
        assert lignes.height - lignes["code_territoire"].n_unique() == 1
    fonjep = typees(donnees, "anct.postes_fonjep", "lignes", "postes-fonjep-2021.json")
    assert fonjep["code_territoire"].value_counts()["count"].max() == 5


def test_every_post_names_a_contract_of_its_time(donnees: Path) -> None:
    for annee in programmes.ANNEES:
        connus = {c.code for c in programmes.contrats(2024 if annee == 2024 else 2015)}
        for jeu in ("anct.adultes_relais", "anct.postes_fonjep"):
            codes = variable(donnees, jeu, "codes_contrats", f"*-{annee}.json")
            assert set(codes["valeur_texte"].drop_nulls()) <= connus


def test_absent_keys_are_cells_that_were_not_published(donnees: Path) -> None:
    sans = [p for p in objets("anct/adultes_relais/adulte-relais-2023.json") if "code_cv" not in p]
    codes = variable(donnees, "anct.adultes_relais", "codes_contrats", "adulte-relais-2023.json")
    vides = codes.filter(pl.col("statut") == "non_diffuse")
    assert vides["code_territoire"].to_list() == [p["id_poste"] for p in sans]
    assert len(sans) == 1
    assert vides["rang"].to_list() == [0]


def test_subsidies_of_the_departement_have_no_contract(donnees: Path) -> None:
    codes = variable(donnees, "anct.subventions", "codes_contrats")
    assert codes.filter(pl.col("statut") == "non_diffuse")["ligne"].to_list() == [5]
    assert codes.filter(pl.col("rang") == 2)["ligne"].to_list() == [2]
    publies = sum(s["montant"] for s in objets("anct/subventions/subventions-2023.json"))
    assert variable(donnees, "anct.subventions", "montant")["valeur"].sum() == publies


# --- lists of quartiers ---------------------------------------------------------------------------------------------------


def test_a_cite_educative_counts_once_with_its_quartiers(donnees: Path) -> None:
    sorts = dict(typees(donnees, "anct.cites_educatives", "lignes").group_by("sort").len().iter_rows())
    nombre = len(programmes.quartiers_des_cites())
    assert sorts == {"retenue": nombre, "exclue": nombre}
    codes = variable(donnees, "anct.cites_educatives", "codes_qpv_2015")
    attendus = {q.code for quartiers in programmes.quartiers_des_cites() for q in quartiers}
    assert set(codes["valeur_texte"]) == attendus
    premiere = codes.filter(pl.col("code_territoire") == "cite-001")["valeur_texte"].to_list()
    assert premiere[0] == premiere[-1]


def test_a_label_with_brackets_hides_no_code(donnees: Path) -> None:
    codes = variable(donnees, "anct.cites_emploi", "codes_qpv_2015")
    document = json.loads(FICHIERS["anct/cites_emploi/cde.geojson"])
    listes = [entite["properties"]["liste_geo"] for entite in document["features"]]
    assert all("(secteur nord)" in liste for liste in listes)
    assert codes.height == sum(liste.count("(QP") for liste in listes)
    assert set(codes["statut"]) == {"observe"}


def test_the_list_of_2024_gives_every_commune_and_epci(donnees: Path) -> None:
    """« ; » joins the codes of a cell and separates the columns of the file."""
    territoire = construire()
    for nom, attendu in (
        ("codes_communes", lambda q: q.communes),
        ("libelles_communes", lambda q: territoire.noms_communes(q.communes)),
        ("codes_epci", lambda q: territoire.epci_du_quartier(q.communes, 2024)),
        ("codes_departements", lambda q: [q.departement]),
    ):
        lues = variable(donnees, "anct.qpv2024_liste", nom)
        lues = lues.filter(pl.col("statut") == "observe")
        par_quartier: dict[str, list[str]] = {}
        for code, texte in lues.select("code_territoire", "valeur_texte").iter_rows():
            par_quartier.setdefault(code, []).append(texte)
        assert par_quartier == {q.code: list(attendu(q)) for q in territoire.quartiers_2024 if attendu(q)}, nom
    assert max(len(q.communes) for q in territoire.quartiers_2024) > 1


def test_the_correspondence_names_up_to_three_quartiers(donnees: Path) -> None:
    lues = typees(donnees, "anct.qpv_correspondance").filter(
        pl.col("variable").str.starts_with("code_qp2015_") & (pl.col("statut") == "observe")
    )
    couples = set(lues.select("code_territoire", "valeur_texte").iter_rows())
    assert couples == {(q.code, o.code) for q in construire().quartiers_2024 for o in q.origines}
    fusionne = next(q for q in construire().quartiers_2024 if len(q.origines) == 2)
    assert {v for c, v in couples if c == fusionne.code} == {o.code for o in fusionne.origines}


def test_the_police_perimeters_are_read_in_utf8_with_their_shape(donnees: Path) -> None:
    libelles = variable(donnees, "interieur.qrr", "libelle")["valeur_texte"].to_list()
    assert len(libelles) == len(construire().quartiers[::12])
    assert all(libelle.startswith("Îlot ") for libelle in libelles)
    brut = pl.read_parquet(next((donnees / "raw/interieur/qrr").glob("*/*.parquet")))
    assert set(brut["_crs"]) == {"EPSG:4326"}
    assert all(shapely.from_wkt(forme).area > 0 for forme in brut["_geometrie"])


# --- places -------------------------------------------------------------------------------------------------------------


def test_the_meaning_of_format_fs_follows_the_edition(donnees: Path) -> None:
    def valeurs(nom: str, edition: str) -> set[str]:
        return set(variable(donnees, "anct.france_services", nom, f"liste-fs-{edition}.csv")["valeur_texte"])

    assert valeurs("type_structure", "20221201") == valeurs("type_structure", "20240801") == {"principal", "antenne"}
    assert valeurs("itinerance", "20221201") == {"oui", "non"}
    assert valeurs("format_structure", "20240801") == {"Fixe", "Bus_équivalent"}
    assert valeurs("format_structure", "20221201") == valeurs("itinerance", "20240801") == set()


def test_a_commune_read_as_0null_is_not_a_commune(donnees: Path) -> None:
    communes = variable(donnees, "anct.france_services", "code_commune", "liste-fs-20221201.csv")
    assert communes.filter(pl.col("statut") == "non_diffuse")["code_territoire"].to_list() == ["2", "7"]
    assert "0null" not in communes["valeur_texte"].to_list()
    longitudes = variable(donnees, "anct.france_services", "longitude", "liste-fs-20221201.csv")
    assert longitudes.filter(pl.col("statut") == "non_diffuse")["code_territoire"].to_list() == ["2"]


def test_the_bus_keeps_the_published_departement(donnees: Path) -> None:
    """Another département than that of its commune is what is published, and stays so."""
    bus = guichets.guichets("France services", 3)[-1]
    assert bus.departement != bus.commune[:3]
    for nom, attendu in (("code_departement", bus.departement), ("code_commune", bus.commune)):
        lues = variable(donnees, "anct.france_services", nom, "liste-fs-20240801.csv")
        assert lues.filter(pl.col("code_territoire") == str(bus.numero))["valeur_texte"].to_list() == [attendu]


def test_some_places_stand_in_a_quartier_and_others_do_not(donnees: Path) -> None:
    fichier = "liste-fs-20240801.csv"
    x, y = (variable(donnees, "anct.france_services", axe, fichier)["valeur"] for axe in ("longitude", "latitude"))
    document = json.loads(edition_2024())
    contours = [shapely.make_valid(shapely.geometry.shape(e["geometry"])) for e in document["features"]]
    ensemble = shapely.union_all(contours)
    dedans = shapely.contains_xy(ensemble, x.to_numpy(), y.to_numpy())
    assert 3 <= dedans.sum() <= len(x) - 3


def test_a_place_published_twice_counts_once_in_its_latest_state(donnees: Path) -> None:
    fichier = "mediation-numerique-courante.csv"
    sorts = typees(donnees, "anct.lieux_mediation_numerique", "lignes", fichier)
    exclue = sorts.filter(pl.col("sort") == "exclue")
    assert exclue["code_territoire"].to_list() == ["Essai_0001"]
    libelles = variable(donnees, "anct.lieux_mediation_numerique", "libelle", fichier)
    assert not [texte for texte in libelles["valeur_texte"] if texte.endswith("(ancien nom)")]
    dispositifs = variable(donnees, "anct.lieux_mediation_numerique", "dispositifs_nationaux", fichier)
    assert set(dispositifs["valeur_texte"].drop_nulls()) == {"Conseillers numériques|France Services"}
    longitudes = variable(donnees, "anct.lieux_mediation_numerique", "longitude", fichier)
    assert longitudes.filter(pl.col("statut") == "non_diffuse")["code_territoire"].to_list() == ["Essai_0005"]


# --- personal data --------------------------------------------------------------------------------------------------------


def test_the_files_hold_personal_data_and_no_layer_does(donnees: Path) -> None:
    """Mails, telephones and hours of the places, addresses and names of the associations."""
    traces = ("example.invalid", "09 00 00 00 00", "+33900000000", "Mo-Fr", "Madame Fictive", "ASSOCIATION FICTIVE")
    rna = str(pq.read_table(io.BytesIO(FICHIERS["interieur/rna/rna_waldec.parquet"])).to_pylist())
    autres = "".join(
        c.decode("utf-8", errors="ignore") for p, c in FICHIERS.items() if not p.endswith((".zip", "quet"))
    )
    assert all(trace in rna + autres for trace in traces)
    chemins = [p for couche in ("raw", "normalise") for p in (donnees / couche).rglob("*.parquet")]
    assert len(chemins) > 60
    fautifs = [(p.name, t) for p in chemins for t in traces if t in str(pl.read_parquet(p).to_dicts())]
    assert fautifs == []


def test_of_the_register_four_columns_are_kept(donnees: Path) -> None:
    brut = pl.read_parquet(next((donnees / "raw/interieur/rna").glob("*/*.parquet")))
    publiques = {c for c in brut.columns if not c.startswith("_")}
    assert publiques == {"id", "adrs_codeinsee", "position", "maj_time"}
    assert len(associations.COLONNES_RNA) == 39
    lignes = typees(donnees, "interieur.rna", "lignes")
    repetee = lignes.filter(pl.col("sort") == "exclue")
    assert repetee["code_territoire"].to_list() == ["W960000001"]
    # The older declaration, dissolved in the file, is the one that goes.
    positions = variable(donnees, "interieur.rna", "position_activite")
    assert positions.filter(pl.col("code_territoire") == "W960000001")["valeur_texte"].to_list() == ["A"]


def test_subsidies_of_the_state_keep_neither_name_nor_object(donnees: Path) -> None:
    brut = pl.read_parquet(next((donnees / "raw/budget/jaune_associations").glob("*/*.parquet")))
    assert {c for c in brut.columns if not c.startswith("_")} == {"Programme", "SIREN", "Montant", "COG : code"}
    texte = FICHIERS["budget/jaune_associations/jaune-associations.csv"].decode("cp1252")
    lignes = list(csv.DictReader(io.StringIO(texte, newline=""), delimiter=";"))
    attendus = [float(x["Montant"].replace("\u00a0", "").replace(",", ".")) for x in lignes if x["Montant"]]
    montants = variable(donnees, "budget.jaune_associations", "montant")
    assert montants["valeur"].drop_nulls().to_list() == attendus
    assert montants.filter(pl.col("statut") == "non_diffuse")["ligne"].to_list() == [8]
