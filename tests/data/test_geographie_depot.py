"""Comparable quartiers, movements between the zonings and territories kept in view, on the deposit.

Belongs here: the figures of gap_method §10, §11 and §17.10, and the neighbours of every quartier computed again from the raw files.
Does not belong here: the shares of surface themselves (test_spatial_depot), invented rows (unit tests of the models).
"""

from __future__ import annotations

import csv
import io
import math
import statistics
import zipfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import duckdb
import polars as pl
import pytest

pytestmark = pytest.mark.depot

NORMANDIE = ["QN01407M", "QN01408M", "QN02701M", "QN05001I", "QN05004M", "QN06105M", "QN07625M", "QN07626M", "QN07629N"]
AVRANCHES = [
    ("QN03303M", 0.347), ("QN02206I", 0.408), ("QN07629N", 0.451), ("QN05601M", 0.490),
    ("QN04201M", 0.542), ("QN06601M", 0.587), ("QN07715I", 0.616), ("QN00103M", 0.623),
]  # fmt: skip
OUTRE_MER = {"01", "02", "03", "04", "06"}


class Tailles(NamedTuple):
    """Inhabitants of a quartier, of its communes and of its EPCI."""

    quartier: int
    communes: int
    epci: int


def lignes(texte: str, separateur: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(texte), delimiter=separateur))


@pytest.fixture(scope="module")
def communes_publiees(depot: Path) -> dict[str, dict[str, str]]:
    """Code → row of the published comparateur of the communes."""
    with zipfile.ZipFile(depot / "insee/communes_comparateur/base_cc_comparateur_csv.zip") as archive:
        texte = archive.read("base_cc_comparateur.CSV").decode("utf-8-sig")
    return {ligne["CODGEO"]: ligne for ligne in lignes(texte, ";")}


@pytest.fixture(scope="module")
def tailles_publiees(depot: Path, communes_publiees: dict[str, dict[str, str]]) -> dict[str, tuple[str, Tailles]]:
    """Code of a quartier alone in its EPCI → its zone and its three sizes, read in the raw files."""
    habitants = {code: int(float(ligne["P18_POP"])) for code, ligne in communes_publiees.items() if ligne["P18_POP"]}
    epci_des_communes = {
        ligne["codgeo"]: ligne["epci"]
        for ligne in lignes((depot / "insee/cog/epci_commune.csv").read_text("utf-8-sig"), ",")
    }
    # Communes merged since the census are counted under their old code, in the EPCI of the one they joined.
    suites = {
        m["COM_AV"]: m["COM_AP"]
        for m in lignes((depot / "insee/cog/mouvements-communes.csv").read_text("utf-8-sig"), ",")[::-1]
        if m["TYPECOM_AV"] == m["TYPECOM_AP"] == "COM"
    }
    population_epci: Counter[str] = Counter()
    for code, nombre in habitants.items():
        population_epci[epci_des_communes.get(code) or epci_des_communes.get(suites.get(code, ""), "")] += nombre
    publies = lignes((depot / "insee/qpv2024_population/pop_QPV24.csv").read_text("utf-8-sig"), ";")
    epci = {q["codeQPV"]: q["listeEPCI2022"].replace(",", " ").split() for q in publies}
    nb_quartiers = Counter(code for codes in epci.values() for code in codes)
    resultat = {}
    for quartier in publies:
        code = quartier["codeQPV"]
        seuls = [e for e in epci[code] if nb_quartiers[e] == 1]
        if len(seuls) == 1:
            zone = "outre_mer" if quartier["codeReg"].zfill(2) in OUTRE_MER else "hexagone"
            communes = sum(habitants[c.strip()] for c in quartier["listeDepcom"].split(","))
            resultat[code] = (zone, Tailles(int(quartier["popMuniQPV"]), communes, population_epci[seuls[0]]))
    return resultat


def centre_et_dispersion(valeurs: list[float]) -> tuple[float, float]:
    """Median, and 1.4826 times the median absolute deviation."""
    mediane = statistics.median(valeurs)
    return mediane, 1.4826 * statistics.median(abs(v - mediane) for v in valeurs)


def table(release: Path, nom: str) -> pl.DataFrame:
    return pl.read_parquet(release / "tables" / f"{nom}.parquet")


# --- comparable quartiers ---------------------------------------------------------------------------------------------


