"""A file larger than a batch: same rows as in one batch, one place for all its layers, nothing left when it is refused.

Belongs here: CSV files of some megabytes written here.
Does not belong here: the reading itself (test_read), small files (test_ingest).
"""

from __future__ import annotations

import weakref
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest
from fiche_essai import bloc, fiche

import ingestion.ingest
import ingestion.normalise
from ingestion.acquire import SourceDepot
from ingestion.catalogue import Cle, Fichier, Jeu, Millesime, Variable
from ingestion.ingest import ingerer_jeu
from ingestion.normalise import cellules_par_ligne, tranches
from ingestion.parquet import chemin_vide, ouvrir_ensemble
from ingestion.read_csv import MORCEAU
from ingestion.rows import se_decident_seules

LARGEUR = 400
LIGNES = 2 * MORCEAU // LARGEUR + 1_000


def lieux(**cle: Any) -> Jeu:
    """A card of places: one value per row, told apart by the rule of its key."""
    declare = Fichier(fichier="lieux.csv", chemin="insee/essai/lieux.csv", statut_url="a_confirmer")
    return fiche(
        [bloc({"effectif": Variable(colonnes=["effectif"], type="effectif")})],
        {},
        zonage="",
        niveau="commune",
        cle=Cle(colonnes=["identifiant"], type="identifiant", **cle),
        millesimes=[Millesime(millesime="2022", periodes={"filosofi": "2022"}, fichiers=[declare])],
    )


def deposer(racine: Path, fin: str = "") -> None:
    """Two batches and a little more: row `i` is worth `i % 1000`, one in ten thousand is masked."""
    chemin = racine / "insee" / "essai" / "lieux.csv"
    chemin.parent.mkdir(parents=True)
    with chemin.open("w", encoding="utf-8") as flux:
        flux.write("identifiant;effectif;libelle\n")
        for i in range(LIGNES):
            flux.write(f"E{i:08d};{'illisible' if i % 10_000 == 7 else i % 1000};{'é' * (LARGEUR // 2 - 10)}\n")
        flux.write(fin)


def ingerer(jeu: Jeu, racine: Path) -> Any:
    bilan = ingerer_jeu(jeu, SourceDepot(racine / "depot"), racine / "data", lambda: datetime(2026, 11, 24, tzinfo=UTC))
    return bilan.fichiers[0]


def test_a_large_file_gives_every_row_its_line_and_its_value(tmp_path: Path) -> None:
    deposer(tmp_path / "depot")
    bilan = ingerer(lieux(), tmp_path)
    mauvaises = len(range(7, LIGNES, 10_000))
    assert (bilan.statut, bilan.nb_lues, bilan.nb_retenues) == ("a_jour", LIGNES, LIGNES)
    assert bilan.nb_cellules_illisibles == mauvaises
    brut = pl.read_parquet(next((tmp_path / "data" / "raw").rglob("*.parquet")))
    assert brut["_ligne"].to_list() == list(range(2, LIGNES + 2))
    cellules = pl.read_parquet(next((tmp_path / "data" / "normalise").rglob("*.cellules.parquet"))).sort("ligne")
    assert cellules["ligne"].to_list() == list(range(2, LIGNES + 2))
    lues = [None if i % 10_000 == 7 else float(i % 1000) for i in range(LIGNES)]
    assert cellules["valeur"].to_list() == lues
    assert pq.ParquetFile(next((tmp_path / "data" / "raw").rglob("*.parquet"))).num_row_groups > 1


