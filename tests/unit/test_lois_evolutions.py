"""Laws of a change of gap and of a trend, whatever the figures, through the models of the project.

Belongs here: properties of the chain from two dates to a label, of the sums over groups and of the trend marker.
Does not belong here: gaps at one date and ranks (test_lois_ecarts), check values (test_formules_methode).
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sql_du_projet import calculer, executer, methode, modele, parametres

rapide = settings(max_examples=50)
ETIQUETTES = {
    "stable", "rattrapage", "rattrapage_par_degradation", "decrochage_malgre_amelioration", "decrochage",
}  # fmt: skip
# form, uncertainty, unit, floor of the card
FAMILLES = [
    ("point", "arrondi", "%", "plancher_filosofi_point"),
    ("point", "sondage", "%", "plancher_autre_point"),
    ("point", "variabilite_naturelle", "%", "plancher_registre_point"),
    ("pct_reference", "arrondi", "€/an/UC", "plancher_mediane_point_de_ratio"),
    ("point_indice", "indice", "indice", "plancher_indice_point"),
]


@dataclass(frozen=True)
class Cas:
    """A quartier and its reference at two dates; half-widths in the same order."""

    famille: int
    sens: int
    valeurs: tuple[float, float, float, float]  # quartier, then reference, first then last date
    demi_largeurs: tuple[float, float, float, float]
    effectif: int

    @property
    def indicateur(self) -> str:
        return f"i{self.famille}{self.sens + 1}"

    def ecart(self, date: int) -> float:
        q, r = self.valeurs[date], self.valeurs[2 + date]
        return 100 * q / r - 100 if FAMILLES[self.famille][0] == "pct_reference" else q - r


def cas() -> st.SearchStrategy[Cas]:
    """Tenths between 1 and 99, so that equal gaps and gaps at the threshold happen."""
    dixiemes = st.integers(10, 990).map(lambda n: n / 10)
    largeur = st.sampled_from([0.05, 0.5, 1.0, 4.0])
    return st.builds(
        Cas,
        st.integers(0, len(FAMILLES) - 1),
        st.sampled_from([-1, 0, 1]),
        st.tuples(dixiemes, dixiemes, dixiemes, dixiemes),
        st.tuples(largeur, largeur, largeur, largeur),
        st.sampled_from([50, 500, 5000]),
    )


def tables(liste: list[Cas], ordre: list[int]) -> dict[str, pl.DataFrame]:
    quartiers, references = [], []
    for k in ordre:
        c = liste[k]
        quartiers.append({
            "paire": k, "code_qpv": f"q{k}", "zonage": "2015", "zonage_debut": "2015", "indicateur": c.indicateur,
            "periode_debut": "2013", "periode_fin": "2018", "ruptures_signalees": None,
            "valeur_debut": c.valeurs[0], "valeur_fin": c.valeurs[1], "facteur": 100.0,
            "numerateur_debut": c.valeurs[0] * c.effectif / 100, "numerateur_fin": c.valeurs[1] * c.effectif / 100,
            "denominateur_debut": float(c.effectif), "denominateur_fin": float(c.effectif),
            "demi_largeur_debut": c.demi_largeurs[0], "demi_largeur_fin": c.demi_largeurs[1], "motif": None,
        })  # fmt: skip
        references.append({
            "paire": k, "code_qpv": f"q{k}", "niveau_reference": "france", "code_reference": "FRM",
            "valeur_debut": c.valeurs[2], "valeur_fin": c.valeurs[3],
            "demi_largeur_debut": c.demi_largeurs[2], "demi_largeur_fin": c.demi_largeurs[3], "motif": None,
        })  # fmt: skip
    indicateurs = [
        {
            "indicateur": f"i{k}{sens + 1}",
            "sens": sens,
            "forme_ecart": forme,
            "incertitude": incertitude,
            "unite": unite,
        }
        for k, (forme, incertitude, unite, _) in enumerate(FAMILLES)
        for sens in (-1, 0, 1)
    ]
    texte = {"motif": pl.String, "ruptures_signalees": pl.String}
    return {
        "int_evolutions__quartiers": pl.DataFrame(quartiers, schema_overrides=texte),
        "int_evolutions__references": pl.DataFrame(references, schema_overrides={"motif": pl.String}),
        "int_valeurs__population_de_calcul": pl.DataFrame(
            [{"zonage": "2015", "code_qpv": f"q{k}", "population_commune": 100_000} for k in ordre]
        ),
        "catalogue__indicateurs": pl.DataFrame(indicateurs),
        "catalogue__methode": methode(),
    }


def evolutions(liste: list[Cas], ordre: list[int] | None = None) -> dict[str, dict[str, Any]]:
    """Quartier → row of fct_evolutions."""
    entrees = tables(liste, list(range(len(liste))) if ordre is None else ordre)
    return {
        ligne["code_qpv"]: ligne for ligne in executer(modele("fct_evolutions"), entrees, ("int_evolutions__mesurees",))
    }


listes = st.lists(cas(), min_size=1, max_size=20)


@rapide
@given(listes)
def test_l_evolution_d_un_ecart_est_la_difference_des_evolutions(liste: list[Cas]) -> None:
    """In points: Δgap = ΔQPV − Δreference. A median moves in percent, its gap in percent of the reference."""
    lues = evolutions(liste)
    assert len(lues) == len(liste)
    for code, ligne in lues.items():
        c = liste[int(code[1:])]
        assert ligne["delta_ecart"] == pytest.approx(c.ecart(1) - c.ecart(0), abs=1e-9)
        if FAMILLES[c.famille][0] == "pct_reference":
            assert ligne["delta_qpv"] == pytest.approx(100 * c.valeurs[1] / c.valeurs[0] - 100)
        else:
            assert ligne["delta_ecart"] == pytest.approx(ligne["delta_qpv"] - ligne["delta_reference"], abs=1e-9)


@rapide
@given(listes)
def test_une_etiquette_est_donnee_sauf_a_un_ecart_favorable_aux_deux_dates(liste: list[Cas]) -> None:
    """One of five, or none with its reason: neutral indicator, or a gap that favours the quartier at both dates."""
    for code, ligne in evolutions(liste).items():
        c = liste[int(code[1:])]
        assert ligne["est_eligible"]
        avant, apres = -c.sens * c.ecart(0), -c.sens * c.ecart(1)
        if c.sens == 0:
            assert (ligne["etiquette"], ligne["motif"]) == (None, "indicateur_neutre")
        elif max(avant, apres) <= 0:
            assert (ligne["etiquette"], ligne["motif"]) == (None, "ecart_deja_favorable")
        elif max(avant, apres) > 1e-9:
            assert ligne["etiquette"] in ETIQUETTES
            assert ligne["motif"] is None


@rapide
@given(listes)
def test_une_evolution_est_stable_quand_elle_ne_depasse_pas_son_seuil(liste: list[Cas]) -> None:
    """« stable » if and only if |D| ≤ threshold; beyond it the label says on which side, and whether the quartier gained."""
    for code, ligne in evolutions(liste).items():
        c = liste[int(code[1:])]
        d = -c.sens * (c.ecart(0) - c.ecart(1))
        if ligne["etiquette"] is None or abs(abs(d) - ligne["seuil"]) < 1e-6:
            continue
        assert (ligne["etiquette"] == "stable") == (abs(d) < ligne["seuil"])
        if ligne["etiquette"] != "stable":
            assert ligne["etiquette"].startswith("rattrapage") == (d > 0)
            progresse = c.sens * (c.valeurs[1] - c.valeurs[0]) > 0
            assert progresse == (ligne["etiquette"] in ("rattrapage", "decrochage_malgre_amelioration"))


@rapide
@given(listes)
def test_le_seuil_est_le_plus_grand_des_trois(liste: list[Cas]) -> None:
    """Never under the floor of the card, nor under what the uncertainty allows to detect, nor under the roundings."""
    for code, ligne in evolutions(liste).items():
        c = liste[int(code[1:])]
        _, incertitude, unite, plancher = FAMILLES[c.famille]
        detectable = ligne["plus_petite_evolution_detectable"]
        assert ligne["seuil"] >= parametres()[plancher]
        assert (detectable is None) == (incertitude == "arrondi")
        arrondis = sum(c.demi_largeurs) if (incertitude, unite) == ("arrondi", "%") else 0
        if unite == "%":
            plus_grand = max(parametres()[plancher], detectable or 0, arrondis)
            assert ligne["seuil"] == pytest.approx(plus_grand, abs=1e-9)
        if incertitude == "sondage":
            assert detectable == pytest.approx((c.demi_largeurs[0] ** 2 + c.demi_largeurs[1] ** 2) ** 0.5)


@rapide
@given(listes, st.integers(0, 2**16))
def test_l_ordre_des_lignes_ne_change_aucune_evolution(liste: list[Cas], graine: int) -> None:
    ordre = list(range(len(liste)))
    random.Random(graine).shuffle(ordre)
    assert evolutions(liste, ordre) == evolutions(liste)


reels = st.integers(-800, 800).map(lambda n: n / 8)  # exact in binary: no doubt at the threshold


@rapide
@given(reels, reels, reels, st.integers(0, 80).map(lambda n: n / 8))
def test_les_etiquettes_partagent_le_plan(u1: float, u2: float, progres: float, seuil: float) -> None:
    """Wherever (u1, u2) falls there is exactly one answer; at the threshold itself it is « stable »."""
    etiquette = calculer("{{ etiquette('u1', 'u2', 'f', 's') }}", u1=u1, u2=u2, f=progres, s=seuil)
    if u1 <= 0 and u2 <= 0:
        assert etiquette is None
        return
    assert etiquette in ETIQUETTES
    assert (etiquette == "stable") == (abs(u1 - u2) <= seuil)


# --- groups of quartiers -------------------------------------------------------------------------------------------------


def ensemble(membres: list[tuple[float, float, float, float, bool]], ordre: list[int]) -> tuple[float, float]:
    """Σ/Σ at both dates; the last field says whether the quartier is observed at both."""
    quartiers = pl.DataFrame([
        {"paire": 1, "code_qpv": f"q{k}", "zonage": "2015", "zonage_debut": "2015", "indicateur": "x",
         "numerateur_debut": membres[k][0], "denominateur_debut": membres[k][1], "numerateur_fin": membres[k][2],
         "denominateur_fin": membres[k][3], "facteur": 100.0,
         "motif": None if membres[k][4] else "extremite_non_publiee"}
        for k in ordre
    ], schema_overrides={"motif": pl.String})  # fmt: skip
    (ligne,) = executer(
        modele("int_evolutions__ensembles"),
        {
            "int_evolutions__quartiers": quartiers,
            "int_territoires__ensembles": pl.DataFrame(
                [{"zonage": "2015", "code_qpv": f"q{k}", "code_ensemble": "QPV-FR"} for k in ordre]
            ),
            "catalogue__indicateurs": pl.DataFrame([{"indicateur": "x", "est_additif": True, "forme_ecart": "point"}]),
            "catalogue__indicateur_references": pl.DataFrame([{"indicateur": "x", "niveau_reference": "ensemble_qpv"}]),
        },
    )
    return ligne["valeur_debut"], ligne["valeur_fin"]


comptes = st.integers(1, 10**7).map(lambda n: n / 10)


@rapide
@given(
    st.lists(st.tuples(comptes, comptes, comptes, comptes, st.just(True)), min_size=1, max_size=20),
    st.lists(st.tuples(comptes, comptes, comptes, comptes, st.just(False)), max_size=5),
    st.integers(0, 2**16),
)
def test_un_ensemble_ne_depend_ni_de_l_ordre_ni_des_membres_masques(
    observes: list[tuple[float, float, float, float, bool]],
    masques: list[tuple[float, float, float, float, bool]],
    graine: int,
) -> None:
    """To the last bit: the same input must give the same release."""
    seuls = ensemble(observes, list(range(len(observes))))
    tous = observes + masques
    ordre = list(range(len(tous)))
    random.Random(graine).shuffle(ordre)
    assert ensemble(tous, ordre) == seuls
    assert seuls[0] == pytest.approx(100 * sum(m[0] for m in observes) / sum(m[1] for m in observes))


# --- trend marker ----------------------------------------------------------------------------------------------------------

ANNEES = (2016, 2017, 2018, 2020, 2021)


def tendances(points: list[tuple[int, int]], ordre: list[int]) -> list[dict[str, Any]]:
    """The marker of one share, whose five dates come in the given order."""
    communs = {"zonage": "2015", "indicateur": "x"}
    return executer(
        modele("fct_tendances"),
        {
            "int_valeurs__toutes": pl.DataFrame([
                communs | {"niveau": "qpv", "code_territoire": "q", "periode": str(ANNEES[k]),
                           "numerateur": float(points[k][0]), "denominateur": float(points[k][1]), "statut": "observe"}
                for k in ordre
            ]),
            "int_evolutions__series": pl.DataFrame([
                communs | {"periode": str(a), "version_definition": 1, "serie": ""} for a in ANNEES
            ]).with_columns(date_serie=pl.date(pl.col("periode").cast(pl.Int32), 12, 31)),
            "int_evolutions__paires": pl.DataFrame(schema=dict.fromkeys(
                ("zonage_debut", "zonage_fin", "indicateur", "periode_debut", "periode_fin", "motif_paire"), pl.String
            )),
            "catalogue__indicateurs": pl.DataFrame(
                [{"indicateur": "x", "sens": -1, "incertitude": "variabilite_naturelle", "unite": "%"}]
            ),
            "catalogue__methode": methode(),
        },
    )  # fmt: skip


parts = st.lists(
    st.integers(50, 5000).flatmap(lambda n: st.tuples(st.integers(1, n - 1), st.just(n))), min_size=5, max_size=5
)
OPPOSEES = {"en_hausse": "en_baisse", "en_baisse": "en_hausse", "pas_de_tendance_nette": "pas_de_tendance_nette"}


@rapide
@given(parts, st.permutations(range(5)))
def test_une_tendance_et_celle_de_la_part_complementaire_sont_opposees(
    points: list[tuple[int, int]], ordre: list[int]
) -> None:
    """Those who are not concerned fall when the others rise, with the same χ²; and the order of the rows is nothing."""
    (ligne,) = tendances(points, ordre)
    (contraire,) = tendances([(n - a, n) for a, n in points], list(range(5)))
    assert contraire["khi2"] == pytest.approx(ligne["khi2"], abs=1e-6)
    if abs(ligne["khi2"] - parametres()["tendance_khi2_critique"]) > 1e-6:
        assert contraire["tendance"] == OPPOSEES[ligne["tendance"]]
        nette = ligne["khi2"] > parametres()["tendance_khi2_critique"]
        assert (ligne["tendance"] != "pas_de_tendance_nette") == nette
        # More of an unfavourable share is unfavourable.
        assert ligne["est_favorable"] == ({"en_hausse": False, "en_baisse": True}.get(ligne["tendance"]))


@rapide
@given(st.integers(1, 49), st.lists(st.integers(1, 100), min_size=5, max_size=5))
def test_une_part_constante_n_a_pas_de_tendance(part: int, tailles: list[int]) -> None:
    (ligne,) = tendances([(part * t, 50 * t) for t in tailles], list(range(5)))
    assert ligne["khi2"] == pytest.approx(0, abs=1e-6)
    assert (ligne["tendance"], ligne["est_favorable"]) == ("pas_de_tendance_nette", None)
