"""Formulas of the gap method on numbers worked by hand, through the SQL of the project (gap_method §8).

Belongs here: check values printed in the document, read to the printed digit.
Does not belong here: exact small numbers (dbt unit tests), laws on random numbers (test_lois_methode).
"""

from __future__ import annotations

import math
from typing import Any

import polars as pl
import pytest
from sql_du_projet import calculer, executer, methode, modele, parametres, rendre

GRANDE_COMMUNE = 100_000


def demi_largeur(taux: float, population: float, population_commune: float, denominateur: str) -> float | None:
    """§8.1 through the macro: half-width of a census rate of a quartier."""
    sql = rendre("select {{ demi_largeur_sondage() }} as h from v cross join i cross join p cross join m")
    ((ligne),) = executer(
        sql,
        {
            "v": pl.DataFrame([{"niveau": "qpv", "valeur": taux}]),
            "i": pl.DataFrame([{"unite": "%", "denominateur": denominateur}]),
            "p": pl.DataFrame([{"population": population, "population_commune": population_commune}]),
            "m": methode(),
        },
    )
    return ligne["h"]


@pytest.mark.parametrize(
    ("population", "attendue", "detectable"), [(1000, "5.9", "8.3"), (3500, "3.1", "4.4"), (10000, "1.9", "2.6")]
)
def test_8_1_precision_d_un_taux_du_recensement(population: int, attendue: str, detectable: str) -> None:
    """45 % of the 15-64 of a quartier; between two dates the squares of both half-widths add up."""
    h = demi_largeur(45, population, GRANDE_COMMUNE, "population de 15 à 64 ans")
    assert h is not None
    assert f"{h:.1f}" == attendue
    assert f"{math.hypot(h, h):.1f}" == detectable


def test_8_1_sur_toute_la_population_on_enquete_plus_de_monde() -> None:
    """k = 1 instead of 0.62: the half-width is multiplied by √0.62."""
    ensemble = demi_largeur(45, 3500, GRANDE_COMMUNE, "population")
    actifs = demi_largeur(45, 3500, GRANDE_COMMUNE, "population de 15 à 64 ans")
    assert ensemble is not None
    assert actifs is not None
    assert ensemble == pytest.approx(actifs * math.sqrt(0.62))


@pytest.mark.parametrize(
    ("population_commune", "denominateur"),
    [(9_999, "population de 15 à 64 ans"), (GRANDE_COMMUNE, "femmes de 15 à 64 ans"), (GRANDE_COMMUNE, "ménages")],
)
def test_8_1_aucun_intervalle_sans_sondage_ou_sans_effectif_connu(population_commune: int, denominateur: str) -> None:
    """Under 10,000 inhabitants the commune is surveyed in full; the number of women or of households is not published."""
    assert demi_largeur(45, 3500, population_commune, denominateur) is None


def test_8_2_intervalle_de_wilson() -> None:
    """p = 45 %, n = 2,170: 42.9 to 47.1."""
    bornes = [
        executer(
            rendre("select {{ borne_wilson('" + signe + "') }} as b from v cross join m"),
            {"v": pl.DataFrame([{"numerateur": 976.5, "denominateur": 2170.0, "facteur": 100.0}]), "m": methode()},
        )[0]["b"]
        for signe in "-+"
    ]
    assert [f"{b:.1f}" for b in bornes] == ["42.9", "47.1"]


def test_8_2_demi_largeur_d_un_indice() -> None:
    """92.2 × 1.96 × √(1/854 + 1/787) = 8.9; none at the base date, which is 100 by construction."""
    sql = rendre("select {{ demi_largeur_indice() }} as h from v cross join m order by v.periode")
    lues = executer(
        sql,
        {
            "v": pl.DataFrame([
                {"numerateur": 854.0, "denominateur": 854.0, "valeur": 100.0, "periode": "2016-12-31"},
                {"numerateur": 787.0, "denominateur": 854.0, "valeur": 100 * 787 / 854, "periode": "2021-12-31"},
            ]),
            "m": methode(),
        },
    )  # fmt: skip
    assert lues[0]["h"] is None
    assert f"{lues[1]['h']:.1f}" == "8.9"


