"""Parquet, SDMX-ML, workbooks with titles, csv without header, nested JSON: to text, and what they refuse.

Belongs here: small files written by the test in formats that only some publishers use.
Does not belong here: csv, JSON, shapefiles and containers in general (test_read), byte checks (test_verify).
"""

from __future__ import annotations

import io
import json
import re
from datetime import date
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from ingestion.catalogue import Lecture
from ingestion.demo.formats import classeur_xlsx
from ingestion.read import ErreurLecture, lire
from ingestion.verify import ErreurOctets, verifier

PARQUET = Lecture(format="parquet")
SDMX = Lecture(format="sdmx")


def parquet(**colonnes: Any) -> bytes:
    tampon = io.BytesIO()
    pq.write_table(pa.table(colonnes), tampon)
    return tampon.getvalue()


def lignes(cadre: pl.DataFrame) -> list[tuple[Any, ...]]:
    return cadre.drop("_ligne").rows()


# --- Parquet ------------------------------------------------------------------------------------------------------------


def test_un_parquet_devient_du_texte_sans_perte() -> None:
    contenu = parquet(
        code=["01004", None],
        siret=pa.array([81157144700010.0, None], pa.float64()),
        taux=pa.array([0.1, -0.0], pa.float64()),
        ouvert=[True, False],
        jour=[date(2024, 8, 1), None],
        n=pa.array([2023, 7], pa.int64()),
    )
    verifier(contenu, "f.parquet", PARQUET)
    cadre = lire(contenu, "f.parquet", PARQUET)
    assert cadre.columns == ["code", "siret", "taux", "ouvert", "jour", "n", "_ligne"]
    assert lignes(cadre) == [
        ("01004", "81157144700010", "0.1", "true", "2024-08-01", "2023"),
        ("", "", "-0", "false", "", "7"),
    ]


def test_les_points_wkb_donnent_longitude_et_latitude() -> None:
    contenu = parquet(uai=["A", "B"], geometry=[shapely.to_wkb(shapely.Point(1.498181, 43.662996)), None])
    cadre = lire(contenu, "f.parquet", PARQUET)
    assert cadre.select("uai", "_longitude", "_latitude", "_crs").rows() == [
        ("A", "1.498181", "43.662996", "EPSG:4326"),
        ("B", "", "", "EPSG:4326"),
    ]


def test_une_colonne_binaire_qui_n_est_pas_une_geometrie_est_refusee() -> None:
    with pytest.raises(ErreurLecture, match="« photo » ne contient pas des géométries WKB"):
        lire(parquet(photo=[b"\x89PNG"]), "f.parquet", PARQUET)


