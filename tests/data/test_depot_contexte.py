"""Iris, social housing, health, digital and communal files as read, against the files read another way.

Belongs here: counts, marks and values of the datasets of Cnaf, SDES, Cnam, Dares, Arcep, SSMSI, IGN and of the BPE.
Does not belong here: schools (test_depot_education), distances to the quartiers (test_spatial_depot).
"""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import polars as pl
import pytest
from couches import cellules, couche, sorts

from ingestion.catalogue import Catalogue

pytestmark = pytest.mark.depot

NORMANDIE = ("14", "27", "50", "61", "76")


def lignes_csv(chemin: Path, separateur: str, passer: int = 0) -> list[dict[str, str]]:
    with chemin.open(encoding="utf-8-sig", newline="") as flux:
        for _ in range(passer):
            next(flux)
        return list(csv.DictReader(flux, delimiter=separateur))


# --- Iris -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("annee", "nombre"), [(2018, 13_349), (2019, 13_424), (2020, 13_444)])
def test_chaque_cellule_vide_d_un_iris_a_sa_raison(donnees_depot: Path, depot: Path, annee: int, nombre: int) -> None:
    """An empty row with a note is not disseminated; an empty cell of a disseminated row is secret; none becomes zero."""
    fichier = f"data_CAF_{annee}_IRIS.csv"
    lignes = lignes_csv(depot / "cnaf/iris_allocataires" / fichier, ";")
    assert len(lignes) == nombre
    for colonne, variable in (("A", "allocataires"), ("ARSAS", "allocataires_rsa"), ("ENF_2", "enfants_caf_0_2_ans")):
        lues = cellules(donnees_depot, "cnaf.iris_allocataires", variable, fichier)
        attendus = {
            ligne["CODGEO"]: "observe" if ligne[colonne] else "secret" if ligne["NOTE"] == "0" else "non_diffuse"
            for ligne in lignes
        }
        assert dict(lues.select("code_territoire", "statut").iter_rows()) == attendus
        somme = sum(int(ligne[colonne]) for ligne in lignes if ligne[colonne])
        assert lues["valeur"].sum() == somme


def test_la_prime_d_activite_change_entre_2018_et_2019(donnees_depot: Path) -> None:
    """+40.7 % of households: the break C19 of the card, and the reason why the two years are never compared."""
    foyers = [
        cellules(donnees_depot, "cnaf.iris_allocataires", "allocataires_prime_activite", f"data_CAF_{annee}_IRIS.csv")[
            "valeur"
        ].sum()
        for annee in (2018, 2019)
    ]
    assert round(100 * (foyers[1] / foyers[0] - 1), 1) == 40.7
    assert "C19" in Catalogue().jeux["cnaf.iris_allocataires"].ruptures


@pytest.mark.parametrize(("annee", "nombre"), [(2018, 12_395), (2019, 12_481)])
def test_la_pauvrete_des_iris_est_celle_du_fichier(donnees_depot: Path, depot: Path, annee: int, nombre: int) -> None:
    fichier, aa = f"BASE_TD_FILO_DISP_IRIS_{annee}.csv", str(annee)[2:]
    lignes = lignes_csv(depot / "insee/iris_filosofi" / fichier, ";")
    assert len(lignes) == nombre
    lues = cellules(donnees_depot, "insee.iris_filosofi", "taux_pauvrete_60", fichier)
    publies = {ligne["IRIS"]: ligne[f"DISP_TP60{aa}"] for ligne in lignes}
    observes = lues.filter(pl.col("statut") == "observe")
    assert dict(observes.select("code_territoire", "valeur").iter_rows()) == {
        code: float(texte.replace(",", ".")) for code, texte in publies.items() if texte
    }
    assert lues.filter(pl.col("statut") != "observe").height == sum(texte == "" for texte in publies.values()) > 2_500
    assert lues.filter((pl.col("statut") != "observe") & pl.col("valeur").is_not_null()).height == 0


# --- housing ----------------------------------------------------------------------------------------------------------


def test_le_parc_social_garde_ses_blancs(donnees_depot: Path, depot: Path) -> None:
    lignes = lignes_csv(depot / "sdes/qpv_rpls/rpls_qpv.csv", ",")
    assert len(lignes) == 1_400
    for colonne, variable in (
        ("nbLsPls", "nb_logements_sociaux"),
        ("txVac", "taux_vacance_parc_social"),
        ("medLoy", "loyer_median_parc_social"),
    ):
        lues = cellules(donnees_depot, "sdes.qpv_rpls", variable)
        attendus = {
            ligne["CodGeo"]: (
                float(ligne[colonne].replace(",", ".")) if ligne[colonne] else None,
                "observe" if ligne[colonne] else "secret" if ligne["Note"] == "0" else "non_diffuse",
            )
            for ligne in lignes
        }
        assert {c: (v, s) for c, v, s in lues.select("code_territoire", "valeur", "statut").rows()} == attendus


