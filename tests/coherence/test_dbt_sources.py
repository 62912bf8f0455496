"""The sources file of the dbt project is what the cards give today.

Belongs here: staleness of generated files of the dbt project.
Does not belong here: the models (dbt's own tests).
"""

from __future__ import annotations

import yaml

from ingestion.catalogue import Catalogue
from ingestion.dbt_sources import SORTIE, texte_des_sources
from ingestion.tables import SCHEMAS


def test_le_fichier_des_sources_de_dbt_est_a_jour() -> None:
    assert SORTIE.read_text(encoding="utf-8") == texte_des_sources(Catalogue()), (
        "dbt_project/models/staging/sources.yml is stale: run `make docs` and commit it"
    )


def test_chaque_jeu_et_chaque_table_des_fiches_est_une_source_de_dbt() -> None:
    sources = {
        s["name"]: {t["name"] for t in s["tables"]}
        for s in yaml.safe_load(SORTIE.read_text(encoding="utf-8"))["sources"]
    }
    jeux = {f"{source}.{table}" for source in Catalogue().producteurs for table in sources[source]}
    assert jeux == set(Catalogue().jeux)
    assert sources["catalogue"] == SCHEMAS.keys() | {"methode"}
    assert sources["ingestion"] == {"lignes", "quarantaine"}
    contours = {"surfaces", "recouvrements", "contours_2015", "contours_2024"}
    assert sources["spatial"] == contours | {"points", "proximites", "rejets_points"}
