"""No published table holds personal data, on the published files.

Belongs here: the search through the release made from the deposit, and proof that the files hold such data.
Does not belong here: what counts as a trace (donnees_personnelles), the demo territory (tests/integration).
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from donnees_personnelles import TRACES, traces

pytestmark = pytest.mark.depot


def test_aucune_table_publiee_ne_porte_de_donnee_personnelle(release_depot: Path) -> None:
    assert traces(release_depot) == []


def test_les_fichiers_publies_en_portent(depot: Path) -> None:
    """The search would find them: the list of France services gives a mail and a telephone for nearly every place."""
    texte = (depot / "anct/france_services/liste-fs-20240801.csv").read_text(encoding="utf-8")
    assert len(re.findall(TRACES["adresse électronique"], texte)) > 2_000
    assert len(re.findall(TRACES["numéro de téléphone"], texte)) > 2_000


def test_aucune_couche_de_travail_n_en_porte_non_plus(donnees_depot: Path) -> None:
    """Only the archive keeps the published bytes: neither the raw layer nor the typed cells hold a mail address."""
    import polars as pl

    motif = TRACES["adresse électronique"]
    fautifs = []
    for chemin in sorted((donnees_depot / "raw").rglob("*.parquet")) + sorted(
        (donnees_depot / "normalise").rglob("*.parquet")
    ):
        cadre = pl.read_parquet(chemin).select(pl.col(pl.String).str.contains(motif).any())
        fautifs += [f"{chemin.name}: {c}" for c in cadre.columns if cadre[c][0]]
    assert fautifs == []
