"""Lists, contracts, posts and communal context as published in the release, against the files read another way.

Belongs here: codes of the lists, contracts of the quartiers, distinct posts, rates added up by hand from the raw files.
Does not belong here: the cells as read (test_depot_programmes, test_depot_contexte), rules without figures (dbt unit tests).
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zipfile
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

pytestmark = pytest.mark.depot

NORMANDIE = ("14", "27", "50", "61", "76")
ADULTES_RELAIS = ("adultes_relais", "adulte-relais", "nb_adultes_relais")
FONJEP = ("postes_fonjep", "postes-fonjep", "nb_postes_fonjep")


@pytest.fixture(scope="module")
def valeurs(release_depot: Path) -> pl.DataFrame:
    return pl.read_parquet(release_depot / "tables" / "valeurs.parquet")


@pytest.fixture(scope="module")
def contrats(release_depot: Path) -> pl.DataFrame:
    return pl.read_parquet(release_depot / "tables" / "contrats.parquet")


def lus(valeurs: pl.DataFrame, indicateur: str, **filtres: str) -> pl.DataFrame:
    return valeurs.filter(pl.col("indicateur") == indicateur, **filtres)


def oui(valeurs: pl.DataFrame, indicateur: str) -> set[str]:
    """The quartiers of 2015 that the list names."""
    lignes = lus(valeurs, indicateur, niveau="qpv")
    assert lignes.height == 1_514
    assert set(lignes["zonage"]) == {"2015"}
    assert set(lignes["statut"]) == {"observe"}
    return set(lignes.filter(pl.col("valeur") == 1)["code_territoire"])


def departement(code_qpv: str) -> str:
    return code_qpv[3:5] if code_qpv[2] == "0" else code_qpv[2:5]


def normands(codes: set[str]) -> list[str]:
    return sorted(code for code in codes if departement(code) in NORMANDIE)


@cache
def postes(depot: Path, jeu: str, prefixe: str, annee: int) -> list[dict[str, Any]]:
    return list(json.loads((depot / "anct" / jeu / f"{prefixe}-{annee}.json").read_text(encoding="utf-8")))


@cache
def entites(chemin: Path) -> list[dict[str, Any]]:
    return [e["properties"] for e in json.loads(chemin.read_text(encoding="utf-8"))["features"]]


@cache
def quartiers_2024(depot: Path) -> list[dict[str, str]]:
    with (depot / "insee/qpv2024_population/pop_QPV24.csv").open(encoding="utf-8-sig", newline="") as flux:
        return list(csv.DictReader(flux, delimiter=";"))


@cache
def populations_2018(depot: Path) -> dict[str, float]:
    """Commune → inhabitants, without the arrondissements of Paris, Lyon and Marseille."""
    with zipfile.ZipFile(depot / "insee/communes_comparateur/base_cc_comparateur_csv.zip") as archive:
        flux = io.TextIOWrapper(archive.open("base_cc_comparateur.CSV"), encoding="utf-8-sig", newline="")
        lignes = list(csv.DictReader(flux, delimiter=";"))
    return {
        ligne["CODGEO"]: float(ligne["P18_POP"])
        for ligne in lignes
        if ligne["P18_POP"] and not re.fullmatch(r"751\d\d|132\d\d|6938\d", ligne["CODGEO"])
    }


@cache
def equipements(depot: Path) -> dict[str, dict[str, int]]:
    return dict(
        json.loads(gzip.decompress((depot / "insee/bpe_communes/bpe_communes.json.gz").read_bytes()))["communes"]
    )


# --- lists ------------------------------------------------------------------------------------------------------------


def test_le_npnru_nomme_22_quartiers_normands(valeurs: pl.DataFrame, depot: Path) -> None:
    publies = set((depot / "anru/npnru/npnru_qp2015_codes.csv").read_text(encoding="utf-8").split()[1:])
    nommes = oui(valeurs, "npnru")
    assert nommes == publies
    assert (len(nommes), len(normands(nommes))) == (448, 22)


@pytest.mark.parametrize(
    ("indicateur", "fichier", "nombre"),
    [("cite_educative", "cites_educatives/citeduc.geojson", 378), ("cite_emploi", "cites_emploi/cde.geojson", 527)],
)
def test_une_cite_se_lit_par_les_codes(
    valeurs: pl.DataFrame, depot: Path, indicateur: str, fichier: str, nombre: int
) -> None:
    """Any code between brackets is a quartier; names are not: one list gives the same code under two names."""
    publies = {code for e in entites(depot / "anct" / fichier) for code in re.findall(r"\((QP\w{6})\)", e["liste_geo"])}
    assert len(publies) == nombre
    nommes = oui(valeurs, indicateur)
    assert nommes == publies
    assert len(normands(nommes)) > 5
    # Each quartier carries the name of its cités, and those only.
    attendus: dict[str, set[str]] = defaultdict(set)
    for e in entites(depot / "anct" / fichier):
        for code in re.findall(r"\((QP\w{6})\)", e["liste_geo"]):
            attendus[code].add(e["lib_territoire"])
    textes = dict(lus(valeurs, indicateur, niveau="qpv").select("code_territoire", "valeur_texte").iter_rows())
    for code in normands(nommes):
        assert textes[code] == " ; ".join(sorted(attendus[code]))


# --- contracts ----------------------------------------------------------------------------------------------------------


def test_chaque_quartier_normand_de_2024_a_le_contrat_de_sa_collectivite(valeurs: pl.DataFrame, depot: Path) -> None:
    """By the EPCI, or by the commune where it signs alone (L’Aigle): 63 quartiers, 22 contracts."""
    par_code = {
        e["codgeo"]: e for e in entites(depot / "anct/contrats_ville/contrats-2024.json") if e["insee_dep"] in NORMANDIE
    }
    assert len(par_code) == 22
    textes = dict(
        lus(valeurs, "contrat_de_ville", niveau="qpv", zonage="2024")
        .select("code_territoire", "valeur_texte")
        .iter_rows()
    )
    quartiers = [q for q in quartiers_2024(depot) if q["codeQPV"][3:5] in NORMANDIE and q["codeQPV"][2] == "0"]
    assert len(quartiers) == 63
    vus = set()
    for quartier in quartiers:
        codes = re.split(r"[, ]+", quartier["listeEPCI2022"]) + re.split(r"[, ]+", quartier["listeDepcom"])
        attendu = next(par_code[code] for code in codes if code in par_code)
        assert textes[quartier["codeQPV"]] == f"{attendu['code_cv']} – {attendu['lib_cv']}"
        vus.add(attendu["code_cv"])
    assert len(vus) == 22
    laigle = next(q["codeQPV"] for q in quartiers if q["listeDepcom"] == "61214")
    assert textes[laigle] == "CN06103M – 61 - L'Aigle"


def test_un_quartier_sans_contrat_garde_un_statut_et_une_raison(valeurs: pl.DataFrame) -> None:
    """Outside the French départements no composition is read; three quartiers of métropole have no contract in the list."""
    for zonage, nombre, absents in (("2015", 1_514, {"QP021001", "QP057001", "QP074004"}), ("2024", 1_584, set())):
        lignes = lus(valeurs, "contrat_de_ville", niveau="qpv", zonage=zonage)
        assert lignes.height == nombre
        sans = lignes.filter(pl.col("statut") != "observe")
        assert set(sans["statut"]) == {"non_diffuse"}
        assert set(sans["valeur_texte"]) == {"aucun_contrat_de_sa_commune_ou_intercommunalite"}
        metropole = {c for c in sans["code_territoire"] if c[2] == "0"}
        assert metropole == absents
        assert sans.height < 90
        assert lignes.filter(pl.col("statut") == "observe")["valeur_texte"].null_count() == 0


# --- posts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fichiers", "annee", "contrat", "nombre"),
    [
        (ADULTES_RELAIS, 2023, "CV051", 22),
        (ADULTES_RELAIS, 2023, "CV272", 39),
        (ADULTES_RELAIS, 2024, "CN01403M", 26),
        (FONJEP, 2023, "CV051", 13),
        (FONJEP, 2021, "CV269", 8),
        # 140 rows for 139 posts, 69 rows for 65.
        (ADULTES_RELAIS, 2023, "CV246", 139),
        (ADULTES_RELAIS, 2024, "CV393", 65),
    ],
)
def test_un_contrat_compte_ses_postes_distincts(
    contrats: pl.DataFrame, depot: Path, fichiers: tuple[str, str, str], annee: int, contrat: str, nombre: int
) -> None:
    jeu, prefixe, indicateur = fichiers
    publies = {p["id_poste"] for p in postes(depot, jeu, prefixe, annee) if contrat in (p.get("code_cv") or "")}
    assert len(publies) == nombre
    ligne = contrats.filter(indicateur=indicateur, periode=str(annee), code_contrat=contrat)
    assert ligne["valeur"].to_list() == [nombre]


@pytest.mark.parametrize("fichiers", [ADULTES_RELAIS, FONJEP], ids=["adultes_relais", "fonjep"])
@pytest.mark.parametrize("annee", [2020, 2021, 2022, 2023, 2024])
def test_la_france_compte_chaque_poste_une_fois(
    valeurs: pl.DataFrame, depot: Path, fichiers: tuple[str, str, str], annee: int
) -> None:
    """Glued codes and repeated rows change nothing: 5,412 posts of adultes-relais in 2023, for 5,416 rows."""
    jeu, prefixe, indicateur = fichiers
    brut = postes(depot, jeu, prefixe, annee)
    distincts = {p["id_poste"] for p in brut}
    if (jeu, annee) == ("adultes_relais", 2023):
        assert (len(brut), len(distincts)) == (5_416, 5_412)
    france = lus(valeurs, indicateur, niveau="france", periode=str(annee))
    assert france.select("code_territoire", "valeur", "statut").rows() == [("FR", len(distincts), "observe")]
    par_departement: dict[str, set[str]] = defaultdict(set)
    for poste in brut:
        par_departement[poste.get("insee_dep") or ""].add(poste["id_poste"])
    publies = dict(
        lus(valeurs, indicateur, niveau="departement", periode=str(annee))
        .select("code_territoire", "valeur")
        .iter_rows()
    )
    for code, identifiants in par_departement.items():
        if code in NORMANDIE:
            assert publies[code] == len(identifiants)
    region = lus(valeurs, indicateur, niveau="region", periode=str(annee), code_territoire="28")
    assert region["valeur"].to_list() == [len(set().union(*(par_departement[d] for d in NORMANDIE)))]
    # What no département holds is Saint-Martin, Polynésie, and the rows that name neither contract nor département.
    sans = {p["id_poste"] for p in brut if not p.get("insee_dep")}
    assert sum(publies.values()) == sum(len(par_departement[d]) for d in par_departement if d)
    assert set().union(*(par_departement[d] for d in par_departement if d)) | sans == distincts


def test_un_contrat_n_est_complet_que_si_chaque_poste_nomme_le_sien(contrats: pl.DataFrame, depot: Path) -> None:
    """52 posts of adultes-relais name no contract in 2023, one of them in the Calvados: its contracts are partial."""
    muets = {p["insee_dep"] for p in postes(depot, *ADULTES_RELAIS[:2], 2023) if not p.get("code_cv")}
    assert "14" in muets
    assert "50" not in muets
    statuts = dict(
        contrats.filter(indicateur="nb_adultes_relais", periode="2023").select("code_contrat", "statut").iter_rows()
    )
    assert {statuts[c] for c in ("CV051", "CV052", "CV053")} == {"partiel"}
    assert {statuts[c] for c in ("CV156", "CV157", "CV158", "CV159")} == {"observe"}


def test_le_rapport_d_un_contrat_compte_chaque_quartier_une_fois(
    valeurs: pl.DataFrame, contrats: pl.DataFrame, depot: Path
) -> None:
    """The list of 2024 gives Caen 35,256 inhabitants: it counts the two communes of a quartier twice. Its quartiers have 27,278."""
    publiee = next(
        e["pop"] for e in entites(depot / "anct/contrats_ville/contrats-2024.json") if e["code_cv"] == "CN01403M"
    )
    caen = [q for q in quartiers_2024(depot) if "200065597" in q["listeEPCI2022"]]
    population = sum(int(q["popMuniQPV"]) for q in caen)
    repetee = sum(int(q["popMuniQPV"]) * len(re.split(r"[, ]+", q["listeDepcom"])) for q in caen)
    assert (population, repetee, publiee) == (27_278, 35_256, 35_256)
    ligne = contrats.filter(indicateur="adultes_relais_pour_10000_hab_qpv", periode="2024", code_contrat="CN01403M")
    assert ligne.select("numerateur", "denominateur", "statut").rows() == [(26, 27_278, "observe")]
    assert ligne["valeur"].item() == pytest.approx(26 / 27_278 * 10_000, rel=1e-12)
    # CA Roissy Pays de France: one intercommunalité, two codes, the same 82 posts under both.
    roissy = sum(int(q["popMuniQPV"]) for q in quartiers_2024(depot) if "200055655" in q["listeEPCI2022"])
    for code in ("CN07708M", "CN09503M"):
        ligne = contrats.filter(indicateur="adultes_relais_pour_10000_hab_qpv", periode="2024", code_contrat=code)
        assert ligne.select("numerateur", "denominateur", "statut").rows() == [(82, roissy, "observe")]
    # Until 2023, the list of 2015 counts well.
    ancien = contrats.filter(indicateur="adultes_relais_pour_10000_hab_qpv", periode="2022", code_contrat="CV051")
    assert ancien["denominateur"].to_list() == [27_090]
    # Manche: posts of the département over the inhabitants of its quartiers.
    manche = sum(int(q["popMuniQPV"]) for q in quartiers_2024(depot) if q["codeQPV"].startswith("QN050"))
    nombre = len({p["id_poste"] for p in postes(depot, *ADULTES_RELAIS[:2], 2024) if p.get("insee_dep") == "50"})
    publie = lus(
        valeurs, "adultes_relais_pour_10000_hab_qpv", niveau="departement", code_territoire="50", periode="2024"
    )
    assert publie.select("numerateur", "denominateur").rows() == [(nombre, manche)]


def test_aucun_poste_ne_descend_au_quartier(valeurs: pl.DataFrame) -> None:
    for indicateur in ("nb_adultes_relais", "nb_postes_fonjep", "adultes_relais_pour_10000_hab_qpv"):
        niveaux = set(lus(valeurs, indicateur)["niveau"])
        assert niveaux == {"departement", "region", "france"}


# --- communes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("indicateur", "groupe"),
    [
        ("medecins_generalistes_pour_10000_hab_commune", "medecin_generaliste"),
        ("pharmacies_pour_10000_hab_commune", "pharmacie"),
    ],
)
def test_les_soins_d_une_commune_et_de_ce_qui_l_entoure(
    valeurs: pl.DataFrame, depot: Path, indicateur: str, groupe: str
) -> None:
    """Σ equipment over Σ inhabitants: Caen, its intercommunalité, its département, its région; never a mean of rates."""
    habitants, comptes = populations_2018(depot), equipements(depot)
    with (depot / "insee/cog/epci_commune.csv").open(encoding="utf-8-sig", newline="") as flux:
        caen_la_mer = {ligne["codgeo"] for ligne in csv.DictReader(flux) if ligne["epci"] == "200065597"}
    assert len(caen_la_mer) == 48
    assert caen_la_mer <= habitants.keys()
    zones: dict[tuple[str, str], Callable[[str], bool]] = {
        ("commune", "14118"): lambda c: c == "14118",
        ("commune", "76351"): lambda c: c == "76351",
        ("epci", "200065597"): lambda c: c in caen_la_mer,
        ("departement", "14"): lambda c: c[:2] == "14",
        ("region", "28"): lambda c: c[:2] in NORMANDIE,
    }
    for (niveau, code), contient in zones.items():
        nombre = sum(n.get(groupe, 0) for c, n in comptes.items() if contient(c))
        population = sum(n for c, n in habitants.items() if contient(c))
        ligne = lus(valeurs, indicateur, niveau=niveau, code_territoire=code, periode="2024")
        assert ligne["numerateur"].to_list() == [nombre], (niveau, code)
        assert ligne["denominateur"].item() == pytest.approx(population, rel=1e-9), (niveau, code)
        assert ligne["valeur"].item() == pytest.approx(10_000 * nombre / population, rel=1e-9)


def test_la_densite_d_un_departement_est_celle_de_la_cnam(valeurs: pl.DataFrame, depot: Path) -> None:
    chemin = depot / "cnam/demographie_professionnels/toutes_specialites_departement.csv"
    profession = "Médecins généralistes (hors médecins à expertise particulière - MEP)"
    with chemin.open(encoding="utf-8-sig", newline="") as flux:
        publiees = {
            ligne["departement"]: float(ligne["densite"])
            for ligne in csv.DictReader(flux)
            if ligne["profession_sante"] == profession and ligne["departement"] in NORMANDIE
        }
    lues = lus(valeurs, "densite_medecins_generalistes_departement", niveau="departement")
    assert {c: v for c, v in lues.select("code_territoire", "valeur").iter_rows() if c in NORMANDIE} == publiees
    assert len(publiees) == 5


def test_le_sentiment_d_insecurite_n_existe_que_pour_l_ensemble(valeurs: pl.DataFrame) -> None:
    """26 % in 2018 (ONPV): one national figure, no quartier."""
    lignes = lus(valeurs, "sentiment_insecurite")
    assert lignes.select("niveau", "code_territoire", "periode", "valeur").rows() == [
        ("ensemble_qpv", "QPV-FR", "2018", 26.0)
    ]
