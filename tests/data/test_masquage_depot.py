"""Every empty cell of the published files of quartiers is a status in the warehouse, and none became a number.

Belongs here: blanks counted in the published text, statuses counted in `fct_valeurs`, side by side.
Does not belong here: which status a blank gets (tests/unit, normalise).
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path

import duckdb
import pytest

from ingestion.catalogue import Catalogue, Fichier, Indicateur, Jeu, Millesime
from ingestion.periods import annee

pytestmark = pytest.mark.depot
JEUX = (
    "insee.qpv_insertion_professionnelle",
    "insee.qpv_demographie",
    "insee.qpv_revenus",
    "insee.qpv_filosofi",
    "insee.qpv2024_estimations_demographiques",
    "insee.qpv2024_filosofi",
)
# The 42 codes of Mayotte of June 2024 are in quarantine: their rows are published by nobody.
CODE = re.compile(r"QP|QN(?!976\d{2}[MN])")
VIDES = {"", ","}
# Their numerator and denominator are in two files, or they are counted over two vintages.
DEUX_FICHIERS = {
    "defm_abc_pour_100_hab",
    "indice_defm_abc",
    "evolution_population_2013_2018",
    "densite_population",
    "epci_qpv_unique",
    "nb_qpv_epci",
}


def lignes_publiees(depot: Path, fichier: Fichier) -> list[dict[str, str]]:
    """Rows of quartiers as text, under the published names in lower case."""
    contenu = (depot / fichier.chemin).read_bytes()
    if contenu[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
            contenu = archive.read(next(nom for nom in archive.namelist() if nom.endswith("_QP.csv")))
    entete, *lignes = csv.reader(io.StringIO(contenu.decode("utf-8-sig")), delimiter=";")
    noms = [nom.strip().lower() for nom in entete]
    lues = [dict(zip(noms, ligne, strict=False)) for ligne in lignes if ligne]
    return [ligne for ligne in lues if CODE.match(ligne[noms[0]])]


def colonnes(indicateur: Indicateur, jeu: Jeu, millesime: Millesime, entete: set[str]) -> list[str]:
    """Published columns behind an indicator in this file, in lower case; empty when it is not read from it."""
    for bloc in jeu.blocs:
        if indicateur.indicateur in bloc.variables and bloc.nom in millesime.periodes:
            an = annee(millesime.periodes[bloc.nom]) if "{aa" in str(bloc.variables[indicateur.indicateur]) else ""
            noms = [c.format(aa=an[-2:], aaaa=an).lower() for c in bloc.variables[indicateur.indicateur].colonnes]
            if trouvees := [nom for nom in noms if nom in entete]:
                return trouvees[:1]
    lues = [c.lower() for source in indicateur.sources if source.jeu == jeu.jeu for c in source.colonnes]
    return [c for c in lues if c in entete]


def test_chaque_cellule_vide_a_un_statut(depot: Path, entrepot_depot: duckdb.DuckDBPyConnection) -> None:
    """For each indicator and each file it is published from: as many masked rows as blanks, no zero among them."""
    catalogue, ecarts, compares = Catalogue(), [], 0
    for jeu in (catalogue.jeux[nom] for nom in JEUX):
        for millesime in jeu.millesimes:
            lignes = lignes_publiees(depot, millesime.fichiers[0])
            for indicateur in catalogue.indicateurs.values():
                noms = colonnes(indicateur, jeu, millesime, set(lignes[0]))
                publiees = entrepot_depot.execute(
                    """
                    select count(*), count(*) filter (where statut in ('secret', 'non_diffuse'))
                    from fct_valeurs
                    where niveau = 'qpv' and jeu = ? and millesime = ? and indicateur = ? and empreinte_sha256 is not null
                    """,
                    [jeu.jeu, millesime.millesime, indicateur.indicateur],
                ).fetchall()[0]
                # Another file carries these cells first, or the indicator joins two files.
                if not noms or publiees[0] == 0 or indicateur.indicateur in DEUX_FICHIERS:
                    continue
                vides = sum(any(ligne[nom].strip() in VIDES for nom in noms) for ligne in lignes)
                compares += 1
                if publiees[1] != vides:
                    ecarts.append((jeu.jeu, millesime.millesime, indicateur.indicateur, noms, vides, publiees))
    assert compares > 100
    assert ecarts == []


def test_aucune_valeur_masquee_n_est_un_nombre(entrepot_depot: duckdb.DuckDBPyConnection) -> None:
    assert entrepot_depot.execute(
        "select count(*) from fct_valeurs where statut not in ('observe', 'partiel') and valeur is not null"
    ).fetchall() == [(0,)]