@pytest.mark.panne("F9", attendu="a broken Parquet refused before it is read")
@pytest.mark.parametrize(
    ("casser", "phrase"),
    [
        (lambda c: c[: len(c) // 2], "s'arrête avant sa fin"),
        (lambda _: b"<html><body>Erreur</body></html>", "une page HTML"),
        (lambda c: c[:-8] + b"\xff\xff\xff\x0f" + c[-4:], "un pied de"),
    ],
)
def test_un_parquet_casse_est_refuse_avant_d_etre_lu(casser: Any, phrase: str) -> None:
    with pytest.raises(ErreurOctets, match=phrase):
        verifier(casser(parquet(a=["1"])), "f.parquet", PARQUET)


def test_un_parquet_dont_le_corps_est_abime_est_une_phrase() -> None:
    contenu = parquet(a=["1"])
    casse = contenu[:4] + b"\xff" * 20 + contenu[24:]
    with pytest.raises(ErreurLecture, match="fichier Parquet illisible"):
        lire(casse, "f.parquet", PARQUET)


@pytest.mark.parametrize("taille_de_lot", [1, 2, 65_536])
def test_seules_les_lignes_demandees_sont_lues_avec_leur_rang(
    monkeypatch: pytest.MonkeyPatch, taille_de_lot: int
) -> None:
    """One of the two filters is enough, and the rank stays that of the whole file, whatever the batches."""
    lots = pq.ParquetFile.iter_batches
    monkeypatch.setattr(pq.ParquetFile, "iter_batches", lambda f: lots(f, batch_size=taille_de_lot))
    contenu = parquet(
        siret=["1", "2", "3", "4"],
        qp24=["HZ", "QN01401M", None, "CSZ"],
        qp15=["QP014001", "HZ", "HZ", "CSZ"],
        n=pa.array([1, 2, 3, 4], pa.int64()),
    )
    lecture = Lecture(format="parquet", seulement={"qp24": "^QN", "qp15": "^QP"})
    cadre = lire(contenu, "f.parquet", lecture)
    assert cadre.select("siret", "n", "_ligne").rows() == [("1", "1", 1), ("2", "2", 2)]
    troisieme = lire(contenu, "f.parquet", Lecture(format="parquet", seulement={"n": "^3$"}))
    assert troisieme.select("siret", "_ligne").rows() == [("3", 3)]


def test_le_filtre_vaut_pour_tous_les_formats() -> None:
    lecture = Lecture(format="csv", seulement={"TYPEQU": "^D10[68]$"})
    cadre = lire(b"TYPEQU;N\nD106;1\nA203;2\nD108;3\n", "f.csv", lecture)
    assert cadre.rows() == [("D106", "1", 2), ("D108", "3", 4)]


@pytest.mark.parametrize(
    ("filtre", "phrase"),
    [({"qp24": "^QN"}, "aucune ligne ne répond à « qp24 ~ ^QN »"), ({"qp25": "^QN"}, "filtre introuvable : qp25")],
)
@pytest.mark.parametrize("sorte", ["parquet", "csv"])
def test_un_filtre_qui_ne_garde_rien_est_une_phrase(filtre: dict[str, str], phrase: str, sorte: Any) -> None:
    contenu = parquet(qp24=["HZ"]) if sorte == "parquet" else b"qp24\nHZ\n"
    with pytest.raises(ErreurLecture, match=re.escape(phrase)):
        lire(contenu, "f", Lecture(format=sorte, seulement=filtre))


# --- SDMX-ML --------------------------------------------------------------------------------------------------------------

SERIE = """<?xml version="1.0" encoding="UTF-8"?>
<message:StructureSpecificData xmlns:message="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message">
<message:DataSet><Series IDBANK="001688527" FREQ="T">
<Obs TIME_PERIOD="2024-Q2" OBS_VALUE="7.3" OBS_STATUS="A"/><Obs TIME_PERIOD="2024-Q1" OBS_VALUE="7.5"/>
</Series><Series IDBANK="001688526"><Obs TIME_PERIOD="2024-Q2" OBS_VALUE="7.1"/></Series>
</message:DataSet></message:StructureSpecificData>"""


def test_chaque_observation_porte_sa_serie() -> None:
    verifier(SERIE.encode(), "bdm.xml", SDMX)
    cadre = lire(SERIE.encode(), "bdm.xml", SDMX)
    assert cadre.select("IDBANK", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS").rows() == [
        ("001688527", "2024-Q2", "7.3", "A"),
        ("001688527", "2024-Q1", "7.5", ""),
        ("001688526", "2024-Q2", "7.1", ""),
    ]


BOMBE = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "cccc"><!ENTITY d "&b;&b;&b;">]><a>&d;</a>'


@pytest.mark.parametrize(
    ("document", "phrase"),
    [
        (SERIE.replace("Obs ", "Autre "), "aucune observation"),
        (SERIE.replace("</Series>", "", 1), "document XML illisible"),
        (BOMBE, "entités XML"),
    ],
)
def test_un_sdmx_illisible_est_une_phrase(document: str, phrase: str) -> None:
    with pytest.raises(ErreurLecture, match=phrase):
        lire(document.encode(), "bdm.xml", SDMX)


@pytest.mark.parametrize(
    ("document", "phrase"),
    [
        ("<!DOCTYPE html><html><body>Maintenance</body></html>", "une page HTML"),
        ('{"error": "x"}', "un document JSON"),
        (SERIE[:200], "s'arrête avant sa fin"),
    ],
)
def test_ce_qui_n_est_pas_du_sdmx_est_refuse(document: str, phrase: str) -> None:
    with pytest.raises(ErreurOctets, match=phrase):
        verifier(document.encode(), "bdm.xml", SDMX)


# --- csv, workbooks, JSON ---------------------------------------------------------------------------------------------------


def test_un_csv_sans_entete_recoit_les_noms_de_la_fiche() -> None:
    lecture = Lecture(format="csv", colonnes=["nature", "finess", "raison"], premiere_ligne=2)
    cadre = lire(b'finess;etalab;96;2020-03-04\nstructure;140000001;"CHU ; Caen"\n', "finess.csv", lecture)
    assert cadre.rows() == [("structure", "140000001", "CHU ; Caen", 2)]


def test_l_entete_d_un_classeur_se_trouve_par_une_cellule() -> None:
    rangees = [["Source : Drees"], [None], ["Code commune INSEE ", "APL"], ["14118", 3.2], ["01004", 2]]
    contenu = classeur_xlsx({"APL 2024": rangees})
    assert contenu == classeur_xlsx({"APL 2024": rangees})
    verifier(contenu, "apl.xlsx", Lecture(format="xls"))
    cadre = lire(contenu, "apl.xlsx", Lecture(format="xls", entete_par="code commune insee"))
    assert cadre.rows() == [("14118", "3.2", 4), ("01004", "2", 5)]
    with pytest.raises(ErreurLecture, match="« Code IRIS »"):
        lire(contenu, "apl.xlsx", Lecture(format="xls", entete_par="Code IRIS"))


def test_les_champs_d_un_enregistrement_d_api_se_lisent_par_leur_chemin() -> None:
    document = json.dumps([{"links": [], "record": {"id": "x", "fields": {"uai": "0490001A", "ips": "98.5"}}}])
    lecture = Lecture(format="json", champs="record.fields")
    assert lire(document.encode(), "ips.json", lecture).rows() == [("0490001A", "98.5", 1)]
    with pytest.raises(ErreurLecture, match=r"enregistrement 1 : pas de champs sous « record.champs »"):
        lire(document.encode(), "ips.json", Lecture(format="json", champs="record.champs"))


def test_un_objet_de_chiffres_s_aplatit() -> None:
    document = {"meta": {}, "communes": {"01001": {"pop": 860, "ind": {"vols": 2.5}}, "01002": {"pop": 270, "ind": {}}}}
    lecture = Lecture(format="json", enregistrements="communes", cle_objet="code")
    cadre = lire(json.dumps(document).encode(), "f.json", lecture)
    assert cadre.columns == ["code", "pop", "ind.vols", "_ligne"]
    assert cadre.rows() == [("01001", "860", "2.5", 1), ("01002", "270", "", 2)]
