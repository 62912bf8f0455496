"""The demo territory: same bytes every time, identities of the publishers, codes and names that exist nowhere.

Belongs here: what the fictitious files promise by themselves.
Does not belong here: the pipeline run on them (tests/integration), the readers (test_read, test_normalise).
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import fastexcel
import pytest
import yaml

from ingestion.catalogue import Catalogue, ReferencePubliee
from ingestion.demo import ecrire_territoire
from ingestion.demo.formats import csv as ecrire_csv
from ingestion.demo.formats import nombre

BASES = (2017, 2018, 2019, 2021, 2022)
DIPLOMES = ("ABC_INFCAPBEP", "ABC_CAPBEP", "ABC_BAC", "ABC_SUPBAC")
DUREES = ("ABC_DUR1", "ABC_DUR2", "ABC_DUR3", "ABC_DUR4")
ENFANTS = ("ENF_2", "ENF_3_5", "ENF_6_10", "ENF_11_14", "ENF_15_17", "ENF_18_24")
Lignes = list[dict[str, str]]


@pytest.fixture(scope="module")
def territoire(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo deposit, written once."""
    dossier = tmp_path_factory.mktemp("demo")
    ecrire_territoire(dossier)
    return dossier


def tableau(contenu: bytes, separateur: str = ";") -> Lignes:
    """Rows of a csv by column, the aggregate row included."""
    return list(csv.DictReader(io.StringIO(contenu.decode("utf-8-sig"), newline=""), delimiter=separateur))


def lire(chemin: Path, separateur: str = ";") -> Lignes:
    return tableau(chemin.read_bytes(), separateur)


def base(territoire: Path, theme: str, annee: int) -> Lignes:
    """Quartiers of a thematic base, without the aggregate row."""
    jeu = {"IPRO": "qpv_insertion_professionnelle", "DEMO": "qpv_demographie", "REVN": "qpv_revenus"}[theme]
    lignes = lire(territoire / f"insee/{jeu}/{theme}_{annee}.csv")
    return [ligne for ligne in lignes if ligne["CODGEO"] != "Ensemble"]


def valeur(texte: str) -> float | None:
    """Published number: thousands marks removed, decimal comma, None for an empty cell."""
    propre = texte.replace("\u202f", "").replace("\u00a0", "").replace(",", ".")
    return float(propre) if propre else None


def verifier_somme(lignes: Lignes, total: str, parties: tuple[str, ...], *, au_plus: bool = False) -> int:
    """Rows where the total and every part are published, after checking that they add up."""
    verifiees = 0
    for ligne in lignes:
        somme, termes = valeur(ligne[total]), [valeur(ligne[p]) for p in parties]
        if somme is None or None in termes:
            continue
        attendue = round(sum(t for t in termes if t is not None), 1)
        assert attendue <= somme if au_plus else attendue == somme, (ligne["CODGEO"], total, somme, attendue)
        verifiees += 1
    return verifiees


def comparable(nom: str) -> str:
    sans_accents = unicodedata.normalize("NFD", nom).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", " ", sans_accents.lower()).strip()


# --- files --------------------------------------------------------------------------------------------------------------


def test_same_bytes_every_time(territoire: Path, tmp_path: Path) -> None:
    ecrire_territoire(tmp_path)
    empreintes = [
        {
            str(f.relative_to(racine)): hashlib.sha256(f.read_bytes()).hexdigest()
            for f in racine.rglob("*")
            if f.is_file()
        }
        for racine in (territoire, tmp_path)
    ]
    assert empreintes[0] == empreintes[1]


def test_every_declared_file_is_written_and_indexed(territoire: Path) -> None:
    """Every file of the cards, those that nobody has seen included, and no file that no card declares."""
    declares = {fichier.chemin for _, _, fichier in Catalogue().fichiers()}
    ecrits = {str(f.relative_to(territoire)) for f in territoire.rglob("*") if f.is_file()}
    annexes = {"references.yml", "errata.yml", "index.csv"}
    assert ecrits == declares | annexes
    index = lire(territoire / "index.csv", ",")
    assert {ligne["path"] for ligne in index} == ecrits - annexes
    for ligne in index:
        contenu = (territoire / ligne["path"]).read_bytes()
        assert (ligne["bytes"], ligne["sha256"]) == (str(len(contenu)), hashlib.sha256(contenu).hexdigest())


def test_references_are_published_values_that_say_they_are_fictitious(territoire: Path) -> None:
    bruts = yaml.safe_load((territoire / "references.yml").read_text(encoding="utf-8"))
    references = [ReferencePubliee.model_validate(brut) for brut in bruts]
    assert {r.source for r in references} == {"Données fictives de démonstration"}
    assert all(r.url.startswith("https://example.invalid/") for r in references)