@pytest.mark.parametrize(
    ("deciles", "estime"),
    [
        # CU Caen la Mer, Calvados, Normandie, France métropolitaine and Caen in 2019: D1, D2.
        ((11830, 14940), "14.3"),
        ((12430, 15410), "12.4"),
        ((12040, 14990), "13.8"),
        ((11620, 14760), "14.9"),
        ((10270, 13290), "19.6"),
    ],
)
def test_8_4_pauvrete_estimee_d_apres_les_deciles(deciles: tuple[int, int], estime: str) -> None:
    """T = 0.6 × 21,930 = 13,158 lies between the first and the second decile."""
    (ligne,) = [e for e in estimations({"14": [*deciles, *range(16000, 37000, 3000)]}) if e["niveau"] != "france"]
    assert f"{ligne['taux_estime']:.1f}" == estime


def test_8_4_sous_le_premier_decile_rien_ne_se_calcule() -> None:
    """D1 above the threshold: less than a tenth is poor, and nobody knows how much less."""
    assert [e for e in estimations({"14": list(range(13158, 22158, 1000))}) if e["niveau"] != "france"] == []


def estimations(departements: dict[str, list[float]]) -> list[dict[str, Any]]:
    """The model on the deciles of some départements; the métropole has a median of 21,930."""
    lignes = []
    noms = ["niveau_vie_median" if k == 5 else f"niveau_vie_d{k}" for k in range(1, 10)]
    metropole = [11620, 14760, 17370, 19690, 21930, 24410, 27390, 31590, 39600]
    for niveau, code, valeurs in [
        ("france", "FRM", metropole), *(("departement", c, v) for c, v in departements.items())
    ]:  # fmt: skip
        lignes += [
            {"niveau": niveau, "code_territoire": code, "periode": "2019", "variable": nom, "valeur": float(valeur)}
            for nom, valeur in zip(noms, valeurs, strict=True)
        ]
    return executer(
        modele("int_revenus__pauvrete_estimee"),
        {
            "stg_insee__filosofi_references": pl.DataFrame(lignes),
            "int_territoires__communes_a_quartiers": pl.DataFrame(schema={"code_commune": pl.String}),
            "catalogue__methode": methode(),
        },
    )


def test_7_le_seuil_du_khi_deux_est_celui_du_risque() -> None:
    """One degree of freedom: what is left above χ² is erfc(√(χ²/2)); 7.587 leaves 0.0059."""
    assert math.erfc(math.sqrt(parametres()["tendance_khi2_critique"] / 2)) == pytest.approx(
        parametres()["tendance_risque"], abs=1e-12
    )
    assert f"{math.erfc(math.sqrt(7.587 / 2)):.4f}" == "0.0059"


@pytest.mark.parametrize(
    ("forme", "q", "r", "sens", "ecart", "u"),
    [
        ("point", 50.1, 20.0, -1, "30.1", "30.1"),
        ("point", 34.7, 51.7, 1, "-17.0", "17.0"),
        ("pct_reference", 13160.0, 20770.0, 1, "-36.6", "36.6"),
        ("ratio", 15.0, 12.0, -1, "1.2", "0.2"),
        ("point_indice", 92.2, 92.8, 0, "-0.6", None),
        ("unite_indicateur", 85.0, 100.0, 1, "-15.0", "15.0"),
    ],
)
def test_4_formes_de_l_ecart(forme: str, q: float, r: float, sens: int, ecart: str, u: str | None) -> None:
    valeurs = {"f": forme, "q": q, "r": r, "s": sens}
    assert f"{calculer('''{{ ecart('f', 'q', 'r') }}''', **valeurs):.1f}" == ecart
    defavorable = calculer("{{ ecart_defavorable('f', 's', '(' ~ ecart('f', 'q', 'r') ~ ')') }}", **valeurs)
    assert (defavorable if u is None else f"{defavorable:.1f}") == u


@pytest.mark.parametrize("forme", ["pct_reference", "ratio"])
def test_4_une_reference_nulle_ne_se_divise_pas(forme: str) -> None:
    assert calculer("{{ ecart('f', 'q', 'r') }}", f=forme, q=10.0, r=0.0) is None


def test_4_un_effectif_n_a_pas_d_ecart() -> None:
    assert calculer("{{ ecart('f', 'q', 'r') }}", f="aucune", q=787.0, r=720312.0) is None
