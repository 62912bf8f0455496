"""Schools, social position and exam results as read from the published files, against the files read another way.

Belongs here: counts, marks and values of the datasets of education.
Does not belong here: distances to the quartiers (test_spatial_depot, test_lieux_depot).
"""

from __future__ import annotations

import csv
import json
import struct
from collections import Counter
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest
from couches import cellules, couche, sorts

pytestmark = pytest.mark.depot

NORMANDIE = ("14", "27", "50", "61", "76")
ANNUAIRE = "education/annuaire/annuaire_ecoles_france_mini.parquet"
VAL_DE_MARNE = "education/annuaire/fr-en-annuaire-education_dep94.csv"
COLLEGES = "education/ips_colleges/fr-en-ips-colleges-ap2022.csv"
PAYS_DE_LA_LOIRE = "education/ips_colleges/ips_colleges_pays_loire.json"
IVAC = "education/ivac/fr-en-indicateurs-valeur-ajoutee-colleges.csv"
ECOLES = "education/ips_ecoles/fr-en-ips-ecoles-ap2022.parquet"


def test_l_annuaire_compte_les_etablissements_de_chaque_departement_normand(donnees_depot: Path, depot: Path) -> None:
    """579, 698, 522, 325 and 1,390 rows by the first two characters of the commune, services included (published counts)."""
    brut = pl.read_parquet(
        depot / ANNUAIRE,
        columns=["code_commune", "type_etablissement", "identifiant_de_l_etablissement"],
    )
    departement = pl.col("code_commune").str.slice(0, 2).alias("departement")
    par_departement = dict(brut.group_by(departement).len().iter_rows())
    assert [par_departement[d] for d in NORMANDIE] == [579, 698, 522, 325, 1390]
    # What is kept: schools, collèges and lycées, one row per identifier.
    attendu = brut.filter(pl.col("type_etablissement").is_in(["Ecole", "Collège", "Lycée"]))[
        "identifiant_de_l_etablissement"
    ]
    lus = couche(donnees_depot, "education.annuaire", "lignes", "annuaire_ecoles_france_mini.parquet")
    retenus = lus.filter(pl.col("sort") == "retenue")["code_territoire"]
    assert retenus.n_unique() == retenus.len() == attendu.n_unique() == 63_267
    assert lus.height == brut.height == 68_792


def test_les_fiches_repetees_de_l_annuaire_laissent_la_derniere(donnees_depot: Path, depot: Path) -> None:
    """69 identifiers have 143 rows, one per site: 74 rows too many; among schools the last of the file is kept."""
    brut = pl.read_parquet(
        depot / ANNUAIRE, columns=["identifiant_de_l_etablissement", "type_etablissement", "nom_etablissement"]
    )
    uai = pl.col("identifiant_de_l_etablissement")
    repetees = brut.filter(uai.is_duplicated())
    assert (repetees.height, repetees["identifiant_de_l_etablissement"].n_unique()) == (143, 69)
    ecoles = brut.filter(pl.col("type_etablissement").is_in(["Ecole", "Collège", "Lycée"]))
    derniers = dict(ecoles.select("identifiant_de_l_etablissement", "nom_etablissement").rows())
    noms = cellules(donnees_depot, "education.annuaire", "libelle", "annuaire_ecoles_france_mini.parquet")
    assert dict(noms.select("code_territoire", "valeur_texte").rows()) == {u: n.strip() for u, n in derniers.items()}
    lignes = couche(donnees_depot, "education.annuaire", "lignes", "annuaire_ecoles_france_mini.parquet")
    exclues = lignes.filter(pl.col("sort") == "exclue")
    assert exclues.filter(pl.col("motif").str.contains("répété")).height == ecoles.height - len(derniers) == 67
    # 419 + 2,297 + 2,044 + 362 + 80 rows of another nature, 256 without any.
    assert exclues.filter(pl.col("motif") == "ni école, ni collège, ni lycée").height == 5_458
    assert lignes.filter(pl.col("sort") == "quarantaine").height == 0


