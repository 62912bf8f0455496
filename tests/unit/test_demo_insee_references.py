"""References of Insee, equipment and Sirene of the demo territory, as the cards read them.

Belongs here: oddities that the fixture carries and what the typed layer makes of them, layouts nobody read on a real file.
Does not belong here: the published files (tests/data/test_depot_insee_references), the other files of the demo (test_demo).
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from pathlib import Path

import fastexcel
import polars as pl
import pyarrow.parquet as pq
import pytest

from ingestion.acquire import SourceDepot
from ingestion.catalogue import Catalogue
from ingestion.demo import chomage, diffusion_longue, iris, recensement_2022, referentiels, sante
from ingestion.demo.formats import archive
from ingestion.demo.formats import csv as ecrire_csv
from ingestion.demo.territoire import (
    COMMUNE_FUSIONNEE,
    COMMUNE_NOUVELLE,
    COMMUNE_RETABLIE_2020,
    COMMUNES_SANS_RECENSEMENT,
    SANS_EPCI,
    construire,
)
from ingestion.ingest import ingerer_jeu
from ingestion.normalise import Normalise, normaliser
from ingestion.read import lire

CATALOGUE = Catalogue()
JEUX = [
    f"insee.{nom}"
    for nom in (
        *(
            "iris_filosofi",
            "filosofi2_communes",
            "rp_communes_emploi",
            "rp_communes_population",
            "rp_communes_logement",
        ),
        *("rp_iris", "bdm_chomage", "chomage_zones_emploi", "appartenance_communes", "passage_communes", "epci"),
        *("zones_emploi", "bpe_sante", "bpe_communes", "sirene_geolocalise"),
    )
]
FICHIERS: dict[str, bytes] = {
    chemin: contenu
    for module in (chomage, diffusion_longue, iris, recensement_2022, referentiels, sante)
    for chemin, contenu in module.fichiers().items()
}
COMMUNES = construire().communes


@pytest.fixture(scope="module")
def donnees(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder after the ingestion of these datasets only."""
    racine = tmp_path_factory.mktemp("references")
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
    chemins = sorted((donnees / "normalise/insee" / jeu).glob(f"*/{fichier}.{nature}.parquet"))
    return pl.concat(pl.read_parquet(chemin) for chemin in chemins)


def variable(donnees: Path, jeu: str, nom: str, fichier: str = "*") -> pl.DataFrame:
    return typees(donnees, jeu, fichier=fichier).filter(pl.col("variable") == nom)


def textes(cellules: pl.DataFrame) -> dict[str, str | None]:
    return dict(cellules.select("code_territoire", "valeur_texte").iter_rows())


def valeurs(cellules: pl.DataFrame) -> dict[str, float | None]:
    return dict(cellules.select("code_territoire", "valeur").iter_rows())


def membre(chemin: str, nom: str) -> list[dict[str, str]]:
    """Rows of a csv of an archive, read by the standard library."""
    with zipfile.ZipFile(io.BytesIO(FICHIERS[chemin])) as archive:
        texte = archive.read(nom).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(texte, newline=""), delimiter=";"))


def motifs(donnees: Path, jeu: str, fichier: str = "*") -> dict[str, int]:
    lignes = typees(donnees, jeu, "lignes", fichier).filter(pl.col("sort") == "exclue")
    return dict(lignes.group_by("motif").len().iter_rows())


def test_every_file_of_these_cards_is_written() -> None:
    declares = {fichier.chemin for jeu, _, fichier in CATALOGUE.fichiers() if jeu.jeu in JEUX}
    assert declares <= set(FICHIERS)
    assert len(declares) == 24


def test_nothing_of_the_demo_is_in_quarantine(donnees: Path) -> None:
    for jeu in JEUX:
        assert typees(donnees, jeu.split(".")[1], "quarantaine").height == 0, jeu


# --- Iris and new Filosofi ----------------------------------------------------------------------------------------------


