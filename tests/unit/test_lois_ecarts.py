"""Laws of a gap and of a rank, whatever the figures, through the models of the project.

Belongs here: properties of fct_ecarts and of int_ecarts__rangs on random frames.
Does not belong here: changes (test_lois_evolutions), check values (test_formules_methode).
"""

from __future__ import annotations

import random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sql_du_projet import calculer, executer, methode, modele, rendre

R = pl.Float64
# One SQL query per example: enough examples to meet ties, masks and empty sets.
rapide = settings(max_examples=60)

# --- a reference that contains the quartier ----------------------------------------------------------------------------

COLONNES_RANGS = {
    "code_qpv": pl.String, "zonage": pl.String, "indicateur": pl.String, "periode": pl.String,
    "rang_departement": pl.Int32, "rang_meilleur": pl.Int32, "rang_pire": pl.Int32, "effectif_departement": pl.Int32,
    "nb_non_diffuses_departement": pl.Int32, "quintile_departement": pl.Int32,
}  # fmt: skip


@st.composite
def compositions(tirer: st.DrawFn) -> tuple[int, int, int, int]:
    """Numerator and denominator of a quartier, then of the rest of its reference, which holds some of both."""
    d_q, d_reste = tirer(st.integers(1, 10**6)), tirer(st.integers(1, 10**7))
    return tirer(st.integers(0, d_q)), d_q, tirer(st.integers(1, d_reste)), d_reste


def ecarts(paires: list[tuple[int, int, int, int]], forme: str, statut: str = "observe") -> dict[str, dict[str, Any]]:
    """The rows of fct_ecarts for quartiers that their commune contains."""
    codes = [f"QP{k:06d}" for k in range(len(paires))]
    valeurs = [
        {"niveau": "qpv", "code_territoire": c, "zonage": "2015", "indicateur": "x", "periode": "2020",
         "valeur": 100 * a / d, "statut": "observe", "numerateur": float(a), "denominateur": float(d),
         "facteur": 100.0, "borne_basse": None, "borne_haute": None}
        for c, (a, d, _, _) in zip(codes, paires, strict=True)
    ]  # fmt: skip
    references = [
        {"code_qpv": c, "zonage": "2015", "indicateur": "x", "periode": "2020", "niveau_reference": "commune",
         "code_reference": "1", "valeur_reference": 100 * (a + a2) / (d + d2), "statut_reference": statut,
         "numerateur_reference": float(a + a2), "denominateur_reference": float(d + d2),
         "borne_basse_reference": None, "borne_haute_reference": None}
        for c, (a, d, a2, d2) in zip(codes, paires, strict=True)
    ]  # fmt: skip
    lignes = executer(
        modele("fct_ecarts"),
        {
            "int_valeurs__toutes": pl.DataFrame(valeurs, schema_overrides={"borne_basse": R, "borne_haute": R}),
            "int_ecarts__references_quartiers": pl.DataFrame(
                references, schema_overrides={"borne_basse_reference": R, "borne_haute_reference": R}
            ),
            "int_territoires__quartiers": pl.DataFrame(
                [{"zonage": "2015", "code_qpv": c, "code_region": "28"} for c in codes]
            ),
            "int_ecarts__rangs": pl.DataFrame(schema=COLONNES_RANGS),
            "catalogue__indicateurs": pl.DataFrame(
                [{"indicateur": "x", "forme_ecart": forme, "sens": -1, "est_additif": True}]
            ),
        },
    )
    return {ligne["code_qpv"]: ligne for ligne in lignes}


@rapide
@given(st.lists(compositions(), min_size=1, max_size=20))
def test_une_reference_qui_contient_le_quartier_reduit_l_ecart(paires: list[tuple[int, int, int, int]]) -> None:
    """p_Q − p_R = (1 − w)(p_Q − p_rest), and the printed gap with the rest is that p_Q − p_rest."""
    for code, ligne in ecarts(paires, "point").items():
        a, d, a2, d2 = paires[int(code[2:])]
        assert ligne["poids_qpv"] == pytest.approx(d / (d + d2))
        assert ligne["ecart_hors_qpv"] == pytest.approx(100 * a / d - 100 * a2 / d2, abs=1e-7)
        assert ligne["ecart"] == pytest.approx((1 - ligne["poids_qpv"]) * ligne["ecart_hors_qpv"], abs=1e-7)
        assert abs(ligne["ecart"]) <= abs(ligne["ecart_hors_qpv"]) + 1e-7