def test_132_quartiers_sont_seuls_dans_leur_epci_dont_9_en_normandie(
    tailles_publiees: dict[str, tuple[str, Tailles]], release_depot: Path
) -> None:
    assert len(tailles_publiees) == 132
    assert sum(zone == "hexagone" for zone, _ in tailles_publiees.values()) == 130
    normands = [code for code in tailles_publiees if code[:5] in {f"QN0{d}" for d in (14, 27, 50, 61, 76)}]
    assert normands == NORMANDIE
    assert set(table(release_depot, "comparables")["code_qpv"]) == set(tailles_publiees)


def test_les_parametres_de_la_methode(entrepot_depot: duckdb.DuckDBPyConnection) -> None:
    lus = entrepot_depot.sql(
        "select distinct taille, mediane, dispersion from int_geographies__tailles_reduites where bassin = 'hexagone'"
    ).fetchall()
    assert {(v, round(m, 3 if v == "population_qpv" else 4), round(d, 4)) for v, m, d in lus} == {
        ("population_qpv", 7.434, 0.5021),
        ("population_communes", 9.4528, 0.5116),
        ("population_epci", 10.5682, 0.5069),
    }
    candidats = entrepot_depot.sql(
        "select count(distinct code_qpv) from int_geographies__tailles_reduites where bassin = 'hexagone'"
    ).fetchall()
    assert candidats == [(130,)]


def test_les_huit_comparables_de_la_turfaudiere(release_depot: Path) -> None:
    lus = table(release_depot, "comparables").filter(pl.col("code_qpv") == "QN05001I").sort("rang")
    assert [(c, round(d, 3)) for c, d in lus.select("code_comparable", "distance").rows()] == AVRANCHES
    assert lus["rang"].to_list() == list(range(1, 9))


def test_les_comparables_de_chaque_quartier_calcules_d_apres_les_fichiers(
    tailles_publiees: dict[str, tuple[str, Tailles]], release_depot: Path
) -> None:
    """The rule applied again in Python to the three published sizes, for the 132 quartiers and all their ranks."""
    attendus: dict[tuple[str, int], tuple[str, float]] = {}
    for zone in ("hexagone", "outre_mer"):
        logs = {code: [math.log(n) for n in t] for code, (z, t) in tailles_publiees.items() if z == zone}
        reglages = [centre_et_dispersion([x[i] for x in logs.values()]) for i in range(3)]
        reduites = {
            code: [max(-3.0, min(3.0, (x - m) / d)) for x, (m, d) in zip(xs, reglages, strict=True)]
            for code, xs in logs.items()
        }
        for code, ici in reduites.items():
            autres = sorted(
                (math.sqrt(sum((a - b) ** 2 for a, b in zip(ici, la, strict=True)) / 3), autre)
                for autre, la in reduites.items()
                if autre != code
            )
            attendus |= {(code, rang): (a, d) for rang, (d, a) in enumerate(autres[:8], start=1)}
    lus = {
        (code, rang): (comparable, distance)
        for code, rang, comparable, distance in table(release_depot, "comparables")
        .select("code_qpv", "rang", "code_comparable", "distance")
        .rows()
    }
    assert len(attendus) == 130 * 8 + 2
    assert lus.keys() == attendus.keys()
    assert {k: v[0] for k, v in lus.items()} == {k: v[0] for k, v in attendus.items()}
    assert all(abs(lus[k][1] - attendus[k][1]) < 1e-9 for k in attendus)


def test_les_trois_tailles_publiees(
    tailles_publiees: dict[str, tuple[str, Tailles]], release_depot: Path, entrepot_depot: duckdb.DuckDBPyConnection
) -> None:
    assert tailles_publiees["QN05001I"][1] == (1_147, 10_246, 87_773)
    comparables = table(release_depot, "comparables")
    for ligne in comparables.unique("code_comparable").iter_rows(named=True):
        lues = (ligne["population_qpv"], ligne["population_communes"], ligne["population_epci"])
        assert lues == tailles_publiees[ligne["code_comparable"]][1], ligne["code_comparable"]
    annees = comparables.select(pl.col("population_qpv_date", "recensement_date").dt.year()).unique().rows()
    assert annees == [(2020, 2018)]


