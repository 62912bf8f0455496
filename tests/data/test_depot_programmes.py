"""Contracts, posts, cités, NPNRU and places as read from the published files, against the files read another way.

Belongs here: counts, repeated identifiers, glued codes, empty cells and dropped columns of the datasets of the ANCT and ANRU.
Does not belong here: distances to the quartiers (test_proximity_depot), contours (test_spatial_depot).
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from couches import cellules, couche, sorts

pytestmark = pytest.mark.depot

NORMANDIE = ("14", "27", "50", "61", "76")
# Rows and distinct posts of each year.
ADULTES_RELAIS = {2020: (4660, 4655), 2021: (5377, 5372), 2022: (5623, 5622), 2023: (5416, 5412), 2024: (4949, 4721)}
FONJEP = {2020: (1455, 1433), 2021: (1462, 1439), 2022: (1429, 1406), 2023: (1478, 1478), 2024: (1512, 1439)}
COUTS = {2020: 19875.06, 2021: 20071.82, 2022: 21254.0, 2023: 22555.73, 2024: 22810.61}
# Rows whose cell holds two codes.
COLLES = {2020: 64, 2021: 65, 2022: 82, 2023: 72, 2024: 0}


def entites(chemin: Path) -> list[dict[str, Any]]:
    return list(json.loads(chemin.read_text(encoding="utf-8"))["features"])


def enregistrements(chemin: Path) -> list[dict[str, Any]]:
    return list(json.loads(chemin.read_text(encoding="utf-8")))


def structures(depot: Path, edition: str) -> list[dict[str, str]]:
    with (depot / f"anct/france_services/liste-fs-{edition}.csv").open(encoding="utf-8", newline="") as flux:
        return list(csv.DictReader(flux))


def colonnes_brutes(donnees: Path, jeu: str) -> set[str]:
    """Names of the columns of the raw layer, every vintage."""
    chemins = sorted((donnees / "raw" / jeu.replace(".", "/")).glob("*/*.parquet"))
    assert chemins
    return {colonne for chemin in chemins for colonne in pl.read_parquet_schema(chemin)}


def departement(code_qpv: str) -> str:
    return code_qpv[3:5] if code_qpv[2] == "0" else code_qpv[2:5]


# --- contracts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("annee", "nombre", "codes", "normands", "repetes"),
    [(2015, 434, 433, 21, {"CV043"}), (2024, 404, 400, 22, {"CN01303M", "CV428", "CV415", "CV429"})],
)
def test_les_contrats_publies_sont_tous_lus(
    donnees_depot: Path, depot: Path, annee: int, nombre: int, codes: int, normands: int, repetes: set[str]
) -> None:
    fichier = f"contrats-{annee}.json"
    brut = entites(depot / "anct/contrats_ville" / fichier)
    lus = couche(donnees_depot, "anct.contrats_ville", "lignes", fichier)
    assert sorts(donnees_depot, "anct.contrats_ville", fichier) == {"retenue": nombre}
    assert lus["code_territoire"].to_list() == [e["properties"]["code_cv"] for e in brut]
    assert lus["code_territoire"].n_unique() == codes
    assert {c for c, n in Counter(lus["code_territoire"]).items() if n > 1} == repetes
    departements = cellules(donnees_depot, "anct.contrats_ville", "code_departement", fichier)
    assert departements["valeur_texte"].is_in(NORMANDIE).sum() == normands
    absents = departements.filter(pl.col("statut") != "observe")["code_territoire"].to_list()
    assert absents == [e["properties"]["code_cv"] for e in brut if e["properties"]["insee_dep"] is None]
    assert absents == (["CV366", "CV367", "CV368"] if annee == 2015 else ["CN07303M"])
    population = cellules(donnees_depot, "anct.contrats_ville", "population_qpv_contrat", fichier)
    attendue = sum(e["properties"]["pop"] or 0 for e in brut)
    assert population["valeur"].sum() == attendue
    assert population.filter(pl.col("statut") == "non_diffuse").height == (0 if annee == 2015 else 1)
    longitudes = cellules(donnees_depot, "anct.contrats_ville", "longitude", fichier)
    sans_point = longitudes.filter(pl.col("statut") == "non_diffuse")["code_territoire"].to_list()
    assert sans_point == ([] if annee == 2015 else ["CV419"])


# --- posts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("annee", ADULTES_RELAIS)
@pytest.mark.parametrize(
    ("jeu", "prefixe", "comptes"),
    [
        ("anct.adultes_relais", "adulte-relais", ADULTES_RELAIS),
        ("anct.postes_fonjep", "postes-fonjep", FONJEP),
    ],
)
def test_chaque_ligne_de_poste_est_gardee(
    donnees_depot: Path, depot: Path, jeu: str, prefixe: str, comptes: dict[int, tuple[int, int]], annee: int
) -> None:
    """A post may take several rows: all are kept, and the two counts of the file come out unchanged."""
    fichier = f"{prefixe}-{annee}.json"
    brut = enregistrements(depot / jeu.replace(".", "/") / fichier)
    assert (len(brut), len({p["id_poste"] for p in brut})) == comptes[annee]
    lus = couche(donnees_depot, jeu, "lignes", fichier)
    assert sorts(donnees_depot, jeu, fichier) == {"retenue": len(brut)}
    assert lus["code_territoire"].to_list() == [p["id_poste"] for p in brut]
    montants = cellules(donnees_depot, jeu, "montant", fichier).sort("ligne")
    assert montants["valeur"].to_list() == [float(p["montant"]) for p in brut]
    assert set(cellules(donnees_depot, jeu, "annee", fichier)["valeur_texte"]) == {str(annee)}


@pytest.mark.parametrize("annee", ADULTES_RELAIS)
def test_deux_codes_de_contrat_colles_donnent_deux_contrats(donnees_depot: Path, depot: Path, annee: int) -> None:
    """Codes of 2020 to 2023 have five characters: the pieces of five of each cell are the expected codes."""
    fichier = f"adulte-relais-{annee}.json"
    codes = cellules(donnees_depot, "anct.adultes_relais", "codes_contrats", fichier).sort("ligne", "rang")
    par_ligne: dict[int, list[str]] = {}
    for ligne, code in codes.filter(pl.col("statut") == "observe").select("ligne", "valeur_texte").iter_rows():
        par_ligne.setdefault(ligne, []).append(code)
    for rang, poste in enumerate(enregistrements(depot / "anct/adultes_relais" / fichier), start=1):
        publie = poste.get("code_cv", "")
        attendus = (
            [publie] if publie.startswith("CN") else [publie[i : i + 5] for i in range(0, len(publie), 5)]
        )  # fmt: skip
        assert par_ligne.get(rang, []) == attendus
    assert sum(len(liste) == 2 for liste in par_ligne.values()) == COLLES[annee]
    sans_contrat = codes.filter(pl.col("statut") == "non_diffuse").height
    assert sans_contrat == (52 if annee == 2023 else 0)


def test_le_montant_d_un_adulte_relais_est_un_cout_unitaire(donnees_depot: Path) -> None:
    for annee, cout in COUTS.items():
        montants = cellules(donnees_depot, "anct.adultes_relais", "montant", f"adulte-relais-{annee}.json")
        assert montants["valeur"].unique().to_list() == [cout]


def test_un_poste_de_2024_repete_sert_deux_contrats_ou_change_d_etablissement(donnees_depot: Path) -> None:
    """228 posts take two rows in 2024: 219 serve two contracts, 9 have two establishments of one employer."""
    codes = cellules(donnees_depot, "anct.adultes_relais", "codes_contrats", "adulte-relais-2024.json")
    repetes = codes.filter(pl.col("code_territoire").is_duplicated())
    assert (repetes.height, repetes["code_territoire"].n_unique()) == (456, 228)
    par_poste = repetes.group_by("code_territoire").agg(pl.col("valeur_texte").n_unique())
    assert Counter(par_poste["valeur_texte"]) == {2: 219, 1: 9}


# --- cités, NPNRU -------------------------------------------------------------------------------------------------------


def test_une_cite_educative_n_est_gardee_qu_avec_ses_quartiers(donnees_depot: Path, depot: Path) -> None:
    brut = entites(depot / "anct/cites_educatives/citeduc.geojson")
    listes = [re.findall(r"\((QP\w{6})\)", e["properties"]["liste_geo"]) for e in brut]
    assert sorts(donnees_depot, "anct.cites_educatives") == {"retenue": 208, "exclue": 208}
    codes = cellules(donnees_depot, "anct.cites_educatives", "codes_qpv_2015").sort("ligne", "rang")
    assert codes["valeur_texte"].to_list() == [code for liste in listes for code in liste]
    assert codes["valeur_texte"].n_unique() == 378
    assert codes["code_territoire"].n_unique() == 208
    # 479 mentions of 378 quartiers: 47 cités repeat a code of theirs, and a quartier may belong to several cités.
    assert codes.height == 479
    repetees = codes.filter(pl.struct("code_territoire", "valeur_texte").is_duplicated())
    assert repetees["code_territoire"].n_unique() == 47
    exclues = couche(donnees_depot, "anct.cites_educatives", "lignes").filter(pl.col("sort") == "exclue")
    assert exclues["motif"].unique().to_list() == ["cité décrite par elle-même, reprise ailleurs avec ses quartiers"]


def test_les_cites_de_l_emploi_nomment_527_quartiers(donnees_depot: Path, depot: Path) -> None:
    brut = entites(depot / "anct/cites_emploi/cde.geojson")
    attendus = [code for e in brut for code in re.findall(r"QP\d\w{5}", e["properties"]["liste_geo"])]
    codes = cellules(donnees_depot, "anct.cites_emploi", "codes_qpv_2015").sort("ligne", "rang")
    assert codes["valeur_texte"].to_list() == attendus
    assert (codes["code_territoire"].n_unique(), codes["valeur_texte"].n_unique()) == (84, 527)


def test_le_npnru_compte_448_quartiers_dont_22_normands(donnees_depot: Path, depot: Path) -> None:
    publies = (depot / "anru/npnru/npnru_qp2015_codes.csv").read_text(encoding="utf-8").split()[1:]
    lus = couche(donnees_depot, "anru.npnru", "lignes")
    assert lus["code_territoire"].to_list() == publies
    assert lus.height == lus["code_territoire"].n_unique() == 448
    assert set(lus["zonage"]) == {"2015"}
    assert sum(departement(code) in NORMANDIE for code in publies) == 22


# --- places -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edition", "nombre", "itinerants", "par_departement", "par_commune"),
    [
        ("20221201", 2683, 288, (42, 31, 35, 29, 38), (42, 31, 35, 29, 38)),
        # The bus of the Eure is run from Rouen: counted in the Eure by its département, in Seine-Maritime by its commune.
        ("20240801", 2845, 134 + 29, (45, 32, 38, 31, 39), (45, 31, 38, 31, 40)),
    ],
)
def test_les_france_services_de_normandie(
    donnees_depot: Path,
    depot: Path,
    edition: str,
    nombre: int,
    itinerants: int,
    par_departement: tuple[int, ...],
    par_commune: tuple[int, ...],
) -> None:
    fichier, brut = f"liste-fs-{edition}.csv", structures(depot, edition)
    assert sorts(donnees_depot, "anct.france_services", fichier) == {"retenue": nombre}
    departements = Counter(cellules(donnees_depot, "anct.france_services", "code_departement", fichier)["valeur_texte"])
    assert tuple(departements[d] for d in NORMANDIE) == par_departement
    communes = cellules(donnees_depot, "anct.france_services", "code_commune", fichier)
    vus = Counter(code[:2] for code in communes["valeur_texte"].drop_nulls())
    assert tuple(vus[d] for d in NORMANDIE) == par_commune
    # The raw layer keeps the published cells, whatever is made of them.
    brutes = pl.read_parquet(next((donnees_depot / "raw/anct/france_services").glob(f"*/{fichier}.parquet")))
    assert tuple(Counter(brutes["insee_dep"])[d] for d in NORMANDIE) == par_departement
    colonne = "itinerance" if edition == "20221201" else "format_structure"
    valeurs = cellules(donnees_depot, "anct.france_services", colonne, fichier)["valeur_texte"]
    assert valeurs.is_in(["oui", "Bus_équivalent", "Itinérante"]).sum() == itinerants
    antennes = cellules(donnees_depot, "anct.france_services", "type_structure", fichier)["valeur_texte"]
    publiees = Counter(s.get("type_fs") or s["format_fs"] for s in brut)
    assert Counter(antennes) == {
        "antenne": publiees["Antenne"],
        "principal": publiees["Principal"] + publiees["Site principal"],
    }


def test_une_structure_sans_commune_ni_position_le_dit(donnees_depot: Path, depot: Path) -> None:
    """26 empty cells and one « 0null » in 2022, 30 rows without coordinates; neither becomes a commune or a zero."""
    brut = structures(depot, "20221201")
    communes = cellules(donnees_depot, "anct.france_services", "code_commune", "liste-fs-20221201.csv")
    absentes = communes.filter(pl.col("statut") == "non_diffuse")["code_territoire"].to_list()
    assert sorted(absentes) == sorted(s["id_fs"] for s in brut if s["insee_com"] in ("", "0null"))
    assert len(absentes) == 27
    for axe in ("longitude", "latitude"):
        lues = cellules(donnees_depot, "anct.france_services", axe, "liste-fs-20221201.csv")
        assert lues.filter(pl.col("statut") == "non_diffuse").height == sum(s[axe] == "" for s in brut) == 30
        assert lues.filter(pl.col("statut") != "observe")["valeur"].null_count() == 30
    assert couche(donnees_depot, "anct.france_services", "quarantaine").height == 0


def test_les_lieux_de_juillet_2022_ont_tous_une_position_et_une_date(donnees_depot: Path, depot: Path) -> None:
    fichier = "lieux-de-mediation-numerique.cnfs.json"
    brut = enregistrements(depot / "anct/lieux_mediation_numerique" / fichier)
    assert sorts(donnees_depot, "anct.lieux_mediation_numerique", fichier) == {"retenue": len(brut)}
    assert len(brut) == 2733
    for variable, cle in (("longitude", "longitude"), ("latitude", "latitude")):
        lues = cellules(donnees_depot, "anct.lieux_mediation_numerique", variable, fichier).sort("ligne")
        assert lues["valeur"].to_list() == [lieu[cle] for lieu in brut]
    dates = cellules(donnees_depot, "anct.lieux_mediation_numerique", "date_maj", fichier)["valeur_texte"]
    assert (dates.min(), dates.max(), dates.null_count()) == ("2022-04-15", "2022-07-06", 0)
    dispositifs = cellules(donnees_depot, "anct.lieux_mediation_numerique", "dispositifs_nationaux", fichier)
    assert dispositifs["valeur_texte"].str.contains("France Services").sum() == 608 + 51


def test_ni_contact_ni_horaire_n_entre_dans_la_couche_brute(donnees_depot: Path) -> None:
    attendues = {"lib_fs", "insee_com", "latitude", "format_fs", "adresse"}
    colonnes = colonnes_brutes(donnees_depot, "anct.france_services")
    assert attendues <= colonnes
    assert not [c for c in colonnes if c in ("mail", "telephone", "commentaire") or c.startswith("h_")]
    colonnes = colonnes_brutes(donnees_depot, "anct.lieux_mediation_numerique")
    assert {"nom", "commune", "services", "date_maj"} <= colonnes
    assert not colonnes & {"courriel", "telephone", "horaires", "site_web"}
