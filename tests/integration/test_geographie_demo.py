"""Comparable quartiers, movements and territories kept in view, in the release of the demo territory.

Belongs here: what the local register adds to them, read again in the files of the demo.
Does not belong here: the published files (tests/data/test_geographie_depot), the rules (unit tests of the models).
"""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest


@pytest.fixture(scope="module")
def tables(donnees_demo: Path) -> Path:
    return (donnees_demo / "releases" / "current").resolve() / "tables"


def lignes(chemin: Path, separateur: str) -> list[dict[str, str]]:
    with chemin.open(encoding="utf-8-sig", newline="") as flux:
        return list(csv.DictReader(flux, delimiter=separateur))


def test_chaque_territoire_de_veille_active_donne_le_chiffre_de_sa_commune(territoire_demo: Path, tables: Path) -> None:
    veille = lignes(territoire_demo / "registre/veille_active/veille_active.csv", ";")
    filosofi = {
        ligne["CODGEO"]: ligne["TP6021"].replace(",", ".")
        for ligne in lignes(territoire_demo / "insee/communes_filosofi/cc_filosofi_2021_COM.csv", ";")
    }
    suivis = pl.read_parquet(tables / "territoires_suivis.parquet").filter(nature="veille_active")
    assert {(i, c, q) for i, c, q in suivis.select("identifiant", "code_commune", "code_qpv").unique().rows()} == {
        (v["identifiant"], v["code_commune"], v["code_qpv"]) for v in veille
    }
    pauvrete = suivis.filter(indicateur="taux_pauvrete_60")
    assert pauvrete.height == len(veille)
    publiees = 0
    for code_commune, valeur, statut, periode in pauvrete.select("code_commune", "valeur", "statut", "periode").rows():
        brut = filosofi[code_commune]
        if brut.replace(".", "", 1).isdigit():
            publiees += 1
            assert (valeur, statut, periode) == (float(brut), "estime", "2021")
        else:
            assert (valeur, statut) == (None, "secret")
    assert 0 < publiees < len(veille)


def test_un_quartier_du_zonage_n_est_pas_un_ancien_quartier(tables: Path) -> None:
    anciens = pl.read_parquet(tables / "territoires_suivis.parquet").filter(nature="ancien_qpv")
    sortis = pl.read_parquet(tables / "valeurs.parquet").filter(indicateur="qpv_2015_sortant", valeur=1.0)
    assert set(anciens["identifiant"]) == set(sortis["code_territoire"]) != set()


def test_les_comparables_sont_les_autres_quartiers_seuls_dans_leur_epci(tables: Path) -> None:
    uniques = (
        pl.read_parquet(tables / "territoires.parquet")
        .filter(niveau="qpv", zonage="2024", est_qpv_unique_epci=True)["code_territoire"]
        .to_list()
    )
    comparables = pl.read_parquet(tables / "comparables.parquet")
    groupes = comparables.group_by("code_qpv").agg("code_comparable").rows()
    # Six of them in the demo: each is compared with the five others, fewer than the eight that the rule would keep.
    assert {code: sorted(autres) for code, autres in groupes} == {
        code: sorted(set(uniques) - {code}) for code in uniques
    }
    assert len(uniques) == 6
