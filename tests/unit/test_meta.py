"""An archive that nobody has seen before: read by the declared candidates, otherwise refused with what it holds.

Belongs here: invented archives in the layout expected of Insee, one trait each.
Does not belong here: containers and columns in general (test_read, test_columns).
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from ingestion.acquire import SourceDepot
from ingestion.catalogue import Catalogue
from ingestion.demo.formats import archive, csv
from ingestion.ingest import BilanFichier, ingerer_jeu
from ingestion.meta import ce_que_dit_l_archive, variables

DEFM = Catalogue().jeux["insee.qpv2024_defm"]
CHEMIN = DEFM.millesimes[0].fichiers[0].chemin
COLONNES = ["CODGEO", "NOTE", "ABCDE", "ABC", "A", "ABC_F", "ABC_25", "ABC_50", "ABC_DUR3", "ABC_DUR4"]
META = [
    ["COD_VAR", "LIB_VAR", "COD_MOD", "LIB_MOD"],
    ["ABC", "Demandeurs d'emploi A, B, C", "", ""],
    ["NOTE", "Note", "0", "Diffusé"],
]


def ingerer(dossier: Path, membres: dict[str, bytes]) -> BilanFichier:
    chemin = dossier / "depot" / CHEMIN
    chemin.parent.mkdir(parents=True)
    chemin.write_bytes(archive(membres, (2026, 1, 1)))
    return ingerer_jeu(DEFM, SourceDepot(dossier / "depot"), dossier / "data", lambda: datetime.now(UTC)).fichiers[0]


def donnees(colonnes: list[str]) -> bytes:
    valeurs = ["QN96101M", "0", *[str(rang) for rang in range(2, len(colonnes))]]
    return csv([colonnes, valeurs], bom=True)


def test_les_noms_attendus_se_lisent_sans_toucher_au_code(tmp_path: Path) -> None:
    fichier = ingerer(
        tmp_path, {"data_DEFM2024_QP.csv": donnees(COLONNES), "meta_DEFM2024_QP.csv": csv(META, bom=True)}
    )
    assert (fichier.statut, fichier.nb_retenues, fichier.message) == ("a_jour", 1, "")
    cellules = pl.read_parquet(next((tmp_path / "data" / "normalise").rglob("*.cellules.parquet")))
    # Rank of the column, from 2: ABCDE, ABC, A…
    assert cellules.filter(pl.col("variable") == "defm_abc")["valeur"].to_list() == [3.0]


def test_les_minuscules_de_l_ancienne_publication_se_lisent_aussi(tmp_path: Path) -> None:
    fichier = ingerer(tmp_path, {"data_DEFM2024_QP.csv": donnees([c.lower() for c in COLONNES])})
    assert fichier.statut == "a_jour"


def test_une_colonne_renommee_s_arrete_en_disant_tout_ce_qu_elle_a_trouve(tmp_path: Path) -> None:
    renommees = ["DE_ABC" if c == "ABC" else c for c in COLONNES]
    meta = [META[0], ["DE_ABC", "Demandeurs d'emploi des catégories A, B et C", "", ""]]
    fichier = ingerer(tmp_path, {"data_DEFM2024_QP.csv": donnees(renommees), "meta_DEFM2024_QP.csv": csv(meta)})
    assert (fichier.statut, fichier.en_service) == ("en_echec", False)
    for morceau in (
        "defm_abc ← ABC", "DE_ABC", "Ajouter le nouveau nom aux candidats de la fiche",
        "L'archive contient data_DEFM2024_QP.csv, meta_DEFM2024_QP.csv.",
        "DE_ABC = Demandeurs d'emploi des catégories A, B et C",
    ):  # fmt: skip
        assert morceau in fichier.message


@pytest.mark.parametrize(
    "noms", [["data_DEFM2024_COM.csv"], ["data_DEFM2024_QP.csv", "data_DEFM2024_QPV.csv"]], ids=["aucun", "plusieurs"]
)
def test_un_membre_introuvable_ou_ambigu_les_nomme_tous(tmp_path: Path, noms: list[str]) -> None:
    fichier = ingerer(tmp_path, dict.fromkeys([*noms, "meta_x.csv"], donnees(COLONNES)))
    assert fichier.statut == "en_echec"
    for nom in noms:
        assert nom in fichier.message


@pytest.mark.panne("F14", attendu="a description in cp1252 is read")
def test_une_description_en_cp1252_se_lit() -> None:
    texte = "COD_VAR;LIB_VAR;COD_MOD;LIB_MOD\r\nA;Catégorie A;;\r\nA;Catégorie A;1;oui\r\n;;2;non\r\n"
    assert variables(texte.encode("cp1252")) == {"A": "Catégorie A"}
    assert variables(b"a;b\r\n1;2\r\n") == {}


def test_ce_qui_n_est_pas_une_archive_ne_dit_rien() -> None:
    assert ce_que_dit_l_archive(b"CODGEO;ABC") == ""
    assert "tronquée" in ce_que_dit_l_archive(b"PK\x03\x04 coupe")