@rapide
@given(st.lists(compositions(), min_size=1, max_size=20))
def test_un_rapport_a_la_reference_se_lit_aussi_hors_du_quartier(paires: list[tuple[int, int, int, int]]) -> None:
    """p_R = w p_Q + (1 − w) p_rest, so both ratios are on the same side of 1 and the one with the rest is further."""
    for ligne in ecarts(paires, "ratio").values():
        loin, pres = ligne["ecart_hors_qpv"] - 1, ligne["ecart"] - 1
        assert loin * pres >= -1e-9
        assert ligne["ecart_defavorable"] == pytest.approx(pres)


@rapide
@given(st.lists(compositions(), min_size=1, max_size=5), st.sampled_from(["partiel", "estime"]))
def test_le_reste_d_une_reference_incomplete_ne_se_calcule_pas(
    paires: list[tuple[int, int, int, int]], statut: str
) -> None:
    for ligne in ecarts(paires, "point", statut).values():
        assert (ligne["poids_qpv"], ligne["ecart_hors_qpv"], ligne["statut"]) == (None, None, statut)
        assert ligne["ecart"] is not None


@rapide
@given(
    st.sampled_from(["point", "pct_reference", "ratio", "point_indice", "unite_indicateur"]),
    st.sampled_from([-1, 0, 1]),
    st.floats(0, 1e5),
    st.floats(0.5, 1e5),
)
def test_le_sens_retourne_le_cote_defavorable(forme: str, sens: int, q: float, r: float) -> None:
    """u is null for a neutral indicator, positive exactly when the quartier is on the less favourable side."""
    u = calculer("{{ ecart_defavorable('f', 's', '(' ~ ecart('f', 'q', 'r') ~ ')') }}", f=forme, s=sens, q=q, r=r)
    if sens == 0:
        assert u is None
    elif abs(q - r) > 1e-6 * r:
        assert (u > 0) == (sens * q < sens * r)


# --- ranks ---------------------------------------------------------------------------------------------------------------

Quartier = tuple[float | None, float, int]  # value (None: masked), half-width, département


def table_des_valeurs(quartiers: list[Quartier], ordre: list[int]) -> dict[str, pl.DataFrame]:
    """The inputs of the ranks, rows in the given order; the values are in tenths so that ties are exact."""
    valeurs, lieux = [], []
    for k in ordre:
        v, h, departement = quartiers[k]
        valeurs.append({
            "niveau": "qpv", "code_territoire": f"q{k}", "zonage": "2015", "indicateur": "x", "periode": "2020",
            "valeur": v, "statut": "secret" if v is None else "observe",
            "borne_basse": None if v is None else v - h, "borne_haute": None if v is None else v + h,
        })  # fmt: skip
        lieux.append({"zonage": "2015", "code_qpv": f"q{k}", "code_departement": str(departement)})
    return {
        "int_valeurs__toutes": pl.DataFrame(
            valeurs, schema_overrides={"valeur": R, "borne_basse": R, "borne_haute": R}
        ),
        "int_territoires__quartiers": pl.DataFrame(lieux),
        "catalogue__methode": methode(),
    }


def rangs(quartiers: list[Quartier], sens: int, ordre: list[int] | None = None) -> dict[str, dict[str, Any]]:
    indicateurs = pl.DataFrame(
        [{"indicateur": "x", "sens": sens, "a_afficher": True, "niveau_publie": "Q", "incertitude": "arrondi"}]
    )
    tables = table_des_valeurs(quartiers, list(range(len(quartiers))) if ordre is None else ordre)
    lignes = executer(modele("int_ecarts__rangs"), tables | {"catalogue__indicateurs": indicateurs})
    return {ligne["code_qpv"]: ligne for ligne in lignes}


