"""Tests of French typography: rounding, spaces, units, periods, missing values.

Belongs here: what a number or a date looks like once written.
Does not belong here: sentences (test_textes), HTML (test_balises).
"""

from __future__ import annotations

from datetime import date

import pytest
import yaml

from ingestion.catalogue import RACINE
from publication.sheets import format_fr as fr

FINE, INSECABLE, MOINS = "\u202f", "\u00a0", "\u2212"


@pytest.mark.parametrize(
    ("valeur", "decimales", "attendu"),
    [
        # half away from zero on the written value, where Python's round() gives 2, 0.1 and 2.7
        (2.5, 0, "3"),
        (0.25, 1, "0,3"),
        (2.675, 2, "2,68"),
        (-2.5, 0, f"{MOINS}3"),
        (-24.649, 1, f"{MOINS}24,6"),
        (1234567.85, 1, f"1{FINE}234{FINE}567,9"),
        (13155.0, -1, f"13{FINE}160"),
        (-0.04, 1, "0,0"),
        (0.0, 0, "0"),
        (1e-9, 1, "0,0"),
    ],
)
def test_nombre(valeur: float, decimales: int, attendu: str) -> None:
    assert fr.nombre(valeur, decimales) == attendu


@pytest.mark.parametrize(("valeur", "attendu"), [(3.14, "+3,1"), (-3.14, f"{MOINS}3,1"), (0.04, "0,0"), (-0.04, "0,0")])
def test_le_signe_d_un_ecart_est_toujours_ecrit_sauf_sur_zero(valeur: float, attendu: str) -> None:
    assert fr.nombre(valeur, 1, signe=True) == attendu


@pytest.mark.parametrize(
    ("valeur", "unite", "decimales", "pas", "attendu"),
    [
        (34.7, "%", 1, None, f"34,7{INSECABLE}%"),
        (20.0, "%", 1, 1.0, f"20{INSECABLE}%"),  # published in whole points: no invented decimal
        (50.1, "%", 1, 0.1, f"50,1{INSECABLE}%"),
        (20045.7, "€/an/UC", 0, None, f"20{FINE}050{INSECABLE}€"),
        (4383.0, "hab.", 0, None, f"4{FINE}383{INSECABLE}hab."),
        (6.123, "€/m²/mois", 2, None, f"6,12{INSECABLE}€/m²"),
        (0.2413, "indice", 3, None, "0,241"),
        (1.0, "structures", 0, None, f"1{INSECABLE}structure"),
        (0.0, "lieux", 0, None, f"0{INSECABLE}lieu"),
        (2.0, "écoles", 0, None, f"2{INSECABLE}écoles"),
        (-1.2, "point", 1, None, f"{MOINS}1,2{INSECABLE}point"),
    ],
)
def test_une_valeur_avec_son_unite(valeur: float, unite: str, decimales: int, pas: float | None, attendu: str) -> None:
    assert fr.avec_unite(valeur, unite, decimales, pas) == attendu


@pytest.mark.parametrize(
    ("valeur", "unite", "attendu"),
    [
        (-17.0, "point", f"{MOINS}17,0{INSECABLE}points"),
        (1.94, "point", f"+1,9{INSECABLE}point"),
        (1.96, "point", f"+2,0{INSECABLE}points"),
        (-36.64, "pct_reference", f"{MOINS}36,6{INSECABLE}%"),
        (-0.6, "point_indice", f"{MOINS}0,6{INSECABLE}point d’indice"),
        (1.25, "ratio", f"×{INSECABLE}1,25"),
    ],
)
def test_un_ecart_de_pourcentages_s_ecrit_en_points(valeur: float, unite: str, attendu: str) -> None:
    assert fr.ecart(valeur, unite) == attendu


@pytest.mark.parametrize(
    ("periode", "attendu", "annee"),
    [
        ("2018", "2018", "2018"),
        ("2021-12-31", f"31{INSECABLE}décembre{INSECABLE}2021", "2021"),
        ("2022-01-01", f"1ᵉʳ{INSECABLE}janvier{INSECABLE}2022", "2022"),
        ("2021-T4", "4e trimestre 2021", "2021"),
        ("2021-T1", "1er trimestre 2021", "2021"),
        ("2022-07", "juillet 2022", "2022"),
        ("2022-2023", "année scolaire 2022-2023", "2022"),
        ("2013_2018", "2013-2018", "2018"),
        ("base-2022", "base 2022, date non établie", ""),
    ],
)
def test_periodes(periode: str, attendu: str, annee: str) -> None:
    assert fr.periode(periode) == attendu
    assert fr.annee(periode) == annee


def test_ordinaux_et_dates() -> None:
    assert [fr.ordinal(1), fr.ordinal(1, feminin=True), fr.ordinal(2)] == ["1ᵉʳ", "1ʳᵉ", "2ᵉ"]
    assert fr.date_longue(date(2024, 12, 31)) == f"31{INSECABLE}décembre{INSECABLE}2024"
    assert fr.date_longue(None) == ""


def test_typographie_d_une_phrase() -> None:
    phrase = "Attention : « lire » ; 20 % ? Oui ! https://exemple.fr:80/a?b"
    assert fr.typographier(phrase) == (
        f"Attention{INSECABLE}: «{INSECABLE}lire{INSECABLE}»{INSECABLE}; 20{INSECABLE}%{INSECABLE}? "
        f"Oui{INSECABLE}! https://exemple.fr:80/a?b"
    )


def test_tailles_et_comptes() -> None:
    assert [fr.octets(812), fr.octets(1_440_000)] == [f"812{INSECABLE}o", f"1,4{INSECABLE}Mo"]
    assert [fr.compte(n, "quartier") for n in (0, 1, 2)] == [
        f"{n}{INSECABLE}quartier{s}" for n, s in ((0, ""), (1, ""), (2, "s"))
    ]


def test_les_signes_et_les_mots_sont_ceux_du_catalogue() -> None:
    """The application reads no card: its words must follow those of `catalogue/methode.yml`."""
    methode = yaml.safe_load((RACINE / "methode.yml").read_text(encoding="utf-8"))
    du_catalogue = {s: (f["glyphe"], f["mot"]) for s, f in methode["statuts"].items() if f["glyphe"]}
    assert {statut: (a.glyphe, a.mot) for statut, a in fr.ABSENCES.items()} == du_catalogue
    de_lecture = {
        motif for motif in methode["motifs"] if not motif.startswith(("ligne_", "code_", "nombre_", "valeur_"))
    }
    assert set(fr.MOTIFS) == de_lecture