def test_numbers_as_the_publishers_write_them() -> None:
    assert nombre(1234567, 0, "\u202f") == "1\u202f234\u202f567"
    assert nombre(-1234.5, 1, "\u202f") == "-1\u202f234,5"
    assert nombre(23.0, 1, zero_final=False) == "23"
    assert nombre(-0.04, 1) == "0,0"
    assert nombre(None) == ""


def test_csv_quotes_a_separator_and_keeps_nameless_columns() -> None:
    assert ecrire_csv([["a", "b"], ["x;y", '1"']], bom=True, colonnes_vides=2, fin_derniere=False) == (
        b'\xef\xbb\xbfa;b;;\r\n"x;y";"1""";;'
    )


def test_headers_follow_the_drift_of_the_publishers(territoire: Path) -> None:
    largeurs = {2017: 256, 2018: 256, 2019: 214, 2021: 226, 2022: 226}
    for annee, largeur in largeurs.items():
        entete = (territoire / f"insee/qpv_insertion_professionnelle/IPRO_{annee}.csv").read_bytes().split(b"\r\n")[0]
        assert entete.startswith(b"\xef\xbb\xbfCODGEO;")
        assert len(entete.split(b";")) == largeur
    filo16 = (territoire / "insee/qpv_filosofi/data_filo16_qp_revdis.csv").read_bytes()
    filo18 = (territoire / "insee/qpv_filosofi/data_filo18_qp_revdis.csv").read_text(encoding="utf-8")
    assert filo16.startswith(b"codgeo;disp_q1_a16;disp_q2_a16")
    assert "DISP_MED_A18" in filo18
    assert "\u00a0" in filo18
    assert not (territoire / "insee/filosofi_references/FILO2017_DISP_COM.csv").exists()
    vides = (territoire / "insee/filosofi_references/FILO2017_DISP_DEP.csv").read_bytes().split(b"\r\n")
    assert all(ligne.endswith(b";" * 69) for ligne in vides)


def test_aggregate_row_up_to_2019_only(territoire: Path) -> None:
    for annee in BASES:
        codes = [
            ligne["CODGEO"] for ligne in lire(territoire / f"insee/qpv_insertion_professionnelle/IPRO_{annee}.csv")
        ]
        assert codes.count("Ensemble") == (1 if annee <= 2019 else 0)


# --- identities -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("annee", BASES)
def test_job_seekers_add_up(territoire: Path, annee: int) -> None:
    lignes = base(territoire, "IPRO", annee)
    for total in ("ABC", "ABCDE", "A", "ABC_RSA", *DUREES):
        assert verifier_somme(lignes, total, (f"{total}_F", f"{total}_H")) > 30
    assert verifier_somme(lignes, "ABC", ("ABC_25", "ABC_2649", "ABC_50")) > 50
    assert verifier_somme(lignes, "ABC", DUREES) > 50
    assert verifier_somme(lignes, "ABC", ("ABC_FR", "ABC_E"), au_plus=True) > 50
    if annee != 2019:
        assert verifier_somme(lignes, "ABC", DIPLOMES, au_plus=True) > 50


@pytest.mark.parametrize("annee", BASES)
def test_households_and_children_of_the_cnaf_add_up(territoire: Path, annee: int) -> None:
    lignes = base(territoire, "DEMO", annee)
    assert verifier_somme(lignes, "A", ("AM", "AI", "ACSSENF", "ACAVENF")) > 50
    assert verifier_somme(lignes, "ENF", ENFANTS) > 50
    allocataires = {ligne["CODGEO"]: ligne["A"] for ligne in lignes}
    communs = [ligne for ligne in base(territoire, "REVN", annee) if ligne["CODGEO"] in allocataires]
    assert len(communs) >= 58
    differents = [ligne for ligne in communs if ligne["A"] != allocataires[ligne["CODGEO"]]]
    # REVN has nothing of the Caf, not even a note, for the quartier covered in part.
    assert {(ligne["CODGEO"], ligne["A"], ligne["NOTE_CNAF"]) for ligne in differents} <= {("QP965005", "", "")}


@pytest.mark.parametrize("annee", BASES)
def test_parts_of_income_add_up_to_100(territoire: Path, annee: int) -> None:
    publiees = 0
    for ligne in base(territoire, "REVN", annee):
        parts = [valeur(ligne[nom]) for nom in ("PACT", "PPEN", "PPSOC", "PIMPOT", "PPAT")]
        if None not in parts:
            assert round(sum(p for p in parts if p is not None), 1) == 100.0
            publiees += 1
    assert publiees >= 54


