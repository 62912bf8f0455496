"""The worked examples of a change of gap come out of the release to the last printed digit (gap_method 17.4, 17.6 to 17.8).

Belongs here: what the document prints, read in the release or redone from the published files.
Does not belong here: examples at one date (test_exemples_methode), refusals (test_refus_evolutions).
"""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from fichiers_publies import colonne, filosofi_qpv, table
from test_exemples_methode import CAEN, CALVADOS, CHEMIN_VERT, arrondi

pytestmark = pytest.mark.depot
CATALOGUE = Path(__file__).resolve().parents[2] / "catalogue"


@pytest.fixture(scope="module")
def evolutions(release_depot: Path) -> pl.DataFrame:
    return pl.read_parquet(release_depot / "tables/evolutions.parquet")


@pytest.fixture(scope="module")
def tendances(release_depot: Path) -> pl.DataFrame:
    return pl.read_parquet(release_depot / "tables/tendances.parquet")


def evolution(
    evolutions: pl.DataFrame, code: str, indicateur: str, debut: str, fin: str, reference: str
) -> dict[str, Any]:
    """The row of a quartier, two dates and a reference."""
    (ligne,) = evolutions.filter(
        (pl.col("code_qpv") == code)
        & (pl.col("indicateur") == indicateur)
        & (pl.col("periode_debut") == debut)
        & (pl.col("periode_fin") == fin)
        & (pl.col("code_reference") == reference)
    ).to_dicts()
    return ligne


# --- 17.4 ---------------------------------------------------------------------------------------------------------------

RSA = "part_allocataires_rsa"


def iris_de_caen(depot: Path, annee: str) -> tuple[float, float, int, int]:
    """RSA and allocataires of the Iris that publish both, how many they are, of how many."""
    iris = table(depot / f"cnaf/iris_allocataires/data_CAF_{annee}_IRIS.csv").filter(
        pl.col("CODGEO").str.starts_with(CAEN)
    )
    rsa, allocataires = colonne(iris, "ARSAS"), colonne(iris, "A")
    communs = rsa.keys() & allocataires.keys()
    return sum(rsa[c] for c in communs), sum(allocataires[c] for c in communs), len(communs), iris.height


@pytest.mark.parametrize(
    ("annee", "rsa", "allocataires", "taux", "ecart"),
    [("2020", 4343, 36535, "11.89", "18.28"), ("2019", 4083, 35513, "11.50", "18.45")],
)
def test_17_4_la_commune_est_la_somme_des_iris_publies(
    depot: Path, release_depot: Path, annee: str, rsa: int, allocataires: int, taux: str, ecart: str
) -> None:
    assert iris_de_caen(depot, annee) == (rsa, allocataires, 46, 51)
    (ligne,) = (
        pl.read_parquet(release_depot / "tables/ecarts.parquet")
        .filter(
            (pl.col("code_qpv") == CHEMIN_VERT)
            & (pl.col("indicateur") == RSA)
            & (pl.col("periode") == f"{annee}-12-31")
            & (pl.col("code_reference") == CAEN)
        )
        .to_dicts()
    )
    assert ligne["valeur_reference"] == pytest.approx(100 * rsa / allocataires, abs=1e-9)
    assert (arrondi(ligne["valeur_reference"], 2), arrondi(ligne["ecart"], 2)) == (taux, ecart)
    assert ligne["ecart_defavorable"] == ligne["ecart"]
    # Five Iris are missing from the reference: the rest of Caen is not known, whatever the arithmetic below gives.
    assert ligne["statut"] == "partiel"
    assert (ligne["poids_qpv"], ligne["ecart_hors_qpv"]) == (None, None)


def test_17_4_la_correction_d_inclusion_est_exacte(depot: Path) -> None:
    """The arithmetic of §3 on the published Iris: 3,876 / 34,987 in the rest, +19.09 = 18.28 / (1 − 0.04237)."""
    base = table(depot / "insee/qpv_revenus/REVN_2022.csv")
    rsa, allocataires = colonne(base, "ARSAS")[CHEMIN_VERT], colonne(base, "A")[CHEMIN_VERT]
    rsa_commune, allocataires_commune, *_ = iris_de_caen(depot, "2020")
    poids = allocataires / allocataires_commune
    reste = 100 * (rsa_commune - rsa) / (allocataires_commune - allocataires)
    ecart = 100 * rsa / allocataires - 100 * rsa_commune / allocataires_commune
    assert (arrondi(poids, 5), arrondi(reste, 2)) == ("0.04237", "11.08")
    assert arrondi(100 * rsa / allocataires - reste, 2) == "19.09"
    assert 100 * rsa / allocataires - reste == pytest.approx(ecart / (1 - poids), abs=1e-9)