def test_the_marks_of_2021_are_the_empty_cells_of_before(donnees: Path) -> None:
    masques = {}
    for annee, fichier in ((2019, "BASE_TD_FILO_DISP_IRIS_2019.csv"), (2021, "BASE_TD_FILO_IRIS_2021_DISP_CSV.zip")):
        lues = variable(donnees, "iris_filosofi", "taux_pauvrete_60", fichier)
        assert set(lues["periode"]) == {str(annee)}
        masques[annee] = set(lues.filter(pl.col("statut") == "secret")["code_territoire"])
        assert lues.filter((pl.col("statut") == "observe") != pl.col("valeur").is_not_null()).height == 0
    assert masques[2019] == masques[2021]
    assert masques[2021]
    assert variable(donnees, "iris_filosofi", "libelle", "BASE_TD_FILO_IRIS_2021_DISP_CSV.zip").height == 0


def test_the_new_filosofi_says_why_a_figure_is_missing(donnees: Path) -> None:
    lignes = [
        ligne
        for ligne in membre("insee/filosofi2_communes/FILOSOFI_CC_csv.zip", "DS_FILOSOFI_CC_2023_data.csv")
        if ligne["GEO_OBJECT"] == "COM" and ligne["FILOSOFI_MEASURE"] == "PR_MD60"
    ]
    attendus = {}
    for ligne in lignes:
        statut = "secret" if ligne["CONF_STATUS"] == "C" else "non_diffuse" if ligne["OBS_STATUS"] == "O" else "observe"
        attendus[ligne["GEO"]] = (float(ligne["OBS_VALUE"]) if ligne["OBS_VALUE"] else None, statut)
    lues = variable(donnees, "filosofi2_communes", "taux_pauvrete_60")
    assert {c: (v, s) for c, v, s in lues.select("code_territoire", "valeur", "statut").rows()} == attendus
    assert Counter(statut for _, statut in attendus.values())["non_diffuse"] == len(COMMUNES_SANS_RECENSEMENT)
    assert set(lues["periode"]) == {"2023"}


def test_a_bassin_de_vie_named_as_a_commune_is_not_that_commune(donnees: Path) -> None:
    for jeu, nom in (("filosofi2_communes", "niveau_vie_median"), ("bpe_communes", "nb_pharmacies_bpe")):
        fichier = "FILOSOFI_CC_csv.zip" if jeu == "filosofi2_communes" else "DS_BPE_CSV_FR.zip"
        lues = variable(donnees, jeu, nom, fichier)
        assert not lues["code_territoire"].is_duplicated().any()
        assert set(lues["code_territoire"]) <= set(COMMUNES)
    mediane, _ = diffusion_longue.revenus_2023("96201")
    assert valeurs(variable(donnees, "filosofi2_communes", "niveau_vie_median"))["96201"] == mediane
    assert motifs(donnees, "filosofi2_communes") == {
        "modalité qui n'est pas reprise": 120
        + 5
        + 3,  # one decile by commune, five bassins de vie, three arrondissements
        "autre niveau que la commune": 1,
    }


# --- census of 2022 -----------------------------------------------------------------------------------------------------


def test_those_in_work_and_the_unemployed_are_the_active(donnees: Path) -> None:
    lues = {nom: valeurs(variable(donnees, "rp_communes_emploi", nom)) for nom in (
        "actifs_15_64", "actifs_occupes_15_64", "chomeurs_15_64", "population_15_64",
    )}  # fmt: skip
    recensees = [code for code in COMMUNES if code not in COMMUNES_SANS_RECENSEMENT]
    for code in recensees:
        actifs, occupes, chomeurs = (lues[n][code] for n in ("actifs_15_64", "actifs_occupes_15_64", "chomeurs_15_64"))
        assert occupes + chomeurs == pytest.approx(actifs, rel=1e-12)
        assert actifs < lues["population_15_64"][code]
    sans = variable(donnees, "rp_communes_emploi", "actifs_15_64").filter(pl.col("statut") != "observe")
    assert dict(sans.select("code_territoire", "statut").iter_rows()) == dict.fromkeys(
        COMMUNES_SANS_RECENSEMENT, "non_diffuse"
    )
    assert set(sans["date_reference"]) == {date(2022, 1, 1)}