def test_la_mediane_des_comparables_vient_des_valeurs_publiees(depot: Path, release_depot: Path) -> None:
    """Poverty in 2021 of the eight comparables of each quartier, read in the publisher's file."""
    with zipfile.ZipFile(depot / "insee/qpv2024_filosofi/revenus_pauvrete_2021_qp24_v2_csv.zip") as archive:
        texte = archive.read("indic-revenu-disponible-qp24-2021_QP.csv").decode("utf-8-sig")
    taux = {q["CODGEO"]: q["DISP_TP60_A21"] for q in lignes(texte, ";")}
    comparables = table(release_depot, "comparables")
    attendus = {}
    for code, autres in comparables.group_by("code_qpv").agg("code_comparable").iter_rows():
        valeurs = [float(taux[a].replace(",", ".")) for a in autres if taux.get(a, "").strip()]
        attendus[code] = (statistics.median(valeurs) if len(valeurs) >= 5 else None, len(valeurs), len(autres))
    lues = table(release_depot, "comparables_medianes").filter(
        (pl.col("indicateur") == "taux_pauvrete_60") & (pl.col("periode") == "2021")
    )
    assert {
        c: (m, o, n) for c, m, o, n in lues.select("code_qpv", "mediane", "nb_observes", "nb_comparables").rows()
    } == (attendus)
    assert {m is None for m, _, _ in attendus.values()} == {True, False}


# --- movements between the zonings ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mouvements(release_depot: Path) -> pl.DataFrame:
    """One row per quartier, with its département and its région, from published tables only."""
    territoires = table(release_depot, "territoires").filter(pl.col("niveau") == "qpv")
    return table(release_depot, "mouvements").join(
        territoires.select("code_territoire", "zonage", "code_departement", "code_region", "libelle"),
        left_on=("code_qpv", "zonage"),
        right_on=("code_territoire", "zonage"),
        how="left",
    )


def comptes(lus: pl.DataFrame) -> dict[str, int]:
    return dict(lus.group_by("mouvement").len().rows())


def test_les_mouvements_de_l_hexagone(mouvements: pl.DataFrame) -> None:
    """957 M, 294 I and 111 N; 39 quartiers of 2015 without successor."""
    hexagone = mouvements.filter(pl.col("code_departement").str.len_chars() == 2)
    assert mouvements.height == 1_514 + 1_584
    assert comptes(hexagone.filter(zonage="2024")) == {"modifie": 957, "identique": 294, "entre": 111}
    anciens = hexagone.filter(zonage="2015")
    assert anciens.height == 1_296
    assert comptes(anciens)["sorti"] == 39
    assert comptes(anciens)["identique"] == 294


def test_les_mouvements_de_normandie(mouvements: pl.DataFrame) -> None:
    normandie = mouvements.filter(code_region="28")
    anciens, nouveaux = normandie.filter(zonage="2015"), normandie.filter(zonage="2024")
    assert comptes(nouveaux) == {"modifie": 47, "identique": 11, "entre": 5}
    assert anciens.height == 62
    assert anciens.filter(mouvement="sorti").sort("code_qpv").select("code_qpv", "libelle", "codes_lies").rows() == [
        ("QP014006", "Centre Ville", ""),
        ("QP076009", "Bléville Sud", ""),
    ]
    fusions = dict(nouveaux.filter("est_fusion").select("code_qpv", "codes_lies").rows())
    assert fusions == {"QN02701M": "QP027001;QP027002", "QN07614M": "QP076015;QP076016"}
    assert sorted(anciens.filter("est_fusion")["code_qpv"]) == ["QP027001", "QP027002", "QP076015", "QP076016"]
    assert not normandie["est_scission"].any()


def test_chaque_departement_de_normandie_a_sa_liste(mouvements: pl.DataFrame) -> None:
    """Entered: the five codes that the publisher ends with N; the départements are those of the codes."""
    entres = mouvements.filter(code_region="28", mouvement="entre")
    assert all(code.endswith("N") for code in entres["code_qpv"])
    assert all(code[3:5] == dep for code, dep in entres.select("code_qpv", "code_departement").rows())
    sortis = mouvements.filter(mouvement="sorti").group_by("code_departement").len()
    assert dict(sortis.filter(pl.col("code_departement").is_in(["14", "76", "69", "94"])).rows()) == {
        "14": 1,
        "69": 2,
        "76": 1,
        "94": 4,
    }


