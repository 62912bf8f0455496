"""Iris, equipment and published rates of Insee in the deposit, against the files read another way.

Belongs here: statuses of the Iris, zeros of the equipment by commune, random positions, communes left out of the equipment.
Does not belong here: counts of the equipment and of the Iris (test_depot_contexte), distances (test_proximity_depot).
"""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from pathlib import Path

import duckdb
import polars as pl
import pytest
from couches import cellules, sorts

pytestmark = pytest.mark.depot

PARIS_LYON_MARSEILLE = ("75056", "69123", "13055")


@pytest.mark.parametrize(("annee", "nombre", "vides"), [(2018, 12_395, 2_881), (2019, 12_481, 2_827)])
def test_un_iris_masque_dit_s_il_est_secret_ou_non_diffuse(
    donnees_depot: Path, depot: Path, annee: int, nombre: int, vides: int
) -> None:
    """Note 0: an empty cell is secret; note 1: published with a reserve; note 5: nothing of the Iris is disseminated."""
    fichier, aa = f"BASE_TD_FILO_DISP_IRIS_{annee}.csv", str(annee)[2:]
    with (depot / "insee/iris_filosofi" / fichier).open(encoding="utf-8-sig", newline="") as flux:
        lignes = list(csv.DictReader(flux, delimiter=";"))
    assert sorts(donnees_depot, "insee.iris_filosofi", fichier) == {"retenue": nombre}
    pauvrete, notes = f"DISP_TP60{aa}", f"DISP_NOTE{aa}"
    assert sum(ligne[pauvrete] == "" for ligne in lignes) == vides
    attendus = {}
    for ligne in lignes:
        note = int(ligne[notes])
        autres = any(ligne[f"DISP_{nom}{aa}"] for nom in ("MED", "D1", "D9", "GI"))
        masque = "non_diffuse" if note >= 2 or not (note == 0 or autres) else "secret"
        statut = "observe" if ligne[pauvrete] else masque
        reserve = "a_interpreter_avec_prudence" if note == 1 and statut == "observe" else None
        attendus[ligne["IRIS"]] = (statut, reserve)
    lues = cellules(donnees_depot, "insee.iris_filosofi", "taux_pauvrete_60", fichier)
    assert {c: (s, m) for c, s, m in lues.select("code_territoire", "statut", "mention").rows()} == attendus
    assert Counter(statut for statut, _ in attendus.values())["secret"] >= vides - 1


@pytest.mark.parametrize("annee", [2018, 2019])
def test_les_medianes_et_les_deciles_des_iris_sont_ceux_du_fichier(
    donnees_depot: Path, depot: Path, annee: int
) -> None:
    fichier, aa = f"BASE_TD_FILO_DISP_IRIS_{annee}.csv", str(annee)[2:]
    brut = pl.read_csv(depot / "insee/iris_filosofi" / fichier, separator=";", infer_schema_length=0)
    for colonne, variable in (
        ("MED", "niveau_vie_median"),
        ("D1", "niveau_vie_d1"),
        ("D9", "niveau_vie_d9"),
        ("GI", "indice_gini"),
    ):
        attendus = brut[f"DISP_{colonne}{aa}"].str.replace(",", ".").cast(pl.Float64)
        lues = cellules(donnees_depot, "insee.iris_filosofi", variable, fichier)
        assert lues.sort("ligne")["valeur"].to_list() == attendus.to_list()


def test_un_groupe_absent_d_une_commune_vaut_zero(entrepot_depot: duckdb.DuckDBPyConnection, depot: Path) -> None:
    """The copy names only what exists: after staging no commune of it has an unknown number of pharmacies."""
    communes = json.loads(gzip.decompress((depot / "insee/bpe_communes/bpe_communes.json.gz").read_bytes()))["communes"]
    for variable, groupe in (("nb_pharmacies_bpe", "pharmacie"), ("nb_infirmiers_bpe", "infirmier")):
        lues = entrepot_depot.execute(
            "select code_territoire, valeur, statut from stg_insee__bpe_communes where variable = ?", [variable]
        ).fetchall()
        assert {code: valeur for code, valeur, _ in lues} == {
            c: groupes.get(groupe, 0) for c, groupes in communes.items()
        }
        assert {statut for _, _, statut in lues} == {"observe"}
    sans_pharmacie = sum("pharmacie" not in groupes for groupes in communes.values())
    assert sans_pharmacie == 13_474
    for code in PARIS_LYON_MARSEILLE:
        assert code in communes