@pytest.mark.parametrize(
    ("nom", "communal"),
    [
        ("chomeurs_15_64", "rp_communes_emploi"),
        ("population_municipale", "rp_communes_population"),
        ("residences_principales_hlm", "rp_communes_logement"),
    ],
)
def test_the_iris_of_a_commune_add_up_to_it(donnees: Path, nom: str, communal: str) -> None:
    sommes: dict[str, float] = defaultdict(float)
    for code, valeur in valeurs(variable(donnees, "rp_iris", nom)).items():
        # The three arrondissements of the large city have their own Iris.
        sommes["96101" if code[:5] in referentiels.ARRONDISSEMENTS else code[:5]] += valeur or 0.0
    communes = {c: v for c, v in valeurs(variable(donnees, communal, nom)).items() if v is not None}
    assert dict(sommes) == pytest.approx(communes, rel=1e-9)


# --- unemployment -------------------------------------------------------------------------------------------------------


def test_the_quarters_of_the_data_bank_are_those_of_the_house(donnees: Path) -> None:
    lues = variable(donnees, "bdm_chomage", "taux_chomage_bit")
    assert {
        (code, periode): valeur for code, periode, valeur in lues.select("code_territoire", "periode", "valeur").rows()
    } == {
        (code, f"{annee}-T{t}"): chomage.taux_ensemble(annee, t, sans)
        for code, sans in (("FRM", ("965",)), ("FRHM", ()))
        for annee, t in chomage.TRIMESTRES[-24:]
    }
    assert lues.filter(periode="2024-T1")["date_reference"].unique().to_list() == [date(2024, 3, 31)]
    assert set(lues["niveau"]) == {"france"}


def test_the_zones_get_their_zero_back_and_keep_their_gaps(donnees: Path) -> None:
    lues = variable(donnees, "chomage_zones_emploi", "taux_chomage_bit")
    attendus = {
        (zone, f"{annee}-T{t}"): referentiels.taux_zone(zone, annee, t)
        for zone in referentiels.zones()
        if zone != referentiels.ZONE_SANS_ENQUETE
        for annee in range(2003, 2026)
        for t in (1, 2, 3, 4)
    }
    assert {(c, p): v for c, p, v in lues.select("code_territoire", "periode", "valeur").rows()} == attendus
    vides = lues.filter(pl.col("statut") == "non_diffuse")
    assert set(vides["code_territoire"]) == {referentiels.ZONE_DEPUIS_2014} == {"0961"}
    assert vides["periode"].max() == "2013-T4"
    assert motifs(donnees, "chomage_zones_emploi") == {"notes sous le tableau": 2}
    noms_lus = textes(variable(donnees, "chomage_zones_emploi", "libelle"))
    assert noms_lus["0961"] == referentiels.zones()["0961"][0]


# --- traits of the real files that the fictitious country cannot have ------------------------------------------------------


def lire_comme(jeu: str, contenu: bytes) -> Normalise:
    """The first file of a card, with these bytes."""
    fiche = CATALOGUE.jeux[jeu]
    millesime = fiche.millesimes[0]
    fichier = millesime.fichiers[0]
    lues = lire(contenu, fichier.fichier, fichier.lecture or fiche.lecture)
    return normaliser(lues, fiche, millesime, fichier, "e" * 64)


def test_arrondissements_are_not_counted_beside_their_commune() -> None:
    codes = ["13055", "13201", "13216", "69123", "69381", "69389", "75056", "75101", "75120", "69380", "2A004"]
    lignes = [["CODGEO", *recensement_2022.BASES["emploi"][1]], *[[code, "9", "8", "7", "1"] for code in codes]]
    base = "base-cc-emploi-pop-active-2022.CSV"
    lues = lire_comme(
        "insee.rp_communes_emploi", archive({base: ecrire_csv(lignes), f"meta_{base}": b"x"}, (2025, 6, 30))
    )
    gardes = lues.lignes.filter(sort="retenue")["code_territoire"].to_list()
    assert gardes == ["13055", "69123", "75056", "2A004"]


