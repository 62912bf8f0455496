"""How much a release can say is counted on its published rows (publication.coverage).

Belongs here: counts worked by hand on a few rows of `ecarts` and `evolutions`, and their sentences.
Does not belong here: whether a change can be read (unit tests of the dbt project).
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from publication.coverage import Couverture, mesurer


def ecrire(dossier: Path, ecarts: list[tuple[object, ...]], evolutions: list[tuple[object, ...]]) -> Path:
    colonnes = ["code_qpv", "zonage", "indicateur", "valeur", "unite_ecart", "niveau_reference", "statut"]
    pl.DataFrame(ecarts, schema=colonnes, orient="row").write_parquet(dossier / "ecarts.parquet")
    colonnes = ["code_qpv", "zonage", "indicateur", "periode_debut", "periode_fin", "est_eligible", "motif"]
    types = {"est_eligible": pl.Boolean, "motif": pl.String}
    pl.DataFrame(evolutions, schema=colonnes, schema_overrides=types, orient="row").write_parquet(
        dossier / "evolutions.parquet"
    )
    return dossier


def test_les_couples_et_les_paires_sont_comptes_une_fois(tmp_path: Path) -> None:
    """Three cells have a value and a form of gap, one of them a gap to France; one pair of two can be read."""
    tables = ecrire(
        tmp_path,
        ecarts=[
            ("QP1", "2015", "taux", 10.0, "point", "france", "observe"),
            ("QP1", "2015", "taux", 11.0, "point", "france", "estime"),  # another date of the same cell
            ("QP1", "2015", "part", 10.0, "point", "commune", "observe"),
            ("QP2", "2015", "taux", 10.0, "point", "france", "non_diffuse"),  # no figure for France
            ("QP3", "2015", "taux", None, "point", "france", "secret"),  # a masked value is no cell
            ("QP1", "2015", "nombre", 10.0, None, "france", "non_pertinent"),  # a count has no gap
        ],
        evolutions=[
            ("QP1", "2015", "taux", "2013", "2016", True, None),
            ("QP1", "2015", "taux", "2013", "2016", True, "indicateur_neutre"),  # another reference of the same pair
            ("QP1", "2015", "taux", "2013", "2016", False, "reference_absente"),
            ("QP1", "2015", "taux", "2016", "2018", False, "rupture_de_serie"),
            ("QP2", "2015", "taux", "2016", "2018", False, "rupture_de_serie"),
        ],
    )
    couverture = mesurer(tables)
    assert couverture == Couverture(3, 1, 3, 1, {"rupture_de_serie": 2, "reference_absente": 1})
    assert couverture.phrases() == [
        "1 couple quartier × indicateur a un écart au niveau national, sur 3 dont la valeur est publiée (33,3\u00a0%).",
        "1 évolution lisible sur 3 (33,3\u00a0%).",
    ]


def test_une_version_sans_evolution_le_dit(tmp_path: Path) -> None:
    couverture = mesurer(ecrire(tmp_path, ecarts=[], evolutions=[]))
    assert couverture.phrases()[1] == "0 évolution lisible sur 0 (0,0\u00a0%)."