def test_a_batch_is_forgotten_before_the_next_one_is_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cells of two batches together would be most of the memory of an ingestion."""
    cellules: list[weakref.ref[pl.DataFrame]] = []
    typer = ingestion.ingest.normaliser

    def suivre(*arguments: Any) -> Any:
        assert [reste for reste in cellules if reste() is not None] == []
        normalise = typer(*arguments)
        cellules.append(weakref.ref(normalise.cellules))
        return normalise

    monkeypatch.setattr(ingestion.ingest, "normaliser", suivre)
    deposer(tmp_path / "depot")
    assert ingerer(lieux(), tmp_path).statut == "a_jour"
    assert len(cellules) > 1


def test_a_wide_batch_is_typed_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The memory follows the cells, not the bytes: thirty indicators a row are thirty cells for 150 bytes."""
    monkeypatch.setattr(ingestion.normalise, "CELLULES_PAR_TRANCHE", 1_000)
    typees: list[int] = []
    typer = ingestion.ingest.normaliser

    def compter(*arguments: Any) -> Any:
        normalise = typer(*arguments)
        typees.append(normalise.cellules.height)
        return normalise

    monkeypatch.setattr(ingestion.ingest, "normaliser", compter)
    noms = [f"i{rang:02d}" for rang in range(30)]
    chemin = tmp_path / "depot" / "insee" / "essai" / "lieux.csv"
    chemin.parent.mkdir(parents=True)
    lignes = [";".join(["identifiant", *noms]), *(";".join([f"E{i:03d}", *[str(i)] * 30]) for i in range(100))]
    chemin.write_text("\n".join(lignes) + "\n", encoding="utf-8")
    large = bloc({nom: Variable(colonnes=[nom], type="effectif") for nom in noms})
    assert ingerer(lieux().model_copy(update={"blocs": [large]}), tmp_path).nb_retenues == 100
    # 3,000 cells in pieces of 1,000: 34 rows, 34, 32.
    assert typees == [34 * 30, 34 * 30, 32 * 30]
    assert sum(typees) == 100 * 30
    cellules = pl.read_parquet(next((tmp_path / "data" / "normalise").rglob("*.cellules.parquet")))
    assert sorted(cellules.select("ligne", "variable", "valeur").rows()) == [
        (i + 2, nom, float(i)) for i in range(100) for nom in noms
    ]


def test_filters_of_one_block_make_one_cell_a_row() -> None:
    """A file that holds one figure a row has as many variables as figures, and is not cut for that."""
    filtrees = {
        f"v{rang}": Variable(colonnes=["valeur"], type="effectif", ou={"mesure": [str(rang)]}) for rang in range(9)
    }
    libre = {"libelle": Variable(colonnes=["libelle"], type="texte")}
    assert cellules_par_ligne([bloc(filtrees | libre)], 40) == 2
    par_colonne = Variable(motif_colonnes=r"n_(?P<annee>\d{4})", periode="{annee}", type="effectif", colonnes=[])
    assert cellules_par_ligne([bloc({"n": par_colonne})], 40) >= 40


def test_an_empty_batch_is_one_piece() -> None:
    vide = pl.DataFrame(schema={"identifiant": pl.String, "effectif": pl.String})
    jeu = lieux()
    assert [piece.height for piece in tranches(vide, jeu, jeu.millesimes[0], jeu.millesimes[0].fichiers[0])] == [0]


def test_a_batch_without_a_row_takes_no_place_in_a_file(tmp_path: Path) -> None:
    """Every group of rows is described in memory until the file is closed: most batches put nothing in quarantine."""
    chemin = tmp_path / "quarantaine.parquet"
    pleine, vide = pl.DataFrame({"motif": ["a", "b"]}), pl.DataFrame(schema={"motif": pl.String})
    with ouvrir_ensemble([chemin]) as ensemble:
        for lot in (vide, pleine, vide, pleine):
            ensemble.ajouter([lot])
    assert pl.read_parquet(chemin)["motif"].to_list() == ["a", "b", "a", "b"]
    assert pq.ParquetFile(chemin).num_row_groups <= 3


def test_a_truncated_last_row_of_a_large_file_leaves_nothing(tmp_path: Path) -> None:
    """The first batches were read without trouble: none of them may stay."""
    deposer(tmp_path / "depot", fin="E99999999;12\n")
    bilan = ingerer(lieux(), tmp_path)
    assert (bilan.statut, bilan.en_service) == ("en_echec", False)
    assert f"ligne {LIGNES + 2} : 2 champs lus, 3 attendus" in bilan.message
    restes = [p for couche in ("raw", "normalise") for p in (tmp_path / "data" / couche).rglob("*") if p.is_file()]
    assert [p.name for p in restes] == ["vide.cellules.parquet"]