def test_17_4_l_evolution_ne_depasse_pas_le_bruit(evolutions: pl.DataFrame) -> None:
    ligne = evolution(evolutions, CHEMIN_VERT, RSA, "2019-12-31", "2020-12-31", CAEN)
    lus = [arrondi(ligne[nom], 2) for nom in ("delta_qpv", "delta_reference", "delta_ecart")]
    assert lus == ["0.23", "0.39", "-0.16"]
    # D = −0.23 + 0.39: favourable, yet far under what 1,563 and 1,548 allocataires allow to detect.
    reunie = (468 + 467) / (1563 + 1548)
    detectable = 100 * 1.96 * math.sqrt(reunie * (1 - reunie) * (1 / 1563 + 1 / 1548))
    assert ligne["plus_petite_evolution_detectable"] == pytest.approx(detectable, abs=1e-9)
    assert (arrondi(ligne["seuil"], 1), ligne["etiquette"], ligne["est_eligible"]) == ("3.2", "stable", True)
    assert (ligne["motif"], ligne["ruptures_signalees"]) == (None, "C20")


# --- 17.6 ---------------------------------------------------------------------------------------------------------------

MEDIANE = "niveau_vie_median"


def rapports(depot: Path, code: str, reference: str) -> tuple[float, float]:
    """The median of a quartier in 2014 and 2017, in percent of the reference's: France (FRM) or the Calvados."""
    niveau, cle = ("METROPOLE", "1") if reference == "FRM" else ("DEP", reference)
    return tuple(
        100 * filosofi_qpv(depot, annee, 1)[code]
        / colonne(table(depot / f"insee/filosofi_references/FILO{annee}_DISP_{niveau}.csv"), f"Q2{annee[2:]}")[cle]
        for annee in ("2014", "2017")
    )  # fmt: skip  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("reference", "delta", "avant", "apres", "rapport"),
    [(CALVADOS, "4.16", "65.11", "62.31", "-2.80"), ("FRM", "3.64", "64.08", "61.63", "-2.45")],
)
def test_17_6_chemin_vert(
    depot: Path, evolutions: pl.DataFrame, reference: str, delta: str, avant: str, apres: str, rapport: str
) -> None:
    un, deux = rapports(depot, CHEMIN_VERT, reference)
    assert (arrondi(un, 2), arrondi(deux, 2)) == (avant, apres)
    ligne = evolution(evolutions, CHEMIN_VERT, MEDIANE, "2014", "2017", reference)
    assert ligne["delta_ecart"] == pytest.approx(deux - un, abs=1e-9)
    lus = [arrondi(ligne[nom], 2) for nom in ("delta_qpv", "delta_reference", "delta_ecart")]
    assert lus == ["-0.32", delta, rapport]
    assert (ligne["etiquette"], ligne["est_eligible"], ligne["seuil"]) == ("decrochage", True, 1)
    assert ligne["ruptures_signalees"] == "F16"


def test_17_6_l_intercommunalite_et_la_commune_sont_refusees(evolutions: pl.DataFrame) -> None:
    epci = evolution(evolutions, CHEMIN_VERT, MEDIANE, "2014", "2017", "200065597")
    assert (epci["motif"], epci["est_eligible"]) == ("reference_changee", False)
    commune = evolution(evolutions, CHEMIN_VERT, MEDIANE, "2014", "2017", CAEN)
    assert (commune["motif"], commune["est_eligible"]) == ("reference_absente", False)
    for refusee in (epci, commune):
        # The change of the quartier itself stays readable.
        assert arrondi(refusee["delta_qpv"], 2) == "-0.32"
        assert (refusee["delta_reference"], refusee["delta_ecart"], refusee["etiquette"]) == (None, None, None)


@pytest.mark.parametrize(
    ("code", "avant", "apres", "etiquette"),
    [
        ("QP014009", "62.42", "64.57", "rattrapage"),
        ("QP076010", "64.91", "63.15", "decrochage_malgre_amelioration"),
        ("QP014002", "61.53", "62.06", "stable"),
        (CHEMIN_VERT, "64.08", "61.63", "decrochage"),
    ],
)
def test_17_6_les_autres_etiquettes(
    depot: Path, evolutions: pl.DataFrame, code: str, avant: str, apres: str, etiquette: str
) -> None:
    un, deux = rapports(depot, code, "FRM")
    assert (arrondi(un, 2), arrondi(deux, 2)) == (avant, apres)
    assert evolution(evolutions, code, MEDIANE, "2014", "2017", "FRM")["etiquette"] == etiquette