def test_la_nature_et_la_position_viennent_du_fichier(donnees_depot: Path, depot: Path) -> None:
    """The point is read here from its bytes: byte order, type 1, then longitude and latitude."""
    natures = cellules(donnees_depot, "education.annuaire", "nature", "annuaire_ecoles_france_mini.parquet")
    assert set(natures["valeur_texte"]) == {"ecole", "college", "lycee"}
    table = pq.read_table(depot / ANNUAIRE, columns=["identifiant_de_l_etablissement", "geometry"])
    points: dict[str, tuple[float, float]] = {}
    for uai, geometrie in zip(table[0].to_pylist(), table[1].to_pylist(), strict=True):
        octets = bytes(geometrie)
        assert struct.unpack("<BI", octets[:5]) == (1, 1)
        points[uai] = struct.unpack("<dd", octets[5:21])
    for rang, coordonnee in enumerate(("longitude", "latitude")):
        lues = cellules(donnees_depot, "education.annuaire", coordonnee, "annuaire_ecoles_france_mini.parquet")
        assert lues.height == 63_267
        ecarts = [abs(v - points[u][rang]) for u, v in lues.select("code_territoire", "valeur").rows()]
        assert max(ecarts) < 1e-9


def test_le_fichier_complet_dit_le_reseau_de_chaque_ecole_et_ne_garde_aucun_contact(
    donnees_depot: Path, depot: Path
) -> None:
    """613 schools of the Val-de-Marne: 185 in REP, 22 in REP+, and 406 empty cells that mean « hors »."""
    with (depot / VAL_DE_MARNE).open(encoding="utf-8-sig", newline="") as flux:
        lignes = list(csv.DictReader(flux, delimiter=";"))
    publies = {ligne["Identifiant_de_l_etablissement"]: ligne for ligne in lignes}
    assert len(lignes) == len(publies) == 613
    fichier = "fr-en-annuaire-education_dep94.csv"
    reseau = cellules(donnees_depot, "education.annuaire", "statut_education_prioritaire", fichier)
    lus = dict(reseau.select("code_territoire", "valeur_texte").rows())
    assert lus == {u: ligne["Appartenance_Education_Prioritaire"] or "hors" for u, ligne in publies.items()}
    assert Counter(lus.values()) == {"REP": 185, "REP+": 22, "hors": 406}
    assert Counter(cellules(donnees_depot, "education.annuaire", "etat", fichier)["valeur_texte"]) == {
        "OUVERT": 611, "A FERMER": 2,
    }  # fmt: skip
    assert set(cellules(donnees_depot, "education.annuaire", "code_departement", fichier)["valeur_texte"]) == {"094"}
    brute = pl.read_parquet(donnees_depot / f"raw/education/annuaire/2026-07/{fichier}.parquet")
    assert {"Mail", "Telephone", "Fax", "Web"} <= set(lignes[0])
    assert {"Mail", "Telephone", "Fax", "Web"}.isdisjoint(brute.columns)


def test_l_indice_des_ecoles_garde_ses_annees_et_ses_valeurs_non_significatives(
    donnees_depot: Path, depot: Path
) -> None:
    brut = pl.read_parquet(depot / ECOLES, columns=["rentree_scolaire", "uai", "ips"])
    assert dict(brut.group_by("rentree_scolaire").len().iter_rows()) == {
        "2022-2023": 31_976, "2023-2024": 32_610, "2024-2025": 32_494,
    }  # fmt: skip
    ips = cellules(donnees_depot, "education.ips_ecoles", "ips")
    assert ips.height == brut.height == 97_080
    assert ips.filter(pl.col("statut") == "non_diffuse").height == brut.filter(pl.col("ips") == "NS").height == 6_926
    joints = ips.join(brut, left_on=["code_territoire", "periode"], right_on=["uai", "rentree_scolaire"])
    publies = joints.filter(pl.col("ips") != "NS")
    assert publies.filter(pl.col("valeur") != pl.col("ips").cast(pl.Float64)).height == 0
    assert publies.height == 97_080 - 6_926