listes_de_quartiers = st.lists(
    st.tuples(
        st.one_of(st.none(), st.integers(0, 60).map(lambda dixiemes: dixiemes / 2)),
        st.sampled_from([0.05, 0.5, 1.0]),
        st.integers(1, 2),
    ),
    min_size=1,
    max_size=30,
)


@rapide
@given(listes_de_quartiers, st.sampled_from([-1, 1]))
def test_un_rang_compte_ceux_qui_sont_moins_favorables(quartiers: list[Quartier], sens: int) -> None:
    """Ties share the smallest rank; the rank lies between the best and the worst that the intervals allow."""
    lus = rangs(quartiers, sens)
    assert lus.keys() == {f"q{k}" for k, (v, *_) in enumerate(quartiers) if v is not None}
    for k, (v, _, departement) in enumerate(quartiers):
        if v is None:
            continue
        ligne, voisins = lus[f"q{k}"], [x for x, _, d in quartiers if d == departement and x is not None]
        assert ligne["rang_departement"] == 1 + sum(sens * x < sens * v for x in voisins)
        assert ligne["rang_meilleur"] <= ligne["rang_departement"] <= ligne["rang_pire"] <= len(voisins)
        assert ligne["effectif_departement"] == len(voisins)
        cinquieme = 1 + 5 * (ligne["rang_departement"] - 1) // len(voisins)
        assert ligne["quintile_departement"] == (cinquieme if len(voisins) >= 10 else None)


@rapide
@given(listes_de_quartiers, st.sampled_from([-1, 1]))
def test_un_rang_ignore_les_valeurs_masquees(quartiers: list[Quartier], sens: int) -> None:
    """Taking the masked quartiers out changes their number and nothing else."""
    avec = rangs(quartiers, sens)
    ordre = [k for k, (v, *_) in enumerate(quartiers) if v is not None]
    if not ordre:
        assert avec == {}
        return
    sans = rangs(quartiers, sens, ordre)
    for code, ligne in avec.items():
        departement = quartiers[int(code[1:])][2]
        masques = sum(v is None and d == departement for v, _, d in quartiers)
        assert ligne["nb_non_diffuses_departement"] == masques
        assert ligne | {"nb_non_diffuses_departement": 0} == sans[code]


@rapide
@given(listes_de_quartiers, st.integers(0, 2**16))
def test_l_ordre_des_lignes_ne_change_aucun_rang(quartiers: list[Quartier], graine: int) -> None:
    ordre = list(range(len(quartiers)))
    random.Random(graine).shuffle(ordre)
    assert rangs(quartiers, -1, ordre) == rangs(quartiers, -1)


def test_un_indicateur_neutre_n_a_pas_de_rang() -> None:
    assert rangs([(10.0, 0.5, 1), (20.0, 0.5, 1)], 0) == {}


# --- Wilson ------------------------------------------------------------------------------------------------------------


WILSON = "select {{ borne_wilson('-') }} as basse, {{ borne_wilson('+') }} as haute from v cross join m"


def wilson(numerateur: int, denominateur: int) -> tuple[float, float]:
    part = {"numerateur": float(numerateur), "denominateur": float(denominateur), "facteur": 100.0}
    (ligne,) = executer(rendre(WILSON), {"v": pl.DataFrame([part]), "m": methode()})
    return ligne["basse"], ligne["haute"]


@rapide
@given(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_l_intervalle_de_wilson_entoure_la_part_et_reste_possible(part: tuple[int, int]) -> None:
    """0 ≤ low ≤ p ≤ high ≤ 100, and ten times as many people never widen it."""
    a, n = part
    (basse, haute), (basse_10, haute_10) = wilson(a, n), wilson(10 * a, 10 * n)
    assert -1e-9 <= basse <= 100 * a / n + 1e-9
    assert 100 * a / n - 1e-9 <= haute <= 100 + 1e-9
    assert haute_10 - basse_10 <= haute - basse + 1e-9
