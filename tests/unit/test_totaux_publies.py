"""Parts that do not give the published total: the difference is listed, and beyond its tolerance nothing is published.

Belongs here: the model of the published totals and the data test that stops a build, on small frames.
Does not belong here: the totals of the real files (tests/data/test_depot_acces.py), rows lost while reading (test_normalise).
"""

from __future__ import annotations

import polars as pl
import pytest
from sql_du_projet import DBT, executer, modele, rendre

JEU = "insee.qpv_population"
TABLES_VIDES = (
    "qpv_insertion_professionnelle", "qpv_demographie", "qpv_revenus", "qpv_filosofi", "qpv_recensement_2010",
    "qpv2024_population", "qpv2024_estimations_demographiques", "qpv2024_filosofi", "filosofi_pauvrete_references",
    "communes_comparateur", "communes_filosofi", "filosofi_references", "chomage_localise",
)  # fmt: skip
CELLULE = {
    "jeu": JEU, "millesime": "2018", "fichier": "pop.csv", "niveau": "qpv", "zonage": "2015", "bloc": "",
    "variable": "population", "statut": "observe",
}  # fmt: skip


def ecart_au_total(valeurs: dict[str, float], attendu: float, tolerance: float) -> tuple[float, int]:
    """Observed minus published total, and how many rows the data test of the build finds in error."""
    cellules = pl.DataFrame([CELLULE | {"code_territoire": code, "valeur": v} for code, v in valeurs.items()])
    vide = cellules.clear()
    controle = {
        "jeu": JEU, "millesime": "2018", "controle": "population_des_qpv", "variable": "population",
        "perimetre": "departement:14", "attendu": attendu, "tolerance": tolerance, "explication": "total du producteur",
    }  # fmt: skip
    tables = {f"stg_insee__{nom}": vide for nom in TABLES_VIDES} | {
        "stg_sdes__qpv_rpls": vide,
        "stg_insee__qpv_population": cellules,
        "stg_insee__cog_departements": pl.DataFrame([{"code_departement": "14", "code_region": "28"}]),
        "catalogue__controles": pl.DataFrame([controle]),
        "ingestion__lignes": vide.select(
            "jeu", "millesime", "fichier", "niveau", "code_territoire", "zonage"
        ).with_columns(sort=pl.lit("retenue")),
    }
    (ligne,) = executer(modele("int_sources__totaux_de_controle"), tables)
    ecart = ligne["observe"] - ligne["attendu"]
    regle = (DBT / "tests" / "generic" / "rapprochement_juste.sql").read_text(encoding="utf-8")
    corps = regle.partition("{% test rapprochement_juste(model) %}")[2].partition("{% endtest %}")[0]
    en_defaut = executer(
        rendre("{% set model = 'lignes' %}" + corps),
        {"lignes": pl.DataFrame([{"ecart": float(ecart), "tolerance": float(ligne["tolerance"])}])},
    )
    return ecart, len(en_defaut)


@pytest.mark.panne("F18", attendu="parts ≠ total: the difference is found, beyond its tolerance the build stops")
@pytest.mark.parametrize(
    ("valeurs", "ecart", "en_defaut"),
    [
        ({"QP014001": 1_000.0, "QP014002": 2_000.0}, 0.0, 0),
        ({"QP014001": 1_000.0, "QP014002": 2_003.0}, 3.0, 0),  # 0.1 % of 3,000, and 0.2 % is tolerated
        ({"QP014001": 1_000.0, "QP014002": 2_009.0}, 9.0, 1),
        ({"QP014001": 1_000.0}, -2_000.0, 1),
    ],
)
def test_des_parties_qui_ne_redonnent_pas_le_total(valeurs: dict[str, float], ecart: float, en_defaut: int) -> None:
    assert ecart_au_total(valeurs, attendu=3_000.0, tolerance=0.002) == (ecart, en_defaut)
