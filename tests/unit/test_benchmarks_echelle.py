"""The generator of synthetic files: the same bytes twice, the shapes that it says, batches that do not depend on the size.

Belongs here: tiny files.
Does not belong here: what is measured on large ones (benchmarks).
"""

from __future__ import annotations

import hashlib
import itertools
import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from benchmarks import echelle, p4_ingestion
from benchmarks.fiches import ingerer
from benchmarks.mesure import a_part, exposant, exposants_entre_deux
from benchmarks.p6_modeles import multiplier


def test_a_file_is_the_beginning_of_a_larger_one(tmp_path: Path) -> None:
    petit, grand = tmp_path / "petit.csv", tmp_path / "grand.csv"
    assert echelle.ecrire(echelle.lots_de_points(150), petit) == 150
    assert echelle.ecrire(echelle.lots_de_points(echelle.LIGNES_PAR_LOT + 10), grand) == echelle.LIGNES_PAR_LOT + 10
    assert grand.read_bytes().startswith(petit.read_bytes())


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(tmp_path: Path) -> None:
    empreintes = []
    for rang, graine in enumerate((1, 1, 2)):
        chemin = tmp_path / f"{rang}.csv"
        echelle.ecrire(echelle.lots_de_points(500, graine), chemin)
        empreintes.append(hashlib.sha256(chemin.read_bytes()).hexdigest())
    assert empreintes[0] == empreintes[1]
    assert empreintes[0] != empreintes[2]


def test_identifiers_follow_one_another_from_batch_to_batch() -> None:
    lots = list(echelle.lots_de_points(echelle.LIGNES_PAR_LOT + 3))
    assert [lot.height for lot in lots] == [echelle.LIGNES_PAR_LOT, 3]
    assert lots[0]["identifiant"][0] == "E000000000"
    assert lots[1]["identifiant"].to_list() == ["E000100000", "E000100001", "E000100002"]
    assert pl.concat(lots)["identifiant"].is_unique().all()


def test_half_of_the_places_gather_around_the_given_centres() -> None:
    points = pl.concat(echelle.lots_de_points(10_000, centres=np.array([[55.5, -21.1]])))
    proches = points.filter((pl.col("longitude") - 55.5).abs() < 0.2, (pl.col("latitude") + 21.1).abs() < 0.2)
    assert proches.height == 5_000


def test_values_have_the_shapes_of_the_published_tables() -> None:
    """1,514 quartiers a vintage; `s`, an empty cell or a number with a comma, in the declared shares."""
    assert sum(1 for _ in echelle.lots_de_valeurs(2)) == 2 * echelle.VINTAGES
    lot = next(itertools.islice(echelle.lots_de_valeurs(1), 3, None))
    assert (lot.height, lot.width) == (1_514, 32)
    assert lot["codgeo"].is_unique().all()
    assert lot["codgeo"].str.contains("^QP[0-9]{6}$").all()
    cellules = lot.unpivot(on=[c for c in lot.columns if c.startswith("indicateur_")])["value"]
    assert cellules.str.contains(r"^(s|[0-9]+,[0-9]|)$").all()
    assert abs((cellules == "s").mean() - 0.10) < 0.01
    assert abs((cellules == "").mean() - 0.05) < 0.01


def test_each_quartier_becomes_several_and_nothing_else_does(tmp_path: Path) -> None:
    ici = tmp_path / "donnees"
    for dossier in (ici / "normalise" / "insee", ici / "spatial"):
        dossier.mkdir(parents=True)
    cellules = pl.DataFrame({"code_territoire": ["QP076001", "76540"], "valeur_texte": ["QN07601M", "QP076001"]})
    cellules.write_parquet(ici / "normalise" / "insee" / "a.csv.cellules.parquet")
    recouvrements = pl.DataFrame({"code_qp2015": ["QP076001"], "code_qn2024": ["QN07601M"], "part": [0.5]})
    recouvrements.write_parquet(ici / "spatial" / "recouvrements.parquet")
    copie = tmp_path / "copie"
    assert multiplier(ici, 3, copie) == 4
    lues = pl.read_parquet(copie / "normalise" / "insee" / "a.csv.cellules.parquet")
    assert sorted(lues.rows()) == [
        ("76540", "QP076001"),
        ("QP076001", "QN07601M"),
        ("QP076001_1", "QN07601M_1"),
        ("QP076001_2", "QN07601M_2"),
    ]
    assert pl.read_parquet(copie / "spatial" / "recouvrements.parquet")["part"].to_list() == [0.5] * 3


def test_an_exponent_is_the_slope_of_the_logarithms() -> None:
    assert exposant([10, 100, 1_000], [3.0, 30.0, 300.0]) == pytest.approx(1.0)
    assert exposant([10, 100], [5.0, 500.0]) == pytest.approx(2.0)
    assert exposant([1, 10, 100], [7.0, 7.0, 7.0]) == pytest.approx(0.0)
    assert exposants_entre_deux([1, 10, 100], [2.0, 2.0, 200.0]) == [0.0, 2.0]


def test_what_is_prepared_apart_is_done_by_another_process() -> None:
    """The peak memory of a process is handed down to the commands that it starts."""
    assert a_part(os.getpid) != os.getpid()
    with pytest.raises(ZeroDivisionError):
        a_part(divmod, 1, 0)


def test_the_cells_that_polars_writes_are_those_of_the_ingestion(tmp_path: Path) -> None:
    fichier, ingere = tmp_path / "lieux.csv", tmp_path / "ingere"
    ingere.mkdir()
    assert echelle.ecrire(echelle.lots_de_points(200), fichier) == 200
    ingerer("points", fichier, ingere)
    p4_ingestion.par_polars_cellules(fichier, tmp_path)
    (typees,) = ingere.rglob("*.cellules.parquet")
    du_projet, de_polars = pl.read_parquet(typees), pl.read_parquet(tmp_path / "cellules.parquet")
    assert sorted(du_projet.columns) == sorted(de_polars.columns)
    assert du_projet.height == 200 * 5
    cles = ["ligne", "variable"]
    portes = [*cles, "code_territoire", "colonne_source", "valeur", "valeur_texte", "statut"]
    assert de_polars.select(portes).sort(cles).equals(du_projet.select(portes).sort(cles))


def test_values_of_quartiers_are_ingested_without_a_loss(tmp_path: Path) -> None:
    """One vintage of 1,514 quartiers: every cell is a figure, a mark of secret or an empty cell of the file."""
    fichier, ingere = tmp_path / "valeurs.csv", tmp_path / "ingere"
    ingere.mkdir()
    publiees = next(echelle.lots_de_valeurs(1))
    assert echelle.ecrire(iter([publiees]), fichier) == 1_514
    ingerer("valeurs", fichier, ingere)
    (typees,) = ingere.rglob("*.cellules.parquet")
    lues = dict(pl.read_parquet(typees).group_by("statut").len().iter_rows())
    textes = publiees.unpivot(index=["codgeo", "millesime"])["value"]
    marques, vides = int((textes == "s").sum()), int((textes == "").sum())
    assert min(marques, vides) > 1_000
    assert lues == {"observe": 1_514 * 30 - marques - vides, "secret": marques, "non_diffuse": vides}
    (quarantaine,) = ingere.rglob("*.quarantaine.parquet")
    assert pl.read_parquet(quarantaine).height == 0