def test_base_2022_holds_the_incomes_of_filosofi_2018(territoire: Path) -> None:
    filosofi = {ligne["CODGEO"]: ligne for ligne in lire(territoire / "insee/qpv_filosofi/data_filo18_qp_revdis.csv")}
    correspondance = {"DISP_Q2": "DISP_MED_A18", "DISP_D1": "DISP_D1_A18", "TP60": "DISP_TP60_A18"}
    correspondance |= {"PPSOC": "DISP_PPSOC_A18", "NOTE_FILO": "DISP_NOTE_A18"}
    for ligne in base(territoire, "REVN", 2022):
        for colonne, autre in correspondance.items():
            assert valeur(ligne[colonne]) == valeur(filosofi[ligne["CODGEO"]][autre]), (ligne["CODGEO"], colonne)


def test_bases_2017_and_2018_repeat_the_census_of_2010(territoire: Path) -> None:
    classeur = fastexcel.read_excel((territoire / "insee/qpv_recensement_2010/demographie_2010_qpv.xls").read_bytes())
    assert classeur.sheet_names == ["Regions", "Quartiers", "Documentation"]
    brut = classeur.load_sheet("Quartiers", header_row=None, skip_rows=0, dtypes="string").to_polars().rows()
    noms = brut[5]
    rp2010 = {ligne[1]: dict(zip(noms, ligne, strict=True)) for ligne in brut[7:]}
    comptes = 0
    for annee in (2017, 2018):
        for ligne in base(territoire, "IPRO", annee):
            attendu = rp2010.get(ligne["CODGEO"], {}).get("tx_tot_empl")
            assert valeur(ligne["TX_TOT_EMPL"]) == (None if attendu is None else float(attendu))
            comptes += attendu is not None
    assert comptes >= 100


def test_populations_of_2013_and_2018(territoire: Path) -> None:
    classeur = fastexcel.read_excel((territoire / "insee/qpv_population/pop_qp_2013.xls").read_bytes())
    lignes = classeur.load_sheet("pop_qp", header_row=None, skip_rows=0, dtypes="string").to_polars().rows()[9:]
    population_2013 = {ligne[0]: float(ligne[7]) for ligne in lignes}
    assert len(population_2013) == 60
    for annee in (2017, 2018, 2019):
        for ligne in base(territoire, "DEMO", annee):
            assert valeur(ligne["POP_MUN"]) == population_2013[ligne["CODGEO"]]
    en_2018 = [{q["CODGEO"]: q["POP_MUN"] for q in base(territoire, "DEMO", annee)} for annee in (2021, 2022)]
    assert en_2018[0] == en_2018[1]


def test_quartiers_are_poorer_than_the_communes(territoire: Path) -> None:
    communes = [valeur(c["Q218"]) for c in lire(territoire / "insee/filosofi_references/FILO2018_DISP_COM.csv")]
    quartiers = [valeur(q["DISP_Q2"]) for q in base(territoire, "REVN", 2022)]
    assert max(q for q in quartiers if q is not None) < min(c for c in communes if c is not None)


# --- masked cells -----------------------------------------------------------------------------------------------------------


def test_masked_cells_exist_in_every_form(territoire: Path) -> None:
    ipro = base(territoire, "IPRO", 2022)
    assert any(q["NOTE_PE"] == "0" and q["ABC"] and not q["ABC_F"] for q in ipro)
    assert any(q["NOTE_PE"] not in ("", "0") and not q["ABC"] for q in ipro)
    communes = lire(territoire / "insee/communes_filosofi/cc_filosofi_2021_COM.csv")
    assert {"s", "nd"} <= {c["TP6021"] for c in communes}
    zip_2021 = zipfile.ZipFile(territoire / "insee/qpv_filosofi/revenus_pauvrete_2021_qp15_csv.zip")
    qp15 = tableau(zip_2021.read("indic-revenu-disponible-qp15-2021_QP.csv"))
    assert {"0,1", "1", "2", ",", ""} <= {q["DISP_INCERT_A21"] for q in qp15}


@pytest.mark.parametrize("annee", [2017, 2018])
def test_no_total_gives_a_hidden_cell_away(territoire: Path, annee: int) -> None:
    """Aided contracts are few: many cells are below the threshold, and the total would give a lone one away."""
    sommes = {"CA": ("CUI", "EAV"), "CUI": ("CUI_25", "CUI_26A49", "CUI_50"), "EAV": ("EAV_F", "EAV_H")}
    caches_en_tout = 0
    for ligne in base(territoire, "IPRO", annee):
        for total, parties in sommes.items():
            caches = sum(not ligne[p] for p in parties)
            caches_en_tout += caches
            assert not ligne[total] or caches != 1, (ligne["CODGEO"], total)
    assert caches_en_tout > 10


