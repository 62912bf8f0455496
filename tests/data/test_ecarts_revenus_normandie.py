"""Income and poverty gaps of the 62 quartiers of Normandie, against arithmetic on the published files.

Belongs here: every year of Filosofi and every rung that a file gives, in both directions: none missing, none invented.
Does not belong here: the worked examples of one quartier (test_exemples_methode), employment (test_ecarts_emploi_normandie).
"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from fichiers_publies import FILOSOFI_QPV, Normandie, colonne, filosofi_qpv, table

pytestmark = pytest.mark.depot
Ecarts = dict[tuple[str, str, str, str], float]  # quartier, year, level, code of the reference → gap
PAUVRETE = "Taux de pauvreté-Ensemble (% pop totale)"
MEDIANE = "Revenu disponible par unité de consommation (Médiane)"
NEUF_DECILES = ("D1", "D2", "D3", "D4", "Q2", "D6", "D7", "D8", "D9")
COMMUNES_MEDIANE = {"2014", "2015", "2016", "2018", "2019"}
# Insee Analyses Normandie n° 99 (insee.fr/fr/statistiques/6048090): the published rates of 2018.
PAUVRETE_2018 = {"14": 12.4, "27": 12.5, "50": 12.1, "61": 15.4, "76": 14.9, "28": 13.5, "FRM": 14.6}


@pytest.fixture(scope="module")
def normandie(depot: Path) -> Normandie:
    quartiers = Normandie(depot)
    assert len(quartiers.communes) == 62
    return quartiers


@pytest.fixture(scope="module")
def publies(release_depot: Path) -> pl.DataFrame:
    return pl.read_parquet(release_depot / "tables/ecarts.parquet").filter(pl.col("zonage") == "2015")


def ecarts_publies(table: pl.DataFrame, indicateur: str, quartiers: Normandie, statut: str) -> Ecarts:
    lues = table.filter(
        (pl.col("indicateur") == indicateur)
        & pl.col("code_qpv").is_in(list(quartiers.communes))
        & pl.col("ecart").is_not_null()
        & (pl.col("statut") == statut)
    )
    return {(q, p, n, c): e for q, p, n, c, e in lues.select(
        "code_qpv", "periode", "niveau_reference", "code_reference", "ecart"
    ).rows()}  # fmt: skip


def filosofi_reference(depot: Path, annee: str, niveau: str, prefixe: str = "Q2") -> dict[str, float]:
    """Code → column of a reference file of Filosofi; empty when that file does not exist."""
    chemin = depot / f"insee/filosofi_references/FILO{annee}_DISP_{niveau}.csv"
    return colonne(table(chemin), f"{prefixe}{annee[2:]}") if chemin.is_file() else {}


def ensemble_2018(depot: Path, nom: str) -> float:
    """The base of 2022 holds the quartiers of that year, the file of Filosofi the row of the whole."""
    return colonne(table(depot / "insee/qpv_filosofi/data_filo18_qp_revdis.csv"), nom)["Ensemble"]


def references_d_un_quartier(
    quartiers: Normandie, code: str, annee: str, valeurs: dict[str, dict[str, float]]
) -> dict[tuple[str, str], float]:
    """Level and code → figure, along the ladder; `valeurs` is level → code → figure."""
    anciens, actuels = quartiers.epci_2015[code], quartiers.epci_actuels(code)
    epci = valeurs.get("epci", {})
    ordre = (anciens, actuels) if int(annee) <= 2015 else (actuels, anciens)
    retenus = next((codes for codes in ordre if any(c in epci for c in codes)), [])
    voulus = (
        [("commune", c) for c in quartiers.communes[code]]
        + [("epci", c) for c in retenus]
        + [
            ("departement", quartiers.departement(code)),
            ("region", "28"),
            ("france", "FRM"),
            ("ensemble_qpv", "QPV-FR"),
        ]
    )
    return {(n, c): valeurs[n][c] for n, c in voulus if c in valeurs.get(n, {})}


def deciles(depot: Path, annee: str, niveau: str) -> dict[str, list[float]]:
    """Code → D1 to D9, D5 being the median, where all are published."""
    colonnes = [filosofi_reference(depot, annee, niveau, d) for d in NEUF_DECILES]
    return {c: [d[c] for d in colonnes] for c in colonnes[0] if all(c in d for d in colonnes)}


def pauvrete_estimee(neuf: list[float], seuil: float) -> float | None:
    """gap_method §8.4: ten points per decile, linear inside the one that holds the threshold."""
    for k in range(1, 9):
        bas, haut = neuf[k - 1], neuf[k]
        if bas < seuil <= haut:
            return 10 * k + 10 * (seuil - bas) / (haut - bas)
    return None


def test_ecart_de_niveau_de_vie_a_chaque_annee_et_a_chaque_echelon(
    depot: Path, normandie: Normandie, publies: pl.DataFrame
) -> None:
    attendus: Ecarts = {}
    for annee in FILOSOFI_QPV:
        medianes = filosofi_qpv(depot, annee, 1)
        if annee == "2018":
            medianes["Ensemble"] = ensemble_2018(depot, "DISP_MED_A18")
        valeurs = {
            "commune": filosofi_reference(depot, annee, "COM"),
            "epci": filosofi_reference(depot, annee, "EPCI"),
            "departement": filosofi_reference(depot, annee, "DEP"),
            "region": filosofi_reference(depot, annee, "REG"),
            "france": {"FRM": m["1"]} if (m := filosofi_reference(depot, annee, "METROPOLE")) else {},
            "ensemble_qpv": {"QPV-FR": medianes["Ensemble"]} if "Ensemble" in medianes else {},
        }
        if annee == "2013":
            dossier = depot / "insee/filosofi_pauvrete_references"
            cle = "Code géographique"
            valeurs["departement"] = colonne(table(dossier / "fr-dpt-pauvrete-2013.csv", ","), MEDIANE, cle)
            valeurs["region"] = colonne(table(dossier / "fr-reg2016-pauvrete-2013.csv", ","), MEDIANE, cle)
        if annee == "2021":
            valeurs["commune"] = colonne(table(depot / "insee/communes_filosofi/cc_filosofi_2021_COM.csv"), "MED21")
        assert bool(valeurs["commune"]) == (annee in COMMUNES_MEDIANE | {"2021"})
        for code in normandie.communes.keys() & medianes.keys():
            for (niveau, reference), r in references_d_un_quartier(normandie, code, annee, valeurs).items():
                attendus[code, annee, niveau, reference] = 100 * medianes[code] / r - 100
    lus = ecarts_publies(publies, "niveau_vie_median", normandie, "observe")
    assert lus.keys() ^ attendus.keys() == set()
    assert lus == pytest.approx(attendus, abs=1e-9)
    # 2013 to 2019 for the five départements, without a hole.
    assert len({(q, p) for q, p, n, _ in lus if n == "departement"}) == 62 * 7


def test_ecart_de_pauvrete_publie_a_chaque_annee_et_a_chaque_echelon(
    depot: Path, normandie: Normandie, publies: pl.DataFrame
) -> None:
    dossier = depot / "insee/filosofi_pauvrete_references"
    cle = "Code géographique"
    departements = json.loads((dossier / "tx_pauvrete_departements.json").read_text(encoding="utf-8"))
    references = {
        "2013": {
            "departement": colonne(table(dossier / "fr-dpt-pauvrete-2013.csv", ","), PAUVRETE, cle),
            "region": colonne(table(dossier / "fr-reg2016-pauvrete-2013.csv", ","), PAUVRETE, cle),
        },
        "2018": {
            "departement": PAUVRETE_2018,
            "region": {"28": PAUVRETE_2018["28"]},
            "france": {"FRM": PAUVRETE_2018["FRM"]},
        },
        "2019": {
            "commune": colonne(
                table(depot / "insee/communes_comparateur/base_cc_comparateur_csv.zip", membre="base_cc"), "TP6019"
            )
        },
        "2021": {
            "commune": colonne(table(depot / "insee/communes_filosofi/cc_filosofi_2021_COM.csv"), "TP6021"),
            "departement": {code: d["tx_pauvrete"] for code, d in departements.items()},
        },
    }
    attendus: Ecarts = {}
    for annee in FILOSOFI_QPV:
        taux = filosofi_qpv(depot, annee, 2)
        if annee == "2018":
            taux["Ensemble"] = ensemble_2018(depot, "DISP_TP60_A18")
        valeurs = references.get(annee, {})
        if "Ensemble" in taux:
            valeurs |= {"ensemble_qpv": {"QPV-FR": taux["Ensemble"]}}
        for code in normandie.communes.keys() & taux.keys():
            for (niveau, reference), r in references_d_un_quartier(normandie, code, annee, valeurs).items():
                attendus[code, annee, niveau, reference] = taux[code] - r
    lus = ecarts_publies(publies, "taux_pauvrete_60", normandie, "observe")
    assert lus.keys() ^ attendus.keys() == set()
    assert lus == pytest.approx(attendus, abs=1e-9)
    assert {(p, n) for _, p, n, _ in lus} == {
        ("2013", "departement"), ("2013", "region"), ("2016", "ensemble_qpv"), ("2018", "ensemble_qpv"),
        ("2018", "departement"), ("2018", "region"), ("2018", "france"), ("2019", "commune"), ("2019", "ensemble_qpv"),
        ("2021", "commune"), ("2021", "departement"),
    }  # fmt: skip


def test_ecart_de_pauvrete_estime_d_apres_les_deciles(depot: Path, normandie: Normandie, publies: pl.DataFrame) -> None:
    """Where no rate is published: from the nine deciles of the reference and 60 % of the median of the métropole."""
    niveaux = {"commune": "COM", "epci": "EPCI", "departement": "DEP", "region": "REG", "france": "METROPOLE"}
    deja = {(p, n) for _, p, n, _ in ecarts_publies(publies, "taux_pauvrete_60", normandie, "observe")}
    attendus: Ecarts = {}
    for annee in ("2014", "2015", "2016", "2017", "2018", "2019"):
        seuil = 0.6 * filosofi_reference(depot, annee, "METROPOLE")["1"]
        valeurs: dict[str, dict[str, float]] = {}
        for niveau, suffixe in niveaux.items():
            estimes = {c: pauvrete_estimee(d, seuil) for c, d in deciles(depot, annee, suffixe).items()}
            codes = {"FRM": estimes["1"]} if niveau == "france" else estimes
            valeurs[niveau] = {c: e for c, e in codes.items() if e is not None}
        taux = filosofi_qpv(depot, annee, 2)
        for code in normandie.communes.keys() & taux.keys():
            for (niveau, reference), r in references_d_un_quartier(normandie, code, annee, valeurs).items():
                if (annee, niveau) not in deja:
                    attendus[code, annee, niveau, reference] = taux[code] - r
    lus = ecarts_publies(publies, "taux_pauvrete_60", normandie, "estime")
    assert lus.keys() ^ attendus.keys() == set()
    assert lus == pytest.approx(attendus, abs=1e-9)
