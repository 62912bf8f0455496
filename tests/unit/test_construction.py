"""A build of the models: which warehouse is the last one that ended, and what dbt remembers of its last parse.

Belongs here: folders and files written here, no dbt.
Does not belong here: a build (tests/integration), a path that is not fresh (tests/faults/test_stale_wal.py).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration import dbt_build, steps
from orchestration.settings import Reglages
from orchestration.steps import Contexte, construire_entrepot, dernier_entrepot


def poser(chemin: Path) -> Path:
    chemin.parent.mkdir(parents=True, exist_ok=True)
    chemin.write_bytes(b"x")
    return chemin


def test_a_warehouse_under_way_is_not_the_last_one(tmp_path: Path) -> None:
    contexte = Contexte(Reglages(data=tmp_path))
    poser(tmp_path / "entrepot" / "en_cours" / "entrepot.duckdb")
    assert dernier_entrepot(contexte) is None
    poser(tmp_path / "entrepot" / "20260101T000000000000" / "entrepot.duckdb")
    dernier = poser(tmp_path / "entrepot" / "20260102T000000000000" / "entrepot.duckdb")
    assert dernier_entrepot(contexte) == dernier


def test_a_build_starts_in_an_empty_folder_and_takes_its_name_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a killed build left, its write-ahead log included, is gone before dbt opens anything."""
    chantier = tmp_path / "entrepot" / "en_cours"
    for nom in ("entrepot.duckdb", "entrepot.duckdb.wal"):
        poser(chantier / nom)
    vus = []

    def construire(dbt: Path, donnees: Path, entrepot: Path, **options: object) -> dbt_build.BilanDbt:
        vus.append((entrepot, entrepot.parent.exists()))
        poser(entrepot)
        return dbt_build.BilanDbt(entrepot, [])

    monkeypatch.setattr(dbt_build, "construire", construire)
    monkeypatch.setattr(steps, "_identifiant_construction", lambda: "20260103T000000000000")
    bilan = construire_entrepot(Contexte(Reglages(data=tmp_path)))
    assert vus == [(chantier / "entrepot.duckdb", False)]
    assert bilan.entrepot == tmp_path / "entrepot" / "20260103T000000000000" / "entrepot.duckdb"
    assert [d.name for d in (tmp_path / "entrepot").iterdir()] == ["20260103T000000000000"]
    assert bilan.entrepot.read_bytes() == b"x"


def test_a_parse_is_kept_for_the_same_project_only(tmp_path: Path) -> None:
    dbt, donnees = tmp_path / "dbt", tmp_path / "donnees"
    modele = poser(dbt / "models" / "a.sql")
    analyse = poser(dbt_build.dossier_cible(donnees) / "partial_parse.msgpack")
    dbt_build._oublier_une_autre_analyse(dbt, donnees)
    assert not analyse.exists(), "nobody knows which project this one is of"
    poser(analyse)
    dbt_build._oublier_une_autre_analyse(dbt, donnees)
    assert analyse.exists()
    modele.write_bytes(b"y")
    dbt_build._oublier_une_autre_analyse(dbt, donnees)
    assert not analyse.exists()