def test_une_position_tiree_au_hasard_ne_place_rien(donnees_depot: Path, depot: Path) -> None:
    """591 places of quality 33: kept with their commune, placed nowhere; 25 others have no coordinates."""
    brut = pl.read_parquet(depot / "insee/bpe_sante/base_sante.parquet", columns=["QUALITE_GEOLOC", "LONGITUDE"])
    hasard = brut.with_row_index("ligne", offset=1).filter(QUALITE_GEOLOC="33")["ligne"].to_list()
    rejets = pl.read_parquet(donnees_depot / "spatial/rejets_points.parquet").filter(jeu="insee.bpe_sante")
    par_hasard = rejets.filter(pl.col("motif").str.contains("au hasard"))
    assert par_hasard["ligne"].sort().to_list() == hasard
    assert len(hasard) == 591
    assert set(rejets["sort"]) == {"exclue"}
    assert rejets.height == 591 + 25
    points = pl.read_parquet(donnees_depot / "spatial/points.parquet").filter(jeu="insee.bpe_sante")
    assert points.height == 15_807 - 591 - 25 == brut.filter(
        (pl.col("QUALITE_GEOLOC") != "33") & pl.col("LONGITUDE").is_not_null()
    ).height  # fmt: skip


def test_les_quartiers_des_communes_absentes_n_ont_pas_de_plus_proche(
    release_depot: Path, entrepot_depot: duckdb.DuckDBPyConnection
) -> None:
    """A hospital of the suburbs is not the nearest of a quartier of Paris: the file holds none of Paris."""
    absents = {
        (zonage, code)
        for zonage, code in entrepot_depot.execute(
            "select distinct zonage, code_qpv from int_territoires__quartiers_communes where code_commune in (?, ?, ?)",
            list(PARIS_LYON_MARSEILLE),
        ).fetchall()
    }
    assert {("2015", "QP075001"), ("2015", "QP013033")} <= absents
    proximites = pl.read_parquet(release_depot / "tables/proximites.parquet").filter(
        pl.col("identifiant").str.starts_with("insee.bpe_sante:") & (pl.col("millesime") == "2023")
    )
    presents = set(proximites.select("zonage", "code_qpv").unique().iter_rows())
    assert not presents & absents
    # Those of the other communes all have a nearest emergency department in mainland France.
    urgences = set(proximites.filter(nature="urgences").select("zonage", "code_qpv").unique().iter_rows())
    metropole = {
        (zonage, code)
        for zonage, code in entrepot_depot.execute(
            "select zonage, code_territoire from dim_territoires where niveau = 'qpv' and code_departement < '97'"
        ).fetchall()
    }
    assert metropole - absents == urgences & metropole


def test_les_taux_publies_sont_ceux_de_leur_page(release_depot: Path) -> None:
    """Written here as they are read at the addresses of catalogue/references.yml."""
    valeurs = pl.read_parquet(release_depot / "tables/valeurs.parquet")
    chomage = valeurs.filter((pl.col("indicateur") == "taux_chomage_bit_departement") & (pl.col("niveau") == "france"))
    lus = {(c, p): v for c, p, v in chomage.select("code_territoire", "periode", "valeur").rows()}
    assert lus == {
        ("FRM", "2022-T1"): 7.1, ("FRHM", "2022-T1"): 7.3, ("FRM", "2024-T2"): 7.1, ("FRM", "2024-T4"): 7.1,
        ("FRHM", "2024-T4"): 7.3, ("FRHM", "2025-T2"): 7.6, ("FRHM", "2025-T3"): 7.7,
    }  # fmt: skip
    quartiers = valeurs.filter(pl.col("indicateur") == "taux_chomage_bit_qpv")
    assert set(quartiers["niveau"]) == {"ensemble_qpv"}
    assert dict(quartiers.select("periode", "valeur").iter_rows()) == {
        "2014": 26.7,
        "2015": 26.4,
        "2019": 22.5,
        "2022": 18.3,
    }
