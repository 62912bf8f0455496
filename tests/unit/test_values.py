"""Codes of territories, numbers and periods: what each text means, or that it means nothing.

Belongs here: one text in, one value out.
Does not belong here: rows and cells (test_normalise).
"""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from ingestion.catalogue import ErreurCatalogue
from ingestion.codes import code
from ingestion.numbers import nombre
from ingestion.periods import annee, periode

# --- codes ------------------------------------------------------------------------------------------------------------


@pytest.mark.panne("F16", attendu="recognised, repaired without doubt, or refused")
@pytest.mark.parametrize(
    ("type_de_code", "lu", "attendu"),
    [
        ("qpv2015", "QP014001", "QP014001"),
        ("qpv2015", "QP02A001", "QP02A001"),
        ("qpv2015", "QN01401M", None),
        ("qpv2015", "QP14001", None),
        ("qpv2024", "QN01401M", "QN01401M"),
        ("qpv2024", "QN02B01I", "QN02B01I"),
        ("qpv2024", "QN97601C", "QN97601C"),
        ("qpv2024", "QN01401X", None),
        ("commune", "14118", "14118"),
        ("commune", "2a004", "2A004"),
        ("commune", "1053", "01053"),
        ("commune", "1053.0", "01053"),
        ("commune", "105", None),
        ("commune", "0105", None),
        ("departement", "14.0", "14"),
        ("departement", "1", "01"),
        ("departement", "2B", "2B"),
        ("departement", "974", "974"),
        ("departement", "20", None),
        ("departement", "99", None),
        ("epci", "200069193", "200069193"),
        ("epci", "ZZZZZZZZZ", None),
        ("region", "1", "01"),
        ("region", "28", "28"),
        ("region", "280", None),
        ("france", "FRM", "FRM"),
        ("zone_emploi", "2801", "2801"),
        ("zone_emploi", "101", "0101"),
        ("zone_emploi", "28", None),
        ("aucun", "n'importe quoi", ""),
    ],
)
def test_un_code_est_reconnu_repare_sans_doute_possible_ou_refuse(
    type_de_code: str, lu: str, attendu: str | None
) -> None:
    cadre = pl.DataFrame({"lu": [lu]}).select(code(pl.col("lu"), type_de_code).alias("code"))
    assert cadre["code"].to_list() == [attendu]


# --- numbers ----------------------------------------------------------------------------------------------------------


@pytest.mark.panne("F15", attendu="read as written, or not at all")
@pytest.mark.parametrize(
    ("lu", "attendu"),
    [
        ("12,5", 12.5),
        ("12.5", 12.5),
        ("1\u202f234", 1234.0),
        ("1\u00a0234,5", 1234.5),
        ("1\u2009234", 1234.0),
        ("1 234 567", 1234567.0),
        ("-9,6", -9.6),
        ("\u22129,6", -9.6),
        (",5", 0.5),
        ("0", 0.0),
        ("2.5e-05", 0.000025),
        ("0.299999999999995", 0.299999999999995),
        ("12 34", None),
        ("1.234,5", None),
        ("12,5,0", None),
        ("NaN", None),
        ("inf", None),
        ("-inf", None),
        ("1e400", None),
        ("12 %", None),
        ("s", None),
        ("--3", None),
        ("٣", None),
    ],
)
def test_un_nombre_est_lu_comme_il_est_ecrit_ou_pas_du_tout(lu: str, attendu: float | None) -> None:
    assert pl.DataFrame({"lu": [lu]}).select(nombre(pl.col("lu")).alias("n"))["n"].to_list() == [attendu]


# --- periods ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declaree", "jour", "attendue"),
    [
        ("2018", "12-31", ("2018", date(2018, 12, 31), False)),
        ("2018*", "01-01", ("2018", date(2018, 1, 1), True)),
        ("2021-12-31", "12-31", ("2021-12-31", date(2021, 12, 31), False)),
        ("2021-T4", "12-31", ("2021-T4", date(2021, 12, 31), False)),
        ("2024-T1", "12-31", ("2024-T1", date(2024, 3, 31), False)),
        ("2024-Q1", "12-31", ("2024-T1", date(2024, 3, 31), False)),
        ("2024T4", "12-31", ("2024-T4", date(2024, 12, 31), False)),
        ("2024-02", "12-31", ("2024-02", date(2024, 2, 29), False)),
        ("2022-2023", "12-31", ("2022-2023", date(2022, 9, 1), False)),
        ("2013_2018*", "01-01", ("2013_2018", date(2018, 1, 1), True)),
        ("base-2022", "12-31", ("base-2022", None, False)),
    ],
)
def test_une_periode_declaree_donne_sa_date_de_reference(
    declaree: str, jour: str, attendue: tuple[str, date | None, bool]
) -> None:
    assert tuple(periode(declaree, jour)) == attendue


@pytest.mark.parametrize("declaree", ["2018-13", "an 2018", "2018-T5", "18"])
def test_une_periode_d_une_autre_forme_est_une_erreur_de_fiche(declaree: str) -> None:
    with pytest.raises(ErreurCatalogue, match="expected 2018, 2021-T4"):
        periode(declaree, "12-31")


@pytest.mark.parametrize(
    ("declaree", "attendue"), [("2018*", "2018"), ("2021-12-31", "2021"), ("base-2022", "2022"), ("2013_2018", "2018")]
)
def test_l_annee_d_une_periode_remplace_aaaa_dans_un_nom_de_colonne(declaree: str, attendue: str) -> None:
    assert annee(declaree) == attendue