def test_repeated_keys_of_a_large_file_are_found_across_batches(tmp_path: Path) -> None:
    deposer(tmp_path / "depot", fin="E00000000;12;repetee\n")
    bilan = ingerer(lieux(repetees="quarantaine"), tmp_path)
    assert (bilan.nb_lues, bilan.nb_quarantaine) == (LIGNES + 1, 2)


@pytest.mark.parametrize(
    ("cle", "seules"),
    [
        ({"type": "identifiant"}, True),
        ({"type": "identifiant", "repetees": "derniere"}, False),
        ({"type": "qpv2015"}, False),
        ({"type": "qpv2015", "repetees": "gardees"}, True),
    ],
)
def test_rows_are_decided_in_batches_only_when_no_rule_looks_at_several(cle: dict[str, Any], seules: bool) -> None:
    jeu = fiche([bloc()], {}, cle=Cle(colonnes=["CODGEO"], **cle))
    assert se_decident_seules(jeu, jeu.millesimes[0].fichiers[0]) is seules
    lecture = jeu.lecture.model_copy(update={"fin": "note de bas de page"})
    assert not se_decident_seules(jeu, jeu.millesimes[0].fichiers[0].model_copy(update={"lecture": lecture}))


def test_files_that_belong_together_change_together_or_not_at_all(tmp_path: Path) -> None:
    chemins = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    with ouvrir_ensemble(chemins) as ensemble:
        ensemble.ajouter([pl.DataFrame({"x": [1]}), pl.DataFrame({"y": ["a"]})])
    avant = [chemin.read_bytes() for chemin in chemins]

    def couper() -> None:
        with ouvrir_ensemble(chemins) as ensemble:
            ensemble.ajouter([pl.DataFrame({"x": [2]}), pl.DataFrame({"y": ["b"]})])
            raise RuntimeError("coupe")

    with pytest.raises(RuntimeError, match="coupe"):
        couper()
    assert [chemin.read_bytes() for chemin in chemins] == avant
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.parquet", "b.parquet"]


def test_a_column_of_one_value_is_text_like_any_other_whatever_the_next_batches_hold(tmp_path: Path) -> None:
    """Columns that are constant in the first batch are written as dictionaries: no reader may see it."""
    lots = [
        {"jeu": ["a", "a"], "motif": ["m", "m"], "code": ["x", "y"], "rien": [None, None], "n": [1, 2]},
        {"jeu": ["a", "a"], "motif": ["m", None], "code": ["x", "x"], "rien": ["é", None], "n": [3, None]},
        {"jeu": ["b", "c"], "motif": [None, None], "code": [None, "z"], "rien": [None, None], "n": [5, 6]},
    ]
    schema = {"jeu": pl.String, "motif": pl.String, "code": pl.String, "rien": pl.String, "n": pl.Int32}
    chemin = tmp_path / "a.parquet"
    with ouvrir_ensemble([chemin]) as ensemble:
        for lot in lots:
            ensemble.ajouter([pl.DataFrame(lot, schema=schema)])
    attendu = {nom: [valeur for lot in lots for valeur in lot[nom]] for nom in schema}
    lu = pl.read_parquet(chemin)
    assert (dict(lu.schema), lu.to_dict(as_series=False)) == (schema, attendu)
    types = {ligne[0]: ligne[1] for ligne in duckdb.sql(f"describe from '{chemin}'").fetchall()}
    assert types == dict.fromkeys(("jeu", "motif", "code", "rien"), "VARCHAR") | {"n": "INTEGER"}
    assert pq.read_table(chemin).to_pydict() == attendu
    assert pq.ParquetFile(chemin).schema_arrow.field("jeu").type == "string"


def test_no_layer_has_a_name_that_an_engine_takes_for_hidden(tmp_path: Path) -> None:
    vide = chemin_vide(tmp_path, lieux()).relative_to(tmp_path)
    assert [partie for partie in vide.parts if partie.startswith(("_", "."))] == []