def test_chaque_ecole_porte_les_moyennes_de_son_departement_de_son_academie_et_du_pays(
    donnees_depot: Path, depot: Path
) -> None:
    """105.4, 105.5 and 105.8 for the country; every row has its three references, `NS` schools included."""
    noms = ["ips_departemental", "ips_academique", "ips_national"]
    brut = pl.read_parquet(depot / ECOLES, columns=["rentree_scolaire", "uai", *noms])
    for nom in noms:
        lues = cellules(donnees_depot, "education.ips_ecoles", nom)
        publiees = {(u, r): float(v) for u, r, v in brut.select("uai", "rentree_scolaire", nom).rows()}
        assert {(u, r): v for u, r, v in lues.select("code_territoire", "periode", "valeur").rows()} == publiees
    national = cellules(donnees_depot, "education.ips_ecoles", "ips_national").select("periode", "valeur").unique()
    assert dict(national.rows()) == {"2022-2023": 105.4, "2023-2024": 105.5, "2024-2025": 105.8}
    secteurs = cellules(donnees_depot, "education.ips_ecoles", "secteur")
    assert Counter(secteurs["valeur_texte"]) == {"public": 83_481, "privé sous contrat": 13_599}


def test_les_formes_du_departement_restent_telles_que_publiees(donnees_depot: Path) -> None:
    """Three characters in one file, two in the others, the overseas codes three everywhere: staging makes them one."""
    formes = {}
    for jeu, fichier in (
        ("education.ips_colleges", "fr-en-ips-colleges-ap2022.csv"),
        ("education.ips_ecoles", "fr-en-ips-ecoles-ap2022.parquet"),
        ("education.ivac", "fr-en-indicateurs-valeur-ajoutee-colleges.csv"),
    ):
        formes[jeu] = set(cellules(donnees_depot, jeu, "code_departement", fichier)["valeur_texte"])
    assert {"001", "014", "02A", "02B", "971", "976"} <= formes["education.ips_colleges"]
    assert {len(code) for code in formes["education.ips_colleges"]} == {3}
    assert formes["education.ips_ecoles"] == formes["education.ivac"]
    assert {"01", "14", "2A", "2B", "971", "976"} <= formes["education.ivac"]
    assert len(formes["education.ips_colleges"]) == len(formes["education.ivac"]) == 101


def test_le_departement_normalise_rapproche_les_fichiers(
    entrepot_depot: duckdb.DuckDBPyConnection, depot: Path
) -> None:
    """Collèges of the five Norman départements: 77, 66, 70, 43 and 132 in the file that writes `014`."""
    with (depot / COLLEGES).open(encoding="utf-8", newline="") as flux:
        publies = Counter(ligne["code_du_departement"] for ligne in csv.DictReader(flux, delimiter=";"))
    assert [publies[f"0{d}"] for d in NORMANDIE] == [77, 66, 70, 43, 132]
    lus = dict(
        entrepot_depot.execute(
            "select departement, count(*) from stg_education__ips_colleges where fichier like '%ap2022.csv' group by 1"
        ).fetchall()
    )
    assert [lus[d] for d in NORMANDIE] == [77, 66, 70, 43, 132]
    assert (lus["2A"], lus["2B"], lus["974"]) == (publies["02A"], publies["02B"], publies["974"])
    assert sum(lus.values()) == 6_973


def test_les_colleges_de_chaque_session_sont_ceux_du_fichier(donnees_depot: Path, depot: Path) -> None:
    with (depot / IVAC).open(encoding="utf-8-sig", newline="") as flux:
        lignes = list(csv.DictReader(flux, delimiter=";"))
    sessions = {s: [ligne for ligne in lignes if ligne["Session"] == s] for s in ("2022", "2023", "2024")}
    assert {s: len(lues) for s, lues in sessions.items()} == {"2022": 6_622, "2023": 6_615, "2024": 6_816}
    par_departement = [sum(ligne["Code département"] == d for ligne in sessions["2024"]) for d in NORMANDIE]
    assert par_departement == [76, 65, 69, 41, 132]
    assert sorts(donnees_depot, "education.ivac") == {"retenue": 20_053}
    taux = cellules(donnees_depot, "education.ivac", "taux_reussite_generale")
    attendus = {(ligne["UAI"], ligne["Session"]): ligne["Taux de réussite G"] for ligne in lignes}
    lus = {
        (code, periode): valeur for code, periode, valeur in taux.select("code_territoire", "periode", "valeur").rows()
    }
    assert lus == {cle: float(texte) if texte else None for cle, texte in attendus.items()}
    vide = sum(ligne["VA du taux de réussite G"] == "" for ligne in lignes)
    va = cellules(donnees_depot, "education.ivac", "valeur_ajoutee_taux_generale")
    assert va.filter(pl.col("statut") == "non_diffuse").height == vide == 1_171


