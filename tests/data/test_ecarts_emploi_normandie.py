"""Employment gaps and index of job seekers of the 62 quartiers of Normandie, against arithmetic on the published files.

Belongs here: the employment rate of the census of 2018 on its five rungs, the index from 31/12/2016 to 31/12/2021.
Does not belong here: income (test_ecarts_revenus_normandie), changes and their labels (test_exemples_evolutions).
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from fichiers_publies import NORMANDIE, Normandie, colonne, demandeurs, table

pytestmark = pytest.mark.depot
ARRONDISSEMENTS = r"^(751\d\d|132\d\d|6938\d)$"
OUTRE_MER, MAYOTTE = ("971", "972", "973", "974", "976"), "976"
COLONNES = ("P18_ACT1564", "P18_CHOM1564", "P18_POP1564")
PREMIER, DERNIER = "2016-12-31", "2021-12-31"
Cle = tuple[str, str, str]  # quartier, level, code of the reference


@pytest.fixture(scope="module")
def normandie(depot: Path) -> Normandie:
    return Normandie(depot)


@pytest.fixture(scope="module")
def publies(release_depot: Path) -> pl.DataFrame:
    return pl.read_parquet(release_depot / "tables/ecarts.parquet").filter(pl.col("zonage") == "2015")


@pytest.fixture(scope="module")
def recensement(depot: Path) -> dict[str, tuple[float, float, float]]:
    """Commune → active, unemployed and all inhabitants of 15 to 64; Paris, Lyon and Marseille as communes."""
    chemin = depot / "insee/communes_comparateur/base_cc_comparateur_csv.zip"
    base = table(chemin, membre="base_cc").filter(~pl.col("CODGEO").str.contains(ARRONDISSEMENTS))
    actifs, chomeurs, population = (colonne(base, nom) for nom in COLONNES)
    return {c: (actifs[c], chomeurs[c], population[c]) for c in actifs.keys() & chomeurs.keys() & population.keys()}


def taux_d_emploi(recensement: dict[str, tuple[float, float, float]], communes: set[str]) -> float:
    """Σ of the people at work over Σ of the inhabitants: never an average of rates."""
    sommes = [sum(recensement[c][k] for c in communes if c in recensement) for k in range(3)]
    return 100 * (sommes[0] - sommes[1]) / sommes[2]


def test_ecart_de_taux_d_emploi_2018_aux_cinq_echelons(
    depot: Path,
    normandie: Normandie,
    publies: pl.DataFrame,
    recensement: dict[str, tuple[float, float, float]],
) -> None:
    taux = colonne(table(depot / "insee/qpv_insertion_professionnelle/IPRO_2022.csv"), "TX_TOT_EMPL")
    metropole = {c for c in recensement if not c.startswith("97")}
    references = {
        ("region", "28"): {c for c in recensement if c[:2] in NORMANDIE},
        ("france", "FRM"): metropole,
        ("france", "FRHM"): {c for c in recensement if not c.startswith(MAYOTTE)},
    }
    assert {c[:3] for c in recensement.keys() - metropole} == set(OUTRE_MER) - {MAYOTTE}
    references |= {("departement", d): {c for c in recensement if c.startswith(d)} for d in NORMANDIE}
    for epci in {e for code in normandie.communes for e in normandie.epci_actuels(code)}:
        references["epci", epci] = {c for c in recensement if normandie.epci_d_une_commune(c) == epci}
    niveaux = {cle: taux_d_emploi(recensement, communes) for cle, communes in references.items()}

    attendus: dict[Cle, float] = {}
    for code, communes in normandie.communes.items():
        commune = taux_d_emploi(recensement, set(communes))
        attendus[code, "commune", ";".join(communes)] = taux[code] - commune
        for cle in [("epci", e) for e in normandie.epci_actuels(code)] + [
            ("departement", normandie.departement(code)), ("region", "28"), ("france", "FRM"), ("france", "FRHM"),
        ]:  # fmt: skip
            attendus[code, *cle] = taux[code] - niveaux[cle]
    lues = publies.filter(
        (pl.col("indicateur") == "taux_emploi_15_64")
        & (pl.col("periode") == "2018")
        & pl.col("code_qpv").is_in(list(normandie.communes))
        & pl.col("ecart").is_not_null()
    )
    lus = {(q, n, c): e for q, n, c, e in lues.select("code_qpv", "niveau_reference", "code_reference", "ecart").rows()}
    assert lus.keys() ^ attendus.keys() == set()
    assert len(attendus) == 62 * 6
    assert lus == pytest.approx(attendus, abs=1e-6)


def test_une_somme_sur_un_epci_a_qui_une_commune_peut_manquer_est_partielle(
    normandie: Normandie, publies: pl.DataFrame, recensement: dict[str, tuple[float, float, float]]
) -> None:
    """Communes of the census that the composition of 2026 does not know: their département is doubtful as a whole."""
    inconnues = {c[:2] for c in recensement if c[:2] in NORMANDIE and not normandie.epci_d_une_commune(c)}
    lues = publies.filter(
        (pl.col("indicateur") == "taux_emploi_15_64")
        & (pl.col("periode") == "2018")
        & (pl.col("niveau_reference") == "epci")
        & pl.col("code_qpv").is_in(list(normandie.communes))
    )
    statuts = dict(lues.select("code_qpv", "statut").iter_rows())
    attendus = {c: "partiel" if normandie.departement(c) in inconnues else "observe" for c in normandie.communes}
    assert statuts == attendus
    assert set(statuts.values()) == {"partiel", "observe"}


def test_indice_des_demandeurs_d_emploi_2016_2021(depot: Path, normandie: Normandie, publies: pl.DataFrame) -> None:
    effectifs = demandeurs(depot)
    suivis = set.intersection(*(set(e) for e in effectifs.values())) - {"Ensemble"}
    assert len(suivis) == 1287
    groupes: dict[str, set[str]] = {"QPV-FR": suivis, "QPV-R28": set(normandie.communes)}
    for code in normandie.communes:
        for groupe in ("QPV-D" + normandie.departement(code), *("QPV-E" + e for e in normandie.epci_actuels(code))):
            groupes.setdefault(groupe, set()).add(code)
    # One quartier alone is no group; among several, those that are followed from the first to the last date.
    indices = {
        g: 100
        * sum(effectifs[DERNIER][c] for c in membres & suivis)
        / sum(effectifs[PREMIER][c] for c in membres & suivis)
        for g, membres in groupes.items()
        if len(membres) > 1
    }

    attendus: dict[Cle, float] = {}
    for code in normandie.communes.keys() & effectifs[PREMIER].keys() & effectifs[DERNIER].keys():
        indice = 100 * effectifs[DERNIER][code] / effectifs[PREMIER][code]
        siens = ["QPV-FR", "QPV-R28", "QPV-D" + normandie.departement(code)]
        for groupe in siens + ["QPV-E" + e for e in normandie.epci_actuels(code)]:
            if groupe in indices:
                attendus[code, "ensemble_qpv", groupe] = indice - indices[groupe]
    lues = publies.filter(
        (pl.col("indicateur") == "indice_defm_abc")
        & (pl.col("periode") == DERNIER)
        & pl.col("code_qpv").is_in(list(normandie.communes))
        & pl.col("ecart").is_not_null()
    )
    lus = {(q, n, c): e for q, n, c, e in lues.select("code_qpv", "niveau_reference", "code_reference", "ecart").rows()}
    assert lus.keys() ^ attendus.keys() == set()
    assert lus == pytest.approx(attendus, abs=1e-9)
    # 62 quartiers, less those without a figure at one end; no sign is ever given to a neutral index.
    assert len({code for code, *_ in lus}) >= 59
    assert lues["ecart_defavorable"].null_count() == lues.height