def test_a_quarter_without_value_is_not_zero() -> None:
    """The data bank writes NaN where a series has no value, and other series are left aside."""
    document = (
        '<?xml version="1.0" encoding="UTF-8"?><m:StructureSpecificData xmlns:m="urn:m"><m:DataSet>'
        '<Series IDBANK="001688527" FREQ="T" TITLE_FR="Taux de chômage"><Obs TIME_PERIOD="2026-Q2" OBS_VALUE="NaN" OBS_STATUS="O"/>'
        '<Obs TIME_PERIOD="2026-Q1" OBS_VALUE="8.1" OBS_STATUS="A"/></Series>'
        '<Series IDBANK="001515843" FREQ="T"><Obs TIME_PERIOD="2026-Q1" OBS_VALUE="7.0"/></Series>'
        "</m:DataSet></m:StructureSpecificData>"
    )
    lues = lire_comme("insee.bdm_chomage", document.encode())
    assert lues.cellules.select("code_territoire", "periode", "valeur", "statut").rows() == [
        ("FRHM", "2026-T2", None, "non_diffuse"),
        ("FRHM", "2026-T1", 8.1, "observe"),
    ]
    assert lues.lignes.filter(sort="exclue")["motif"].to_list() == ["autre série que les deux demandées"]


# --- communes -----------------------------------------------------------------------------------------------------------


def test_the_three_tables_agree_on_the_communes(donnees: Path) -> None:
    for jeu in ("appartenance_communes", "epci", "zones_emploi"):
        assert textes(variable(donnees, jeu, "libelle")) == {code: c.nom for code, c in COMMUNES.items()}
    assert textes(variable(donnees, "appartenance_communes", "code_zone_emploi")) == textes(
        variable(donnees, "zones_emploi", "code_zone_emploi")
    )
    for jeu in ("appartenance_communes", "epci"):
        lus = variable(donnees, jeu, "code_epci")
        attendus = {code: None if code == SANS_EPCI else c.epci for code, c in COMMUNES.items()}
        assert textes(lus) == attendus
        assert lus.filter(pl.col("statut") != "observe").select("code_territoire", "statut").rows() == [
            (SANS_EPCI, "non_diffuse")
        ]


def test_a_commune_that_was_merged_leads_to_its_successor(donnees: Path) -> None:
    lus = textes(variable(donnees, "passage_communes", "code_commune_actuel"))
    assert lus == {code: code for code in COMMUNES} | {COMMUNE_FUSIONNEE: COMMUNE_NOUVELLE}


def test_the_codes_of_a_row_of_the_yearly_table_go_together(donnees: Path) -> None:
    annuelle = typees(donnees, "passage_communes", fichier="table_passage_annuelle_2025.zip")
    lignes = annuelle.pivot("variable", index=["ligne", "code_territoire"], values="valeur_texte")
    nouvelle = lignes.filter(code_territoire=COMMUNE_NOUVELLE).sort("code_commune_2018")
    assert nouvelle.select("code_commune_2018", "code_commune_2021").rows() == [
        (COMMUNE_NOUVELLE, COMMUNE_NOUVELLE),
        (COMMUNE_FUSIONNEE, COMMUNE_NOUVELLE),
    ]
    retablie = lignes.filter(code_territoire=COMMUNE_RETABLIE_2020)
    mere = f"{int(COMMUNE_RETABLIE_2020) - 1}"
    assert retablie.select("code_commune_2018", "code_commune_2021").rows() == [(mere, COMMUNE_RETABLIE_2020)]
    with zipfile.ZipFile(io.BytesIO(FICHIERS["insee/passage_communes/table_passage_annuelle_2025.zip"])) as archive:
        classeur = fastexcel.read_excel(archive.read("table_passage_annuelle_2025.xlsx"))
    assert classeur.load_sheet("COM", header_row=5).width == 47