def test_la_serie_professionnelle_est_vide_la_ou_le_college_n_en_a_pas(donnees_depot: Path, depot: Path) -> None:
    """69.4 % of the rows; a rate of 0 is a value (one collège at least), never a missing one."""
    with (depot / IVAC).open(encoding="utf-8-sig", newline="") as flux:
        lignes = list(csv.DictReader(flux, delimiter=";"))
    for variable, colonne in (
        ("nb_candidats_professionnelle", "Nb candidats P"),
        ("taux_reussite_professionnelle", "Taux de réussite P"),
        ("taux_acces_6e_3e", "Taux d'accès 6eme 3eme"),
        ("nb_mentions_generale", "Nb mentions global G"),
    ):
        lues = cellules(donnees_depot, "education.ivac", variable)
        attendus = {(ligne["UAI"], ligne["Session"]): ligne[colonne] for ligne in lignes}
        recus = {(u, p): v for u, p, v in lues.select("code_territoire", "periode", "valeur").rows()}
        assert recus == {cle: float(texte) if texte else None for cle, texte in attendus.items()}
        manquantes = sum(texte == "" for texte in attendus.values())
        assert lues.filter(pl.col("statut") == "non_diffuse").height == lues["valeur"].null_count() == manquantes
    vides = [sum(ligne[c] == "" for ligne in lignes) for c in ("Taux de réussite P", "Taux d'accès 6eme 3eme")]
    assert vides == [13_917, 33]
    assert any(ligne["Taux de réussite P"] in ("0", "0.0") for ligne in lignes)
    # The four counts of mentions add up: the total is read, not recomputed.
    parties = ("Nb mentions AB G", "Nb mentions B G", "Nb mentions TB G")
    assert all(sum(int(ligne[c]) for c in parties) == int(ligne["Nb mentions global G"]) for ligne in lignes)


def test_la_region_des_colleges_est_celle_du_ministere(donnees_depot: Path) -> None:
    """14 is Normandie for the ministry: 1,136 rows of the five départements, none elsewhere."""
    regions = cellules(donnees_depot, "education.ivac", "code_region_academique").select(
        "code_territoire", "periode", region="valeur_texte"
    )
    departements = cellules(donnees_depot, "education.ivac", "code_departement").select(
        "code_territoire", "periode", departement="valeur_texte"
    )
    joints = regions.join(departements, on=["code_territoire", "periode"])
    normands = joints.filter(pl.col("region") == "14")
    assert normands.height == 1_136
    assert set(normands["departement"]) == set(NORMANDIE)
    assert set(joints.filter(pl.col("departement").is_in(NORMANDIE))["region"]) == {"14"}


def test_l_indice_des_colleges_se_lit_dans_ses_deux_formes(donnees_depot: Path, depot: Path) -> None:
    assert sorts(donnees_depot, "education.ips_colleges", "fr-en-ips-colleges-ap2022.csv") == {"retenue": 6_973}
    with (depot / COLLEGES).open(encoding="utf-8", newline="") as flux:
        publies = {ligne["uai"]: ligne["ips"] for ligne in csv.DictReader(flux, delimiter=";")}
    ips = cellules(donnees_depot, "education.ips_colleges", "ips", "fr-en-ips-colleges-ap2022.csv")
    assert dict(ips.select("code_territoire", "valeur").rows()) == {u: float(t) for u, t in publies.items()}
    bruts = json.loads((depot / PAYS_DE_LA_LOIRE).read_text(encoding="utf-8"))
    champs = [brut["record"]["fields"] for brut in bruts]
    # Two régions, whatever the name of the file says: a sample, never a list of the country.
    assert Counter(c["region_academique"] for c in champs) == {"PAYS DE LA LOIRE": 416, "NOUVELLE-AQUITAINE": 601}
    lus = cellules(donnees_depot, "education.ips_colleges", "ips", "ips_colleges_pays_loire.json")
    assert lus.height == len(champs) == 1_017
    attendus = sorted(
        (c["uai"], c["rentree_scolaire"], float(c["ips"])) for c in champs if c.get("ips") not in (None, "NS", "NA")
    )
    assert lus.filter(pl.col("statut") == "non_diffuse").height == len(champs) - len(attendus) == 1
    assert (
        sorted(lus.filter(pl.col("statut") == "observe").select("code_territoire", "periode", "valeur").rows())
        == attendus
    )
