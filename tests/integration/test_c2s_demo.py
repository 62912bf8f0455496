"""Complementary health cover of the quartiers on the demo territory, against its files read another way.

Belongs here: the rates of the release at the dates of the Cnam, in both zonings, counted again from the archives.
Does not belong here: the layout of the archives (tests/unit/test_demo_*), real files (tests/data).
"""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import polars as pl
import pytest

ARCHIVES = {
    "2015": ("qpv_cnam_c2s/beneficiaires_CNAM_01-01-2023_QP_csv.zip", "data_CNAM2023_QP.csv", "2023-01-01"),
    "2024": ("qpv2024_cnam_c2s/beneficiaires_CNAM_01-01-2025_QP24_csv.zip", "data_CNAM2025_QP.csv", "2025-01-01"),
}
SANS_LIGNE = {"2015": ("QP965005", "QP965006"), "2024": ()}


@pytest.fixture(scope="module")
def valeurs(donnees_demo: Path) -> pl.DataFrame:
    return pl.read_parquet(donnees_demo / "releases" / "current" / "tables" / "valeurs.parquet")


def lire(archive: Path, membre: str) -> list[dict[str, str]]:
    """Rows of the quartiers, thousands marks removed."""
    with zipfile.ZipFile(archive) as zip_:
        lignes = csv.DictReader(io.StringIO(zip_.read(membre).decode("utf-8-sig"), newline=""), delimiter=";")
        return [
            {nom: texte.replace("\u202f", "") for nom, texte in ligne.items()}
            for ligne in lignes
            if ligne["CODGEO"].startswith("Q")
        ]


@pytest.mark.parametrize("zonage", ARCHIVES)
@pytest.mark.parametrize(
    ("indicateur", "colonnes"),
    [
        ("part_beneficiaires_c2s", ("C_C2SNP", "C_C2SP")),
        ("part_beneficiaires_c2s_non_participative", ("C_C2SNP",)),
    ],
)
def test_the_rates_are_those_of_the_archive(
    valeurs: pl.DataFrame, territoire_demo: Path, zonage: str, indicateur: str, colonnes: tuple[str, ...]
) -> None:
    chemin, membre, periode = ARCHIVES[zonage]
    lignes = lire(territoire_demo / "insee" / chemin, membre)
    lus = valeurs.filter(indicateur=indicateur, niveau="qpv", zonage=zonage, periode=periode)
    attendus = {
        x["CODGEO"]: "non_diffuse"
        if x["NOTE"] != "0"
        else "observe"
        if all(x[c] for c in (*colonnes, "C"))
        else "secret"
        for x in lignes
    }
    # A quartier that the base does not cover has no row in it.
    attendus |= dict.fromkeys(SANS_LIGNE[zonage], "non_diffuse")
    assert dict(lus.select("code_territoire", "statut").rows()) == attendus
    par_code = {x["CODGEO"]: x for x in lignes}
    for code, valeur in lus.filter(statut="observe").select("code_territoire", "valeur").rows():
        x = par_code[code]
        assert valeur == pytest.approx(100 * sum(int(x[c]) for c in colonnes) / int(x["C"]), rel=1e-9)
    masques = lus.filter(pl.col("statut") != "observe")
    assert masques["valeur"].null_count() == masques.height


def test_the_two_dates_are_never_one_series(valeurs: pl.DataFrame, donnees_demo: Path) -> None:
    """2023 is on the quartiers of 2015 and 2025 on those of 2024: no evolution goes from one to the other."""
    dates = valeurs.filter(indicateur="part_beneficiaires_c2s", niveau="qpv").filter(
        pl.col("periode").str.starts_with("202")
    )
    assert set(dates.select("zonage", "periode").rows()) == {("2015", "2023-01-01"), ("2024", "2025-01-01")}
