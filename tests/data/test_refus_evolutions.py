"""A change that cannot be read is refused with its reason, on real quartiers.

Belongs here: the reasons of gap_method §6 met in the deposit, and the change that is read across the two zonings.
Does not belong here: changes that are read and labelled (test_exemples_evolutions).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from fichiers_publies import colonne, demandeurs, liste_2015, table

pytestmark = pytest.mark.depot
CHIFFRES = ("delta_reference", "delta_ecart", "seuil", "plus_petite_evolution_detectable", "etiquette")


@pytest.fixture(scope="module")
def evolutions(release_depot: Path) -> pl.DataFrame:
    return pl.read_parquet(release_depot / "tables/evolutions.parquet")


def seule_ligne(evolutions: pl.DataFrame, code: str, indicateur: str, debut: str, fin: str) -> dict[str, Any]:
    """The one row « toutes » of a pair of dates."""
    (ligne,) = evolutions.filter(
        (pl.col("code_qpv") == code)
        & (pl.col("indicateur") == indicateur)
        & (pl.col("periode_debut") == debut)
        & (pl.col("periode_fin") == fin)
    ).to_dicts()
    assert (ligne["niveau_reference"], ligne["code_reference"], ligne["est_eligible"]) == ("toutes", "", False)
    assert [ligne[nom] for nom in CHIFFRES] == [None] * len(CHIFFRES)
    return ligne


@pytest.mark.parametrize(
    ("code", "indicateur", "debut", "fin", "motif"),
    [
        # Filosofi: the breaks of 2018, 2019, 2020 and 2021, then two years that are too close.
        ("QP014001", "taux_pauvrete_60", "2016", "2019", "rupture_de_serie"),
        ("QP014001", "taux_pauvrete_60", "2018", "2021", "rupture_de_serie"),
        ("QP076010", "niveau_vie_median", "2015", "2018", "rupture_de_serie"),
        ("QP027001", "niveau_vie_median", "2019", "2021", "rupture_de_serie"),
        ("QP050001", "niveau_vie_median", "2014", "2016", "espacement_insuffisant"),
        # Census: surveys of five years overlap.
        ("QP061001", "taux_emploi_15_64", "2015", "2018", "espacement_insuffisant"),
        # Cnam: the scheme of 2019 and the definition of 2022; two consecutive vintages of the older one.
        ("QP014001", "part_beneficiaires_c2s_non_participative", "base-2021", "base-2022", "rupture_de_serie"),
        ("QP014001", "nb_beneficiaires_cmuc", "base-2017", "base-2018", "espacement_insuffisant"),
        ("QP014001", "nb_beneficiaires_cmuc", "base-2018", "base-2019", "espacement_insuffisant"),
        # Across the zonings: modified, close (98 % and 95 % of the surface in common) or merged perimeters.
        ("QN01401M", "taux_pauvrete_60", "2019", "2021", "lien_2015_2024_non_identique"),
        ("QN01402M", "population_municipale", "2013", "2020", "lien_2015_2024_non_identique"),
        ("QN02701M", "population_municipale", "2013", "2020", "lien_2015_2024_non_identique"),
        # An identical perimeter keeps the reasons of its source: a break, another source, dates too close.
        ("QN01405I", "taux_pauvrete_60", "2019", "2021", "rupture_de_serie"),
        ("QN01405I", "part_menages_1_personne", "2010", "2022", "source_differente"),
        ("QN01405I", "population_municipale", "2018", "2020", "espacement_insuffisant"),
    ],
)
def test_une_evolution_refusee_dit_pourquoi(
    evolutions: pl.DataFrame, code: str, indicateur: str, debut: str, fin: str, motif: str
) -> None:
    ligne = seule_ligne(evolutions, code, indicateur, debut, fin)
    assert ligne["motif"] == motif
    assert ligne["delta_qpv"] is None


def test_une_extremite_masquee_refuse_l_evolution(depot: Path, evolutions: pl.DataFrame) -> None:
    """QP050007 and QP076015 lack dates in the files: each pair is read exactly when both its ends are published."""
    effectifs = demandeurs(depot)
    for code in ("QP050007", "QP076015"):
        presentes = {jour for jour, lus in effectifs.items() if code in lus}
        assert len(presentes) < 5
        for debut in effectifs:
            for fin in (jour for jour in effectifs if jour > debut):
                ligne = seule_ligne(evolutions, code, "defm_abc", debut, fin)
                if {debut, fin} <= presentes:
                    assert ligne["motif"] == "niveau_sans_ecart"
                    assert ligne["delta_qpv"] == effectifs[fin][code] - effectifs[debut][code]
                else:
                    assert (ligne["motif"], ligne["delta_qpv"]) == ("extremite_non_publiee", None)


@pytest.mark.panne("F27", attendu="no change is read across zonings")
def test_aucune_evolution_lue_entre_deux_zonages_hors_des_perimetres_identiques(
    release_depot: Path, evolutions: pl.DataFrame
) -> None:
    """A first date that the zoning of 2024 does not have was read in the one of 2015: letter I only."""
    dates_2024 = (
        pl.read_parquet(release_depot / "tables/valeurs.parquet")
        .filter((pl.col("niveau") == "qpv") & (pl.col("zonage") == "2024"))
        .select("indicateur", periode_debut="periode")
        .unique()
    )
    lues = evolutions.filter((pl.col("zonage") == "2024") & pl.col("delta_qpv").is_not_null())
    traversees = lues.join(dates_2024, on=["indicateur", "periode_debut"], how="anti")
    assert "population_municipale" in set(traversees["indicateur"])
    assert traversees.filter(~pl.col("code_qpv").str.ends_with("I")).height == 0


@pytest.mark.parametrize(("code", "origine"), [("QN01405I", "QP014005"), ("QN00105I", None), ("QN00605I", None)])
def test_la_population_d_un_perimetre_identique_se_lit_de_2013_a_2020(
    depot: Path, release_depot: Path, evolutions: pl.DataFrame, code: str, origine: str | None
) -> None:
    liens = pl.read_parquet(release_depot / "tables/correspondances.parquet").filter(
        (pl.col("code_qn2024") == code) & (pl.col("type_lien") == "identique")
    )
    (avant,) = liens["code_qp2015"]
    assert origine in (avant, None)
    populations_2013 = {c: habitants for c, _, _, habitants in liste_2015(depot)}
    populations_2020 = colonne(table(depot / "insee/qpv2024_population/pop_QPV24.csv"), "popMuniQPV", "codeQPV")
    ligne = seule_ligne(evolutions, code, "population_municipale", "2013", "2020")
    assert ligne["motif"] == "niveau_sans_ecart"
    assert ligne["delta_qpv"] == populations_2020[code] - populations_2013[avant]
