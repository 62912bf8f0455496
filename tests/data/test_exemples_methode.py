"""The worked examples of the gap method come out of the warehouse to the last printed digit (gap_method.md §17).

Belongs here: the figures printed in the document, and nothing computed to find them again.
Does not belong here: rules on invented rows (unit tests of the dbt project), other checks of the deposit.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import duckdb
import pytest

pytestmark = pytest.mark.depot
CHEMIN_VERT = "QP014001"
CAEN, CAEN_LA_MER, CALVADOS, NORMANDIE = "14118", "200065597", "14", "28"

Entrepot = duckdb.DuckDBPyConnection


def arrondi(valeur: float, decimales: int) -> str:
    """The figure as the document prints it: half away from zero, always that many decimals."""
    pas = Decimal(1).scaleb(-decimales)
    return str(Decimal(repr(abs(valeur))).quantize(pas, ROUND_HALF_UP) * (-1 if valeur < 0 else 1))


def ecarts(entrepot: Entrepot, code_qpv: str, indicateur: str, periode: str) -> dict[str, dict[str, Any]]:
    """Code of the reference → row of `fct_ecarts`."""
    lignes = entrepot.execute(
        "select * from fct_ecarts where code_qpv = ? and indicateur = ? and periode = ?",
        [code_qpv, indicateur, periode],
    )
    colonnes = [colonne[0] for colonne in lignes.description or []]
    return {
        ligne["code_reference"]: ligne
        for ligne in (dict(zip(colonnes, ligne_lue, strict=True)) for ligne_lue in lignes.fetchall())
    }


def valeur(entrepot: Entrepot, niveau: str, code: str, indicateur: str, periode: str) -> dict[str, Any]:
    """The row of `fct_valeurs`."""
    lignes = entrepot.execute(
        "select * from fct_valeurs where niveau = ? and code_territoire = ? and indicateur = ? and periode = ?",
        [niveau, code, indicateur, periode],
    )
    colonnes = [colonne[0] for colonne in lignes.description or []]
    (ligne,) = lignes.fetchall()
    return dict(zip(colonnes, ligne, strict=True))


# --- 17.1 ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "reference", "ecart", "difference"),
    [
        (CAEN, 20770, "-36.6", -7610),
        (CAEN_LA_MER, 22000, "-40.2", -8840),
        (CALVADOS, 21730, "-39.4", -8570),
        (NORMANDIE, 21380, "-38.4", -8220),
        ("FRM", 21930, "-40.0", -8770),
        ("QPV-FR", 14010, "-6.1", -850),
    ],
)
def test_17_1_niveau_de_vie_median_2019(
    entrepot_depot: Entrepot, code: str, reference: int, ecart: str, difference: int
) -> None:
    ligne = ecarts(entrepot_depot, CHEMIN_VERT, "niveau_vie_median", "2019")[code]
    assert ligne["valeur"] == 13160
    assert ligne["valeur_reference"] == reference
    assert ligne["valeur"] - ligne["valeur_reference"] == difference
    assert arrondi(ligne["ecart"], 1) == ecart
    assert ligne["ecart_defavorable"] == -ligne["ecart"]
    assert (ligne["unite_ecart"], ligne["statut"]) == ("pct_reference", "observe")


def test_17_1_arithmetique(entrepot_depot: Entrepot) -> None:
    ligne = ecarts(entrepot_depot, CHEMIN_VERT, "niveau_vie_median", "2019")[CAEN]
    assert arrondi(ligne["ecart"], 2) == "-36.64"


# --- 17.2 ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("periode", "code", "q", "reference", "ecart", "demi_largeur"),
    [
        ("2019", CAEN, 50.1, 20, "30.1", "0.55"),
        ("2019", "QPV-FR", 50.1, 43.6, "6.5", "0.10"),
        ("2021", CAEN, 54.0, 21.0, "33.0", "1.00"),
    ],
)
def test_17_2_pauvrete_publiee(
    entrepot_depot: Entrepot, periode: str, code: str, q: float, reference: float, ecart: str, demi_largeur: str
) -> None:
    ligne = ecarts(entrepot_depot, CHEMIN_VERT, "taux_pauvrete_60", periode)[code]
    assert (ligne["valeur"], ligne["valeur_reference"], ligne["statut"]) == (q, reference, "observe")
    assert arrondi(ligne["ecart"], 1) == ecart
    assert arrondi(ligne["ecart_defavorable"], 1) == ecart
    assert arrondi((ligne["borne_haute"] - ligne["borne_basse"]) / 2, 2) == demi_largeur


@pytest.mark.parametrize(
    ("code", "estime", "ecart"),
    [(CAEN_LA_MER, "14.3", "35.8"), (CALVADOS, "12.4", "37.7"), (NORMANDIE, "13.8", "36.3"), ("FRM", "14.9", "35.2")],
)
def test_17_2_pauvrete_estimee(entrepot_depot: Entrepot, code: str, estime: str, ecart: str) -> None:
    ligne = ecarts(entrepot_depot, CHEMIN_VERT, "taux_pauvrete_60", "2019")[code]
    assert ligne["statut"] == "estime"
    assert arrondi(ligne["valeur_reference"], 1) == estime
    assert arrondi(ligne["ecart"], 1) == ecart


def test_17_2_controle_de_l_estimation_sur_caen(entrepot_depot: Entrepot) -> None:
    """Published: 20; the deciles give 19.6, and no estimate ever enters the values."""
    ((estime,),) = entrepot_depot.execute(
        "select taux_estime from int_revenus__pauvrete_estimee where niveau = 'commune' and code_territoire = ? and periode = '2019'",
        [CAEN],
    ).fetchall()
    assert arrondi(estime, 1) == "19.6"
    assert entrepot_depot.execute("select count(*) from fct_valeurs where statut = 'estime'").fetchall() == [(0,)]


def test_17_2_zonage_2024(entrepot_depot: Entrepot) -> None:
    assert valeur(entrepot_depot, "qpv", "QN01401M", "taux_pauvrete_60", "2021")["valeur"] == 54.0


# --- 17.3 ---------------------------------------------------------------------------------------------------------------

COMMUNES = [
    ("commune", CAEN, "46107.8", "8322.3", "73112.8", "51.7", "-17.0"),
    ("epci", CAEN_LA_MER, "121271.6", "17553.7", "174758.5", "59.3", "-24.6"),
    ("departement", CALVADOS, "312223.4", "38957.3", "427156.5", "64.0", "-29.3"),
    ("region", NORMANDIE, "1494874.6", "198331.2", "2031698.8", "63.8", "-29.1"),
    ("france", "FRM", "29946345.0", "3880153.5", "40312593.7", "64.7", "-30.0"),
    ("france", "FRHM", "30777799.2", "4132711.4", "41519100.8", "64.2", "-29.5"),
]


@pytest.mark.parametrize(("niveau", "code", "actifs", "chomeurs", "population", "taux", "ecart"), COMMUNES)
def test_17_3_taux_d_emploi_2018(
    entrepot_depot: Entrepot,
    niveau: str,
    code: str,
    actifs: str,
    chomeurs: str,
    population: str,
    taux: str,
    ecart: str,
) -> None:
    emploi = valeur(entrepot_depot, niveau, code, "taux_emploi_15_64", "2018")
    chomage = valeur(entrepot_depot, niveau, code, "taux_chomage_recensement_commune", "2018")
    assert (arrondi(chomage["denominateur"], 1), arrondi(chomage["numerateur"], 1)) == (actifs, chomeurs)
    assert arrondi(emploi["denominateur"], 1) == population
    assert arrondi(emploi["valeur"], 1) == taux
    ligne = ecarts(entrepot_depot, CHEMIN_VERT, "taux_emploi_15_64", "2018")[code]
    assert ligne["valeur"] == 34.7
    assert arrondi(ligne["ecart"], 1) == ecart
    assert ligne["ecart_defavorable"] == -ligne["ecart"]


def test_17_3_les_ecarts_sont_calcules_avant_arrondi(entrepot_depot: Entrepot) -> None:
    """34.7 − 59.349 = −24.649, displayed −24.6; with the arrondissements left in, métropole would be 64.70."""
    lignes = ecarts(entrepot_depot, CHEMIN_VERT, "taux_emploi_15_64", "2018")
    assert arrondi(lignes[CAEN_LA_MER]["valeur_reference"], 3) == "59.349"
    assert arrondi(lignes[CAEN_LA_MER]["ecart"], 3) == "-24.649"
    assert arrondi(lignes["FRM"]["valeur_reference"], 2) == "64.66"


def test_17_3_intervalle_et_rang(entrepot_depot: Entrepot) -> None:
    q = valeur(entrepot_depot, "qpv", CHEMIN_VERT, "taux_emploi_15_64", "2018")
    assert (arrondi(q["borne_basse"], 1), arrondi(q["borne_haute"], 1)) == ("32.0", "37.4")
    assert arrondi(q["borne_haute"] - q["valeur"], 2) == "2.68"
    assert q["methode_incertitude"] == "sondage"
    ligne = ecarts(entrepot_depot, CHEMIN_VERT, "taux_emploi_15_64", "2018")[CAEN]
    assert (ligne["rang_departement"], ligne["effectif_departement"], ligne["quintile_departement"]) == (2, 9, None)


def test_17_3_neuvieme_de_normandie(entrepot_depot: Entrepot) -> None:
    """The 9th lowest employment rate of 62."""
    rang, effectif = entrepot_depot.execute(
        """
        select 1 + count(*) filter (where v.valeur < 34.7), count(*)
        from fct_valeurs as v
        inner join dim_territoires as t using (niveau, code_territoire, zonage)
        where v.niveau = 'qpv' and t.code_region = '28' and v.indicateur = 'taux_emploi_15_64' and v.periode = '2018'
            and v.statut = 'observe'
        """
    ).fetchall()[0]
    assert (rang, effectif) == (9, 62)


# --- 17.4 ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("periode", "rsa", "allocataires", "taux"),
    [("2020-12-31", 467, 1548, "30.17"), ("2019-12-31", 468, 1563, "29.94")],
)
def test_17_4_rsa_du_quartier(entrepot_depot: Entrepot, periode: str, rsa: int, allocataires: int, taux: str) -> None:
    q = valeur(entrepot_depot, "qpv", CHEMIN_VERT, "part_allocataires_rsa", periode)
    assert (q["numerateur"], q["denominateur"], arrondi(q["valeur"], 2)) == (rsa, allocataires, taux)


def test_17_4_wilson_et_ensembles(entrepot_depot: Entrepot) -> None:
    q = valeur(entrepot_depot, "qpv", CHEMIN_VERT, "part_allocataires_rsa", "2020-12-31")
    assert (arrondi(q["borne_basse"], 1), arrondi(q["borne_haute"], 1)) == ("27.9", "32.5")
    france = valeur(entrepot_depot, "ensemble_qpv", "QPV-FR", "part_allocataires_rsa", "2020-12-31")
    assert (france["numerateur"], france["denominateur"], arrondi(france["valeur"], 1)) == (427575, 1620683, "26.4")
    # 1,322 quartiers hold both counts, of the 1,352 of the file.
    assert france["valeur_texte"] == "1322 sur 1352"
    normandie = valeur(entrepot_depot, "ensemble_qpv", "QPV-R28", "part_allocataires_rsa", "2020-12-31")
    assert (normandie["numerateur"], normandie["denominateur"]) == (18763, 67918)
    assert arrondi(normandie["valeur"], 1) == "27.6"


# --- 17.5 ---------------------------------------------------------------------------------------------------------------

DATES = ["2016-12-31", "2017-12-31", "2018-12-31", "2020-12-31", "2021-12-31"]


def test_17_5_effectifs_du_quartier(entrepot_depot: Entrepot) -> None:
    effectifs = [valeur(entrepot_depot, "qpv", CHEMIN_VERT, "defm_abc", date)["valeur"] for date in DATES]
    assert effectifs == [854, 919, 878, 864, 787]


@pytest.mark.parametrize(
    ("niveau", "code", "indices", "panel", "effectifs"),
    [
        ("qpv", CHEMIN_VERT, "100.0 107.6 102.8 101.2 92.2", None, (854, 787)),
        ("ensemble_qpv", "QPV-D14", "100.0 102.2 97.7 89.7 83.1", "9 sur 9", (5728, 4761)),
        ("ensemble_qpv", "QPV-R28", "100.0 104.5 102.5 98.8 92.8", "59 sur 62", (32013, 29721)),
        ("ensemble_qpv", "QPV-FR", "100.0 104.1 103.2 101.3 95.2", "1287 sur 1345", (756310, 720312)),
    ],
)
def test_17_5_indice_base_100(
    entrepot_depot: Entrepot, niveau: str, code: str, indices: str, panel: str | None, effectifs: tuple[int, int]
) -> None:
    lignes = [valeur(entrepot_depot, niveau, code, "indice_defm_abc", date) for date in DATES]
    assert " ".join(arrondi(ligne["valeur"], 1) for ligne in lignes) == indices
    assert {ligne["valeur_texte"] for ligne in lignes} == {panel}
    assert (lignes[0]["numerateur"], lignes[-1]["numerateur"]) == effectifs


def test_17_5_cinq_quartiers_de_caen(entrepot_depot: Entrepot) -> None:
    sommes = [
        somme
        for (somme,) in entrepot_depot.execute(
            """
            select sum(v.valeur)
            from fct_valeurs as v
            inner join dim_territoires as t using (niveau, code_territoire, zonage)
            where v.niveau = 'qpv' and v.zonage = '2015' and t.codes_communes like '%14118%' and v.indicateur = 'defm_abc'
            group by v.periode
            order by v.periode
            """
        ).fetchall()
    ]
    assert (sommes[0], sommes[-1]) == (3272, 2799)
    assert " ".join(arrondi(100 * s / sommes[0], 1) for s in sommes) == "100.0 102.4 100.2 91.5 85.5"


def test_17_5_demi_largeur_et_ecart(entrepot_depot: Entrepot) -> None:
    q = valeur(entrepot_depot, "qpv", CHEMIN_VERT, "indice_defm_abc", "2021-12-31")
    assert arrondi(q["borne_haute"] - q["valeur"], 1) == "8.9"
    ligne = ecarts(entrepot_depot, CHEMIN_VERT, "indice_defm_abc", "2021-12-31")["QPV-R28"]
    # 92.155 − 92.840 = −0.686, printed −0.6 in the document as the difference of the rounded indices 92.2 and 92.8.
    assert arrondi(ligne["ecart"], 3) == "-0.686"
    assert ligne["ecart_defavorable"] is None
    assert ligne["unite_ecart"] == "point_indice"
    assert ligne["borne_basse"] < 0 < ligne["borne_haute"]


def test_17_5_hors_du_panel_de_normandie(entrepot_depot: Entrepot) -> None:
    """QP050007, QP076015 and QP076023 have no value at one date or more; there is no point at 31/12/2019."""
    absents = entrepot_depot.execute(
        """
        select v.code_territoire
        from fct_valeurs as v
        inner join dim_territoires as t using (niveau, code_territoire, zonage)
        where v.niveau = 'qpv' and t.code_region = '28' and v.zonage = '2015' and v.indicateur = 'defm_abc'
        group by v.code_territoire
        having count(*) filter (where v.statut = 'observe') < 5
        order by v.code_territoire
        """
    ).fetchall()
    assert [code for (code,) in absents] == ["QP050007", "QP076015", "QP076023"]
    periodes = entrepot_depot.execute(
        "select periode from fct_disponibilites where indicateur = 'defm_abc' order by periode"
    ).fetchall()
    assert [periode for (periode,) in periodes] == DATES


def test_17_5_l_evolution_publiee_est_un_autre_indicateur(entrepot_depot: Entrepot) -> None:
    """864 → 787 is −8.9 %; the publisher's own one-year change is −9.1 %."""
    publiee = valeur(entrepot_depot, "qpv", CHEMIN_VERT, "evolution_annuelle_defm_abc", "2021-T4")
    assert publiee["valeur"] == -9.1
    assert arrondi(100 * 787 / 864 - 100, 1) == "-8.9"


# --- 17.9 ---------------------------------------------------------------------------------------------------------------


def test_17_9_rangs_du_calvados(entrepot_depot: Entrepot) -> None:
    lignes = entrepot_depot.execute(
        """
        select distinct code_qpv, valeur, rang_departement, rang_meilleur, rang_pire, effectif_departement,
            nb_non_diffuses_departement, quintile_departement
        from fct_ecarts
        where zonage = '2024' and indicateur = 'taux_pauvrete_60' and code_qpv like 'QN014%' and rang_departement is not null
        order by rang_departement
        """
    ).fetchall()
    rates = [(code, valeur) for code, valeur, *_ in lignes]
    assert rates == [
        ("QN01404M", 55),
        ("QN01401M", 54),
        ("QN01405I", 51),
        ("QN01402M", 49),
        ("QN01408M", 42),
        ("QN01406M", 39),
        ("QN01407M", 31),
    ]
    # « 1ᵉʳ ou 2ᵉ sur 7 (1 non diffusé) », no fifth under ten.
    assert lignes[1][2:] == (2, 1, 2, 7, 1, None)