def test_precision_of_the_poverty_rates_of_2021(territoire: Path) -> None:
    zip_2021 = zipfile.ZipFile(territoire / "insee/qpv_filosofi/revenus_pauvrete_2021_qp15_csv.zip")
    for quartier in tableau(zip_2021.read("indic-revenu-disponible-qp15-2021_QP.csv")):
        taux = valeur(quartier["DISP_TP60_A21"])
        if quartier["DISP_INCERT_A21"] == "2":
            assert taux is not None
            assert taux % 2 == 1
        elif quartier["DISP_INCERT_A21"] == "1":
            assert taux is not None
            assert taux == int(taux)


# --- what exists ------------------------------------------------------------------------------------------------------------


def edition_2026(territoire: Path) -> list[dict[str, Any]]:
    document = json.loads(gzip.decompress((territoire / "anct/qpv2024_contours/qpv.json.gz").read_bytes()))
    return list(document["qpvs"])


def test_counts(territoire: Path) -> None:
    assert len({q["code"] for q in edition_2026(territoire)}) == 63
    couches = zipfile.ZipFile(territoire / "anct/qpv2015_contours/qp-politiquedelaville-shp.zip")
    # Number of records: bytes 4 to 7 of a dBASE table, little-endian.
    tables = {nom: int.from_bytes(couches.read(nom)[4:8], "little") for nom in couches.namelist() if nom[-3:] == "dbf"}
    assert tables == {
        "QP_METROPOLEOUTREMER_WGS84_EPSG4326.dbf": 60,
        "QP_METROPOLE_LB93.dbf": 54,
        "QP_POLYNESIEFRANCAISE_WGS84_EPSG4326.dbf": 1,
    }
    assert len(lire(territoire / "insee/cog/departements.csv", ",")) == 5
    assert len(lire(territoire / "insee/cog/regions.csv", ",")) == 1
    epci = {c["epci"] for c in lire(territoire / "insee/cog/epci_commune.csv", ",")} - {"ZZZZZZZZZ"}
    assert len(epci) == 20


def test_a_few_quartiers_of_june_2024_are_gone_in_2026(territoire: Path) -> None:
    document = json.loads((territoire / "anct/qpv2024_contours/qpv2024_simplified.geojson").read_bytes())
    juin = {entite["properties"]["code_qp"] for entite in document["features"]}
    janvier = {q["code"] for q in edition_2026(territoire)}
    assert juin - janvier == {"QN96503M", "QN96504M", "QN96507N"}
    assert {code[-1] for code in janvier} == set("MINC")


def test_each_quartier_lies_in_communes_that_exist(territoire: Path) -> None:
    communes = {
        c["COM"]: c["LIBELLE"] for c in lire(territoire / "insee/cog/communes.csv", ",") if c["TYPECOM"] == "COM"
    }
    assert len(communes) == 120
    assert {code for q in edition_2026(territoire) for code in q["insee"]} <= communes.keys()
    appartenance = lire(territoire / "insee/qpv_appartenance/qpv_info_nom_commune.csv", ",")
    assert {q["insee_com"] for q in appartenance} <= communes.keys()


@pytest.mark.depot
def test_no_code_and_no_commune_of_the_demo_exists(territoire: Path, depot: Path) -> None:
    for nom, colonne in (("communes", "COM"), ("departements", "DEP"), ("regions", "REG")):
        fictifs = {ligne[colonne] for ligne in lire(territoire / f"insee/cog/{nom}.csv", ",")}
        reels = {ligne[colonne] for ligne in lire(depot / f"insee/cog/{nom}.csv", ",")}
        assert fictifs
        assert not fictifs & reels
    libelles = [
        {comparable(ligne["LIBELLE"]) for ligne in lire(racine / "insee/cog/communes.csv", ",")}
        for racine in (territoire, depot)
    ]
    assert not libelles[0] & libelles[1]
    # Former names too: the movements go back to 1943.
    anciens = {
        comparable(m[cote])
        for m in lire(depot / "insee/cog/mouvements-communes.csv", ",")
        for cote in ("LIBELLE_AV", "LIBELLE_AP")
    }
    assert not libelles[0] & anciens
    epci = [{c["epci"] for c in lire(r / "insee/cog/epci_commune.csv", ",")} for r in (territoire, depot)]
    assert epci[0] & epci[1] <= {"ZZZZZZZZZ"}


@pytest.mark.depot
def test_no_quartier_of_the_demo_exists(territoire: Path, depot: Path) -> None:
    codes, libelles = [], []
    for racine in (territoire, depot):
        anciens = lire(racine / "insee/qpv_appartenance/qpv_info_nom_commune.csv", ",")
        nouveaux = edition_2026(racine)
        codes.append({q["code"] for q in anciens} | {q["code"] for q in nouveaux})
        libelles.append({comparable(q["nom_qp"]) for q in anciens} | {comparable(q["label"]) for q in nouveaux})
    assert not codes[0] & codes[1]
    assert not libelles[0] & libelles[1]