# --- equipment and establishments ---------------------------------------------------------------------------------------


def test_other_domains_of_the_equipment_are_not_read(donnees: Path) -> None:
    """The row of another domain leaves no trace, and the ranks of the others are those of the file."""
    types = pq.read_table(io.BytesIO(FICHIERS["insee/bpe_sante/BPE24.parquet"]))["TYPEQU"].to_pylist()
    attendus = [rang for rang, type_ in enumerate(types, start=1) if type_ != "A203"]
    assert len(types) == len(attendus) + 1
    assert typees(donnees, "bpe_sante", "lignes", "BPE24.parquet")["ligne"].to_list() == attendus
    natures = variable(donnees, "bpe_sante", "nature", "BPE24.parquet")
    assert Counter(natures["valeur_texte"])["medecin_generaliste"] == types.count("D265") > 0
    assert Counter(natures["valeur_texte"])["pharmacie"] == types.count("D307") > 0


def test_the_quartier_of_2024_has_another_name_in_each_edition(donnees: Path) -> None:
    for fichier, colonne in (("base_sante.parquet", "QP"), ("BPE24.parquet", "QP2024")):
        lus = variable(donnees, "bpe_sante", "code_qpv_2024_publie", fichier)
        assert set(lus["colonne_source"]) == {colonne}
        publies = pq.read_table(io.BytesIO(FICHIERS[f"insee/bpe_sante/{fichier}"]))[colonne].to_pylist()
        attendus = Counter(code for code in publies if code.startswith("QN"))
        assert Counter(c for c in lus["valeur_texte"] if c.startswith("QN")) == attendus
        assert attendus
    assert variable(donnees, "bpe_sante", "code_qpv_2015_publie", "BPE24.parquet").height == 0


def test_no_name_nor_address_of_an_equipment_is_written(donnees: Path) -> None:
    for chemin in (donnees / "raw/insee/bpe_sante").glob("*/*.parquet"):
        assert not set(pl.read_parquet(chemin).columns) & set(CATALOGUE.jeux["insee.bpe_sante"].personnelles)


def test_counts_of_equipment_are_the_same_in_both_layouts(donnees: Path) -> None:
    for nom, groupe, vides in (("nb_pharmacies_bpe", "pharmacie", True), ("nb_infirmiers_bpe", "infirmier", False)):
        comptes = {code: sante.groupes(code)[groupe] for code in COMMUNES}
        existants = {code: n for code, n in comptes.items() if n}
        assert valeurs(variable(donnees, "bpe_communes", nom, "DS_BPE_CSV_FR.zip")) == existants
        copie = valeurs(variable(donnees, "bpe_communes", nom, "bpe_communes.json.gz"))
        assert {code: n for code, n in copie.items() if n is not None} == existants
        # A commune that has another group only has an empty cell in the copy, and no row in the published layout.
        assert (len(copie) > len(existants)) == vides
    assert set(variable(donnees, "bpe_communes", "nb_pharmacies_bpe", "DS_BPE_CSV_FR.zip")["periode"]) == {"2025"}


def test_only_the_establishments_of_a_quartier_are_read(donnees: Path) -> None:
    tous = diffusion_longue.etablissements()
    attendus = [
        (rang, e["siret"])
        for rang, e in enumerate(tous, start=1)
        if str(e["plg_qp24"]).startswith("QN") or str(e["plg_qp15"]).startswith("QP")
    ]
    assert 0 < len(attendus) < len(tous)
    assert typees(donnees, "sirene_geolocalise", "lignes").select("ligne", "code_territoire").rows() == attendus
    brut = pl.read_parquet(next((donnees / "raw/insee/sirene_geolocalise").glob("*/*.parquet")))
    assert {c for c in brut.columns if not c.startswith("_")} == set(
        CATALOGUE.jeux["insee.sirene_geolocalise"].colonnes_gardees
    )