@pytest.mark.parametrize(
    ("niveau", "quartiers", "comptes"),
    [
        ("france", "^QP0(14|27|50|61|76)", (37, 10, 8, 7)),
        ("departement", "^QP0(14|27|50|61|76)", (36, 10, 9, 7)),
        ("france", "^QP0", (514, 294, 299, 186)),
    ],
)
def test_17_6_comptes_des_etiquettes(
    evolutions: pl.DataFrame, niveau: str, quartiers: str, comptes: tuple[int, int, int, int]
) -> None:
    lignes = evolutions.filter(
        (pl.col("indicateur") == MEDIANE)
        & (pl.col("periode_debut") == "2014")
        & (pl.col("periode_fin") == "2017")
        & (pl.col("niveau_reference") == niveau)
        & pl.col("code_qpv").str.contains(quartiers)
        & pl.col("est_eligible")
    )
    assert lignes["code_qpv"].n_unique() == lignes.height == sum(comptes)
    attendues = zip(("stable", "decrochage_malgre_amelioration", "rattrapage", "decrochage"), comptes, strict=True)
    assert Counter(lignes["etiquette"]) == dict(attendues)


# --- 17.7 ---------------------------------------------------------------------------------------------------------------


def test_17_7_un_ecart_qui_devient_defavorable_se_creuse(evolutions: pl.DataFrame) -> None:
    """49.1 against 47.4, then 37.9 against 44.6: favourable in 2010, unfavourable in 2015*."""
    ligne = evolution(evolutions, CHEMIN_VERT, "taux_emploi_15_64", "2010", "2015", "QPV-FR")
    lus = [arrondi(ligne[nom], 1) for nom in ("delta_qpv", "delta_reference", "delta_ecart")]
    assert lus == ["-11.2", "-2.8", "-8.4"]
    assert arrondi(ligne["plus_petite_evolution_detectable"], 1) == arrondi(ligne["seuil"], 1) == "4.0"
    assert (ligne["etiquette"], ligne["est_eligible"], ligne["ruptures_signalees"]) == ("decrochage", True, "R15")
    # §8.1 on the 4,125 inhabitants of 2013, each half-width with the rate of its date.
    demi = [1.96 * math.sqrt(1.5 * 0.6 * p * (100 - p) / (0.4 * 0.62 * 4125)) for p in (49.1, 37.9)]
    assert ligne["seuil"] == pytest.approx(math.hypot(*demi), rel=0.02)


# --- 17.8 ---------------------------------------------------------------------------------------------------------------


def risque(khi2: float) -> float:
    """What is left above a χ² with one degree of freedom: the tails of a normal law beyond its root."""
    return math.erfc(math.sqrt(khi2 / 2))


@pytest.mark.parametrize(
    ("code", "khi2", "probabilite", "tendance", "est_favorable"),
    [
        (CHEMIN_VERT, "7.587", "0.0059", "en_hausse", False),
        ("QP050005", "0.001", "0.9753", "pas_de_tendance_nette", None),
    ],
)
def test_17_8_tendance_du_chomage_de_longue_duree(
    tendances: pl.DataFrame, code: str, khi2: str, probabilite: str, tendance: str, est_favorable: bool | None
) -> None:
    (ligne,) = tendances.filter(
        (pl.col("code_qpv") == code) & (pl.col("indicateur") == "part_defm_1_an_plus")
    ).to_dicts()
    assert (arrondi(ligne["khi2"], 3), arrondi(risque(ligne["khi2"]), 4)) == (khi2, probabilite)
    assert (ligne["nb_points"], ligne["periode_debut"], ligne["periode_fin"]) == (5, "2016-12-31", "2021-12-31")
    assert (ligne["tendance"], ligne["est_favorable"]) == (tendance, est_favorable)


def test_17_8_le_seuil_du_test_est_celui_du_risque_declare() -> None:
    parametres = yaml.safe_load((CATALOGUE / "methode.yml").read_text(encoding="utf-8"))["parametres"]
    assert risque(parametres["tendance_khi2_critique"]) == pytest.approx(parametres["tendance_risque"], abs=1e-12)
