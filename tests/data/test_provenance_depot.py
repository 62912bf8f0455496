"""Figures drawn at random are recomputed from the published bytes that their provenance names (story D2).

Belongs here: from the release alone to the file of the deposit of the same checksum, its column, its row, the same number.
Does not belong here: the words of the command (integration/test_cli_demo), figures chosen by hand (the other files).
"""

from __future__ import annotations

import csv
import io
import random
import re
from pathlib import Path

import duckdb
import pytest

from publication.provenance import Provenance, provenance

pytestmark = pytest.mark.depot

CODE = re.compile(r"Q[PN]\w{6}")
TIRES = 20
# Several times more than are kept: a figure made of places, or of three columns, is not one cell of a table.
ESSAYES = 300
# A share, a rate, or how many times more.
FACTEURS = (1, 100, 1_000, 10_000)


def lire(chemin: Path) -> list[dict[str, str]]:
    """The rows of a published CSV, by Python's own reader; the file is in UTF-8, otherwise in Latin-1."""
    octets = chemin.read_bytes()
    try:
        texte = octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        texte = octets.decode("latin-1")
    separateur = max(";,", key=texte.partition("\n")[0].count)
    return list(csv.DictReader(io.StringIO(texte), delimiter=separateur))


def nombre(texte: str) -> float:
    return float("".join(texte.split()).replace(",", "."))


def cellules(trace: Provenance, chemin: Path) -> list[float]:
    """The cells that the provenance names; none when the file has not one row per quartier (places, one row per year)."""
    toutes = lire(chemin)
    lignes = [ligne for ligne in toutes if trace.code_territoire in ligne.values()]
    if len(lignes) != 1:
        codes = [c for ligne in toutes for c in ligne.values() if c and CODE.fullmatch(c)]
        assert len(set(codes)) < len(codes) or not codes, f"{chemin.name}: no row for {trace.code_territoire}"
        return []
    colonnes = [colonne.partition("\u00a0: ")[2] for colonne in trace.colonnes]
    return [nombre(lignes[0][colonne]) for colonne in colonnes if colonne in lignes[0]]


def test_vingt_chiffres_tires_au_hasard_se_recalculent(depot: Path, release_depot: Path) -> None:
    with (depot / "index.csv").open(encoding="utf-8") as flux:
        fichiers = {ligne["sha256"]: depot / ligne["path"] for ligne in csv.DictReader(flux)}
    publies = duckdb.execute(
        "select code_territoire, indicateur, periode, zonage, numerateur, denominateur from read_parquet(?) "
        "where niveau = 'qpv' and statut = 'observe' order by all",
        [str(release_depot / "tables" / "valeurs.parquet")],
    ).fetchall()
    # Each content draws its own figures, and the same content always the same ones.
    hasard = random.Random(release_depot.name.partition("-")[2])
    recalcules = 0
    for code, indicateur, periode, zonage, numerateur, denominateur in hasard.sample(publies, ESSAYES):
        (trace,) = [t for t in provenance(release_depot, code, indicateur, periode) if t.zonage == zonage]
        if len(trace.fichiers) != 1 or not trace.fichiers[0].fichier.lower().endswith(".csv"):
            continue
        lues = cellules(trace, fichiers[trace.fichiers[0].empreinte_sha256])
        if len(lues) == 1 and numerateur is None:
            assert trace.valeur == lues[0], trace
        elif len(lues) == 2 and numerateur is not None:
            assert (numerateur, denominateur) == tuple(lues), trace
            assert trace.valeur in [pytest.approx(f * lues[0] / lues[1], rel=1e-12) for f in FACTEURS], trace
        else:
            continue
        recalcules += 1
        if recalcules == TIRES:
            return
    pytest.fail(f"{recalcules} figures recomputed out of {ESSAYES} drawn, {TIRES} are wanted")