def test_les_logements_sociaux_des_quartiers_sont_publies(release_depot: Path, depot: Path) -> None:
    """1,510,641 dwellings over the quartiers that are disseminated (sources.md §2.7)."""
    valeurs = pl.read_parquet(release_depot / "tables" / "valeurs.parquet").filter(
        (pl.col("indicateur") == "nb_logements_sociaux") & (pl.col("niveau") == "qpv")
    )
    assert valeurs["valeur"].sum() == 1_510_641
    assert valeurs.height == 1_514
    publies = sum(bool(ligne["nbLsPls"]) for ligne in lignes_csv(depot / "sdes/qpv_rpls/rpls_qpv.csv", ","))
    assert valeurs.filter(pl.col("statut") == "observe").height == publies


# --- health -----------------------------------------------------------------------------------------------------------


def test_les_equipements_de_sante_sont_ceux_de_la_base(donnees_depot: Path, depot: Path) -> None:
    """219, 156, 198, 135 and 356 places in the départements of Normandie, by the code of the commune (published counts)."""
    brut = pl.read_parquet(
        depot / "insee/bpe_sante/base_sante.parquet", columns=["CODEGEO", "TYPEQU", "QP", "QP2015", "LONGITUDE"]
    )
    assert sorts(donnees_depot, "insee.bpe_sante") == {"retenue": 15_807}
    communes = cellules(donnees_depot, "insee.bpe_sante", "code_commune")["valeur_texte"]
    assert [communes.str.starts_with(d).sum() for d in NORMANDIE] == [219, 156, 198, 135, 356]
    for variable, colonne, motif, nombre in (
        ("code_qpv_2024_publie", "QP", "^QN", 938), ("code_qpv_2015_publie", "QP2015", "^QP", 871),
    ):  # fmt: skip
        lues = cellules(donnees_depot, "insee.bpe_sante", variable)["valeur_texte"]
        assert lues.str.contains(motif).sum() == brut[colonne].str.contains(motif).sum() == nombre
    natures = cellules(donnees_depot, "insee.bpe_sante", "nature")["valeur_texte"]
    types = brut["TYPEQU"]
    for nature, type_, nombre in (
        ("urgences", "D106", 670),
        ("centre_sante", "D108", 2_738),
        ("maison_sante", "D113", 2_251),
    ):
        assert (natures == nature).sum() == (types == type_).sum() == nombre
    # Nothing of Paris, Lyon and Marseille: their quartiers must never read zero.
    assert communes.str.contains("^(75|132|6938)").sum() == 0


def test_les_equipements_des_communes_sont_ceux_du_fichier(donnees_depot: Path, depot: Path) -> None:
    document = json.loads(gzip.decompress((depot / "insee/bpe_communes/bpe_communes.json.gz").read_bytes()))
    lues = cellules(donnees_depot, "insee.bpe_communes", "nb_medecins_generalistes_bpe")
    assert lues.height == len(document["communes"]) == 21_690
    # 60,573: the total that the document gives of itself.
    assert lues["valeur"].sum() == document["meta"]["bucket_totals"]["medecin_generaliste"] == 60_573


