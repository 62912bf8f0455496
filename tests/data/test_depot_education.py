"""Schools, social position and exam results as read from the published files, against the files read another way.

Belongs here: counts, marks and values of the datasets of education.
Does not belong here: distances to the quartiers (test_spatial_depot, test_lieux_depot).
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import polars as pl
import pytest
from couches import cellules, couche, sorts

pytestmark = pytest.mark.depot

NORMANDIE = ("14", "27", "50", "61", "76")
IVAC = "education/ivac/fr-en-indicateurs-valeur-ajoutee-colleges.csv"
ECOLES = "education/ips_ecoles/fr-en-ips-ecoles-ap2022.parquet"


def test_l_annuaire_compte_les_etablissements_de_chaque_departement_normand(donnees_depot: Path, depot: Path) -> None:
    """579, 698, 522, 325 and 1,390 rows by the first two characters of the commune, services included (published counts)."""
    brut = pl.read_parquet(
        depot / "education/annuaire/annuaire_ecoles_france_mini.parquet",
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
    assert va.filter(pl.col("statut") == "non_diffuse").height == vide > 1_000


def test_l_indice_des_colleges_se_lit_dans_ses_deux_formes(donnees_depot: Path, depot: Path) -> None:
    assert sorts(donnees_depot, "education.ips_colleges", "fr-en-ips-colleges-ap2022.csv") == {"retenue": 6_973}
    with (depot / "education/ips_colleges/fr-en-ips-colleges-ap2022.csv").open(encoding="utf-8", newline="") as flux:
        publies = {ligne["uai"]: ligne["ips"] for ligne in csv.DictReader(flux, delimiter=";")}
    ips = cellules(donnees_depot, "education.ips_colleges", "ips", "fr-en-ips-colleges-ap2022.csv")
    assert dict(ips.select("code_territoire", "valeur").rows()) == {u: float(t) for u, t in publies.items()}
    bruts = json.loads((depot / "education/ips_colleges/ips_colleges_pays_loire.json").read_text(encoding="utf-8"))
    champs = [brut["record"]["fields"] for brut in bruts]
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
