"""Every published file of the deposit, read and typed: no row lost, no masked cell turned into a number.

Belongs here: counts of rows documented by the design (indicators.md §2, sources.md §2), and a second count of the same
files by the csv module, which knows nothing of the code under test.
Does not belong here: control totals (test_catalogue), figures of the release (test_exemples_methode).
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from ingestion.catalogue import Catalogue
from ingestion.normalise import Normalise, normaliser
from ingestion.read import lire

pytestmark = pytest.mark.depot
CATALOGUE = Catalogue()
DECLARES = {
    f"{jeu.jeu.removeprefix('insee.')}/{m.millesime}/{f.nom}": (jeu, m, f)
    for jeu, m, f in CATALOGUE.fichiers()
    if not f.est_facultatif
}

# File → rows kept, excluded, in quarantine.
ATTENDUS = {
    **{f"qpv_insertion_professionnelle/{a}/IPRO_{a}.csv": (1345, 1, 0) for a in (2017, 2018, 2019)},
    **{f"qpv_insertion_professionnelle/{a}/IPRO_{a}.csv": (1345, 0, 0) for a in (2021, 2022)},
    **{f"qpv_demographie/{a}/DEMO_{a}.csv": (1345, 1, 0) for a in (2017, 2018, 2019)},
    **{f"qpv_demographie/{a}/DEMO_{a}.csv": (1400, 0, 0) for a in (2021, 2022)},
    **{f"qpv_revenus/{a}/REVN_{a}.csv": (1345, 1, 0) for a in (2017, 2018)},
    "qpv_revenus/2019/REVN_2019.csv": (1352, 1, 0),
    **{f"qpv_revenus/{a}/REVN_{a}.csv": (1352, 0, 0) for a in (2021, 2022)},
    **{f"qpv_filosofi/20{a}/data_filo{a}_qp_revdis.csv": (1352, 1, 0) for a in (16, 18, 19)},
    "qpv_filosofi/2021/revenus_pauvrete_2021_qp15_csv.zip": (1296, 0, 0),
    "qpv_recensement_2010/2010/demographie_2010_qpv.xls#Quartiers": (1292, 0, 0),
    # « Ensemble » and the 22 former régions.
    "qpv_recensement_2010/2010/demographie_2010_qpv.xls#Regions": (0, 23, 0),
    "qpv_population/2013/pop_qp_2013.xls": (1514, 0, 0),
    "qpv_appartenance/2025/qpv_info_nom_commune.csv": (1436, 0, 0),
    # 1,518 rows, of which the 42 quartiers of Mayotte are those of the edition of June 2024.
    "qpv2024_population/2020/pop_QPV24.csv": (1476, 0, 42),
    "qpv2024_estimations_demographiques/2022/estimations-demographiques_2022_QPV2024.csv": (1476, 0, 42),
    "qpv2024_filosofi/2021/revenus_pauvrete_2021_qp24_v2_csv.zip": (1299, 0, 0),
    **{
        f"filosofi_references/{annee}/FILO{annee}_DISP_{niveau}.csv": (nombre, 0, 0)
        for niveau, nombres in {
            "COM": (32974, 32252, 31789, None, 31330, 31361),
            "EPCI": (2123, 2048, 1252, 1249, 1244, 1240),
            "DEP": (98,) * 6,
            "REG": (15,) * 6,
            "METROPOLE": (1,) * 6,
        }.items()
        for annee, nombre in zip(range(2014, 2020), nombres, strict=True)
        if nombre is not None
    },
    "communes_filosofi/2021/cc_filosofi_2021_COM.csv": (34909, 0, 0),
    "filosofi_pauvrete_references/2013/fr-dpt-pauvrete-2013.csv": (96, 0, 0),
    "filosofi_pauvrete_references/2013/fr-reg2016-pauvrete-2013.csv": (13, 0, 0),
    "filosofi_pauvrete_references/2021/tx_pauvrete_departements.json": (96, 0, 0),
    # 35,010 rows, of which the 45 arrondissements of Paris, Lyon and Marseille.
    "communes_comparateur/rp2018/base_cc_comparateur_csv.zip": (34965, 45, 0),
    # 100 départements, then a blank row and three notes.
    "chomage_localise/2025-T3/sl_etc_2025T3.xls": (100, 4, 0),
    # 37,544 rows: 34,935 communes, 45 arrondissements, 483 + 2,081 former communes.
    "cog/2024/communes.csv": (34935, 45 + 483 + 2081, 0),
    "cog/2024/departements.csv": (101, 0, 0),
    "cog/2024/regions.csv": (18, 0, 0),
    "cog/2024/mouvements-communes.csv": (13284, 0, 0),
    "cog/2026/epci_commune.csv": (34875, 0, 0),
    **{
        f"anct.qpv2015_contours/2018/qp-politiquedelaville-shp.zip#{couche}": (nombre, 0, 0)
        for couche, nombre in {
            "QP_METROPOLEOUTREMER_WGS84_EPSG4326": 1514,
            "QP_METROPOLE_LB93": 1296,
            "QP_POLYNESIEFRANCAISE_WGS84_EPSG4326": 76,
        }.items()
    },
    "anct.qpv2024_contours/2024-06/qpv2024_simplified.geojson": (1567, 0, 42),
    "anct.qpv2024_contours/2026-01-15/qpv.json.gz": (1584, 0, 0),
}
CSV_DES_QPV = [
    nom
    for nom in ATTENDUS
    if DECLARES[nom][0].niveau == "qpv" and DECLARES[nom][2].fichier.endswith((".csv", "csv.zip"))
]


def typer(depot: Path, nom: str) -> Normalise:
    jeu, millesime, fichier = DECLARES[nom]
    brut = lire((depot / fichier.chemin).read_bytes(), nom, fichier.lecture or jeu.lecture)
    return normaliser(brut, jeu, millesime, fichier, "e" * 64)


@cache
def compter_autrement(chemin: Path, separateur: str) -> list[dict[str, str]]:
    """The records of a published csv, alone or in a zip, as the csv module sees them."""
    contenu = chemin.read_bytes()
    if zipfile.is_zipfile(chemin):
        with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
            (membre,) = [n for n in archive.namelist() if not n.startswith("meta_")]
            contenu = archive.read(membre)
    texte = io.StringIO(contenu.decode("utf-8-sig"), newline="")
    return list(csv.DictReader(texte, delimiter=separateur))


def est_vide(texte: str) -> bool:
    return texte.strip() in ("", ",", ".")


def nombre(texte: str) -> float:
    return float(texte.replace("\u202f", "").replace("\u00a0", "").replace(" ", "").replace(",", "."))


def test_chaque_fichier_declare_a_un_compte_attendu() -> None:
    """Here for the bases of the quartiers, their zonings and their references; in a module of its own for the others."""
    jeux = {nom.split("/")[0] for nom in ATTENDUS}
    assert {nom for nom in DECLARES if nom.split("/")[0] in jeux} == set(ATTENDUS)
    ailleurs = "".join(p.read_text(encoding="utf-8") for p in Path(__file__).parent.glob("test_depot_*.py"))
    autres = {jeu.jeu for nom, (jeu, _, _) in DECLARES.items() if nom.split("/")[0] not in jeux}
    assert {jeu for jeu in autres if jeu not in ailleurs} == set()
    assert len(autres) > 15


@pytest.mark.parametrize("nom", ATTENDUS)
def test_chaque_ligne_publiee_est_retenue_exclue_ou_en_quarantaine(depot: Path, nom: str) -> None:
    resultat = typer(depot, nom)
    sorts = Counter(resultat.lignes["sort"].to_list())
    assert (sorts["retenue"], sorts["exclue"], sorts["quarantaine"]) == ATTENDUS[nom]
    assert resultat.lignes["ligne"].is_unique().all()
    # What is not kept says why.
    assert resultat.lignes.filter(pl.col("sort") != "retenue")["motif"].null_count() == 0
    # No cell of the deposit is unreadable: quarantine holds rows only.
    assert resultat.quarantaine.height == sorts["quarantaine"]
    assert "non_calculable" not in resultat.cellules["statut"].to_list()


@pytest.mark.parametrize("nom", CSV_DES_QPV)
def test_chaque_cellule_masquee_a_un_statut_et_chaque_nombre_est_celui_du_fichier(depot: Path, nom: str) -> None:
    jeu, _, fichier = DECLARES[nom]
    resultat = typer(depot, nom)
    lecture = fichier.lecture or jeu.lecture
    publies = compter_autrement(depot / fichier.chemin, lecture.separateur)
    retenus = set(resultat.lignes.filter(pl.col("sort") == "retenue")["code_territoire"])
    publies = [ligne for ligne in publies if ligne[publies_cle(publies)] in retenus]
    verifiees = 0
    for colonne, cellules in des_nombres(resultat):
        vides = sum(est_vide(ligne[colonne]) for ligne in publies)
        par_statut = Counter(cellules["statut"].to_list())
        assert vides == par_statut["secret"] + par_statut["non_diffuse"], colonne
        assert len(publies) - vides == par_statut["observe"], colonne
        assert cellules.filter(pl.col("statut") != "observe")["valeur"].null_count() == vides, colonne
        attendue = sum(nombre(ligne[colonne]) for ligne in publies if not est_vide(ligne[colonne]))
        assert cellules["valeur"].sum() == pytest.approx(attendue, rel=1e-12), colonne
        verifiees += 1
    assert verifiees or "appartenance" in nom


def publies_cle(publies: list[dict[str, str]]) -> str:
    """First column of the file: the code, in every csv of the QPV."""
    return next(iter(publies[0]))


def des_nombres(resultat: Normalise) -> Iterator[tuple[str, pl.DataFrame]]:
    """Published column → cells of the quartiers, for the columns that hold numbers."""
    cellules = resultat.cellules.filter((pl.col("niveau") == "qpv") & (pl.col("rang") == 0))
    for (colonne, variable), groupe in cellules.group_by("colonne_source", "variable", maintain_order=True):
        if groupe["valeur_texte"].null_count() == groupe.height and variable not in ("libelle", "communes"):
            yield str(colonne), groupe


@pytest.mark.parametrize(
    ("nom", "note", "variable"),
    [
        ("qpv_insertion_professionnelle/2022/IPRO_2022.csv", "NOTE_PE", "defm_abc"),
        ("qpv_insertion_professionnelle/2017/IPRO_2017.csv", "NOTE_PE", "defm_abc_femmes"),
        ("qpv_demographie/2021/DEMO_2021.csv", "NOTE_CNAF", "allocataires_monoparents"),
        ("qpv_revenus/2022/REVN_2022.csv", "NOTE_CNAM", "beneficiaires_c2s_participative"),
    ],
)
def test_une_cellule_vide_est_secrete_ou_non_diffusee_selon_la_note_publiee(
    depot: Path, nom: str, note: str, variable: str
) -> None:
    cellules = typer(depot, nom).cellules.filter((pl.col("variable") == variable) & (pl.col("niveau") == "qpv"))
    colonne = cellules["colonne_source"][0]
    publies = [
        ligne for ligne in compter_autrement(depot / DECLARES[nom][2].chemin, ";") if ligne["CODGEO"] != "Ensemble"
    ]
    attendus = {
        ligne["CODGEO"]: {"0": "secret"}.get(ligne[note], "non_diffuse")
        for ligne in publies
        if est_vide(ligne[colonne]) and ligne[note] not in ("", "1")
    }
    lus = dict(cellules.filter(pl.col("statut") != "observe").select("code_territoire", "statut").iter_rows())
    assert {code: lus[code] for code in attendus} == attendus
    assert set(attendus.values()) == {"secret", "non_diffuse"}


def test_la_reserve_du_producteur_accompagne_les_revenus_de_18_quartiers(depot: Path) -> None:
    """Base 2022: 18 notes equal to 1 (sources.md §2.2)."""
    cellules = typer(depot, "qpv_revenus/2022/REVN_2022.csv").cellules
    reserves = cellules.filter((pl.col("variable") == "niveau_vie_median") & pl.col("mention").is_not_null())
    assert reserves["mention"].unique().to_list() == ["a_interpreter_avec_prudence"]
    assert reserves.height == 18


def test_la_precision_de_2021_accompagne_chaque_taux(depot: Path) -> None:
    """11 rates to one decimal, 492 to the point, 505 to two points (sources.md §2.5)."""
    cellules = typer(depot, "qpv_filosofi/2021/revenus_pauvrete_2021_qp15_csv.zip").cellules
    taux = cellules.filter((pl.col("variable") == "taux_pauvrete_60") & (pl.col("statut") == "observe"))
    assert Counter(taux["precision"].to_list()) == {0.1: 11, 1.0: 492, 2.0: 505}
    assert all(valeur % 2 == 1 for valeur in taux.filter(pl.col("precision") == 2.0)["valeur"])


def test_la_reunion_n_a_pas_de_taux_d_emploi_avant_la_base_2021(depot: Path) -> None:
    cellules = typer(depot, "qpv_insertion_professionnelle/2019/IPRO_2019.csv").cellules
    reunion = cellules.filter(
        (pl.col("variable") == "taux_emploi_15_64") & pl.col("code_territoire").str.starts_with("QP974")
    )
    assert reunion["statut"].to_list() == ["non_diffuse"] * 49


def test_les_codes_de_departement_melent_texte_et_nombres_et_donnent_cent_codes(depot: Path) -> None:
    lignes = typer(depot, "chomage_localise/2025-T3/sl_etc_2025T3.xls").lignes.filter(pl.col("sort") == "retenue")
    codes = lignes["code_territoire"].to_list()
    attendus = [f"{n:02d}" for n in range(1, 96) if n != 20] + ["2A", "2B", "971", "972", "973", "974"]
    assert sorted(codes) == sorted(attendus)


@pytest.mark.parametrize("nom", [nom for nom in ATTENDUS if nom.startswith("qpv") and "2024" not in nom.split("/")[0]])
def test_aucun_agregat_ne_se_glisse_parmi_les_quartiers(depot: Path, nom: str) -> None:
    resultat = typer(depot, nom)
    codes = resultat.cellules.filter(pl.col("niveau") == "qpv")["code_territoire"]
    assert codes.str.contains(r"^QP(\d{6}|02[AB]\d{3})$").all()
    ensembles = resultat.cellules.filter(pl.col("niveau") == "ensemble_qpv")["code_territoire"].unique().to_list()
    assert ensembles == (["QPV-FR"] if ATTENDUS[nom][1] else [])


def test_la_population_municipale_des_quartiers_est_celle_du_total_publie(depot: Path) -> None:
    """5,435,060 in the 1,514 quartiers of 2013, 5,189,952 in the 1,400 of 2018 (sources.md §0.6)."""
    for nom, attendue in (
        ("qpv_population/2013/pop_qp_2013.xls", 5_435_060),
        ("qpv_demographie/2022/DEMO_2022.csv", 5_189_952),
    ):
        cellules = typer(depot, nom).cellules
        population = cellules.filter((pl.col("variable") == "population_municipale") & (pl.col("niveau") == "qpv"))
        assert population["valeur"].sum() == attendue