def test_la_densite_des_territoires_est_celle_du_fichier(donnees_depot: Path, depot: Path) -> None:
    """101 départements, 18 régions and France, from one file of 38 professions and 120 territories."""
    lignes = lignes_csv(depot / "cnam/demographie_professionnels/toutes_specialites_departement.csv", ",")
    profession = "Médecins généralistes (hors médecins à expertise particulière - MEP)"
    attendues: dict[str, dict[str, float]] = {"departement": {}, "region": {}, "france": {}}
    for ligne in lignes:
        if ligne["profession_sante"] != profession:
            continue
        est_total = ligne["departement"] == "999"
        niveau = "france" if ligne["region"] == "99" else "region" if est_total else "departement"
        code = {"france": "FR", "region": ligne["region"], "departement": ligne["departement"]}[niveau]
        attendues[niveau][code] = float(ligne["densite"])
    assert [len(codes) for codes in attendues.values()] == [101, 18, 1]
    lues = cellules(donnees_depot, "cnam.demographie_professionnels", "densite_medecins_generalistes_liberaux")
    for niveau, codes in attendues.items():
        ici = lues.filter(pl.col("niveau") == niveau)
        assert ici.height == len(codes)
        assert dict(ici.select("code_territoire", "valeur").iter_rows()) == codes
    assert set(lues["periode"]) == {"2024"}
    # The three levels count the same general practitioners: 51,775, the total that the file gives for France.
    effectifs = cellules(donnees_depot, "cnam.demographie_professionnels", "nb_medecins_generalistes_liberaux")
    sommes = dict(effectifs.group_by("niveau").agg(pl.col("valeur").sum()).iter_rows())
    assert sommes == {"departement": 51_775, "region": 51_775, "france": 51_775}
    fichier = "toutes_specialites_departement.csv"
    assert sorts(donnees_depot, "cnam.demographie_professionnels", fichier) == {"retenue": 202, "exclue": 4_560 - 202}


# --- communes -----------------------------------------------------------------------------------------------------------


def test_les_inscrits_des_communes_ne_comptent_qu_une_ligne_sur_six(donnees_depot: Path, depot: Path) -> None:
    lignes = lignes_csv(depot / "dares/defm_communales/POP_CHOMAGE_DARES.csv", ";")
    assert len(lignes) == 11_640
    totaux = {
        (ligne["Code commune"], ligne["Date"]): float(ligne["Nombre de demandeurs d'emploi"])
        for ligne in lignes
        if ligne["Sexe"] == ligne["Tranche d'âge"] == "Total"
    }
    lues = cellules(donnees_depot, "dares.defm_communales", "defm_abc_t4")
    assert {(c, p): v for c, p, v in lues.select("code_territoire", "periode", "valeur").rows()} == totaux
    assert len(totaux) == 194 * 10
    assert sorts(donnees_depot, "dares.defm_communales") == {"retenue": 1_940, "exclue": 9_700}


@pytest.mark.parametrize(
    ("fichier", "cle", "nombre"),
    [
        ("ftthCommunes.csv", "Code commune", 35_361),
        ("ftthEpci.csv", "Siren EPCI", 1_264),
        ("ftthDepartements.csv", "Code département", 104),
        ("ftthRegions.csv", "Code région", 18),
    ],
)
def test_la_fibre_se_lit_sous_ses_lignes_de_titre(
    donnees_depot: Path, depot: Path, fichier: str, cle: str, nombre: int
) -> None:
    lignes = lignes_csv(depot / "arcep/ftth" / fichier, ",", passer=4)
    locaux = [ligne for ligne in lignes if ligne["Champ"] == "Locaux Raccordables"]
    assert len(locaux) == nombre
    lues = cellules(donnees_depot, "arcep.ftth", "locaux_raccordables_fibre", fichier)
    for trimestre, periode in (("T3 2017", "2017-T3"), ("T1 2018", "2018-T1")):
        attendus = {ligne[cle]: float(ligne[trimestre]) for ligne in locaux}
        ici = lues.filter(pl.col("periode") == periode)
        assert dict(ici.select("code_territoire", "valeur").iter_rows()) == attendus


def test_les_contours_d_affichage_ont_toutes_leurs_communes(donnees_depot: Path) -> None:
    lignes = couche(donnees_depot, "ign.contours", "lignes").filter(pl.col("sort") == "retenue")
    communes = lignes.filter(pl.col("fichier").str.starts_with("communes-")).group_by("fichier").len().sort("fichier")
    assert communes["len"].to_list() == [537, 596, 476, 389, 711]
    assert lignes.filter(pl.col("fichier") == "departements-version-simplifiee.geojson").height == 96
    assert lignes.filter(pl.col("fichier") == "regions-version-simplifiee.geojson").height == 13


def test_la_delinquance_lue_ne_va_dans_aucune_table(donnees_depot: Path, release_depot: Path) -> None:
    """34,917 communes are read; the copy mixes published and smoothed rates, so nothing of it is published."""
    assert sorts(donnees_depot, "ssmsi.delinquance_communes") == {"retenue": 34_917}
    for table in ("valeurs", "ecarts", "services", "etablissements"):
        cadre = pl.read_parquet(release_depot / "tables" / f"{table}.parquet")
        if "jeu" in cadre.columns:
            assert cadre.filter(pl.col("jeu").str.starts_with("ssmsi")).height == 0