def test_les_liens_proches_et_leurs_parts(release_depot: Path) -> None:
    liens = table(release_depot, "correspondances")
    proches = liens.filter(type_lien="proche")
    assert proches.filter(pl.col("code_qn2024").str.contains(r"^QN0(?:\d\d|2[AB])")).height == 84
    normands = proches.filter(pl.col("code_qn2024").str.contains("^QN0(?:14|27|50|61|76)")).sort("code_qn2024")
    arrondies = [
        (n, round(a), round(b))
        for n, a, b in normands.select("code_qn2024", "part_surface_2015", "part_surface_2024").rows()
    ]
    assert arrondies == [("QN01401M", 98, 95), ("QN01403M", 100, 97), ("QN07609M", 99, 98), ("QN07620M", 95, 96)]


def test_la_part_de_population_n_existe_que_pour_un_perimetre_identique(release_depot: Path) -> None:
    liens = table(release_depot, "correspondances")
    assert set(liens.filter(type_lien="identique")["part_population"]) == {100.0}
    assert set(liens.filter(pl.col("type_lien") != "identique")["part_population"]) == {None}


# --- territories kept in view -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "commune"), [("QP014006", "14167"), ("QP076009", "76351")])
def test_les_deux_anciens_quartiers_normands_sont_suivis(
    depot: Path, release_depot: Path, communes_publiees: dict[str, dict[str, str]], code: str, commune: str
) -> None:
    """The figures of Colombelles and of Le Havre, read in the files of the communes."""
    suivis = table(release_depot, "territoires_suivis").filter(nature="ancien_qpv", identifiant=code)
    assert set(suivis["code_commune"]) == {commune}
    lus = {i: (p, v, s) for i, p, v, s in suivis.select("indicateur", "periode", "valeur", "statut").rows()}
    filosofi = next(
        ligne
        for ligne in lignes((depot / "insee/communes_filosofi/cc_filosofi_2021_COM.csv").read_text("utf-8-sig"), ";")
        if ligne["CODGEO"] == commune
    )
    recensement = communes_publiees[commune]
    occupes = float(recensement["P18_ACT1564"]) - float(recensement["P18_CHOM1564"])
    assert lus["taux_pauvrete_60"] == ("2021", float(filosofi["TP6021"].replace(",", ".")), "estime")
    assert lus["niveau_vie_median"] == ("2021", float(filosofi["MED21"].replace(",", ".")), "estime")
    periode, emploi, statut = lus["taux_emploi_15_64"]
    assert (periode, statut) == ("2018", "estime")
    assert emploi == pytest.approx(100 * occupes / float(recensement["P18_POP1564"]), abs=1e-9)
    # Neither a count, nor an unemployment rate beside the code of a quartier.
    assert not {"population_municipale", "taux_chomage_recensement_commune"} & lus.keys()
    # A figure has its file; Colombelles is not cut into published Iris, so its benefits have neither.
    sans_fichier = suivis.filter(pl.col("jeu").is_null() | pl.col("empreinte_sha256").is_null())
    assert set(sans_fichier["statut"]) <= {"non_diffuse"}
    assert all(i.startswith(("part_allocataires_", "part_enfants_")) for i in sans_fichier["indicateur"])


def test_les_derniers_chiffres_propres_restent_dans_les_valeurs(release_depot: Path) -> None:
    propres = table(release_depot, "valeurs").filter(niveau="qpv", zonage="2015", code_territoire="QP014006")
    assert propres.filter(indicateur="population_municipale", periode="2018", statut="observe").height == 1


def test_chaque_sorti_est_suivi_et_rien_d_autre(release_depot: Path, mouvements: pl.DataFrame) -> None:
    """Communes whose figures are masked or that no file describes (Polynésie) keep their rows, with the reason."""
    suivis = table(release_depot, "territoires_suivis")
    assert set(suivis["identifiant"]) == set(mouvements.filter(mouvement="sorti")["code_qpv"])
    assert suivis.filter((pl.col("statut") == "estime") != pl.col("valeur").is_not_null()).is_empty()
    polynesie = suivis.filter(pl.col("identifiant").str.starts_with("QP987"))
    assert polynesie["identifiant"].n_unique() == 3
    assert set(polynesie["statut"]) == {"non_diffuse"}
    deux_communes = suivis.filter(identifiant="QP092017")
    assert set(deux_communes["code_commune"]) == {"92004", "92036"}
