"""The stories of readers whose data only the demo territory has: priority education, watched territories.

Belongs here: what a reader sees, compared with the Parquet tables of the release.
Does not belong here: the other stories (test_recits_depot), the selection of the rows (tests/integration/test_page_geographies).
"""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import expect
from visiteur import Visite

from publication.sheets import format_fr as fr

GEOGRAPHIES = "/geographies?territoire=departement:961"


@pytest.mark.parametrize(
    ("liste", "titre"),
    [
        ("proche_hors_education_prioritaire", "hors"),
        ("prioritaire_loin_des_quartiers", "loin"),
    ],
)
def test_c4_les_deux_listes_de_l_education_prioritaire(
    visite: Visite, release_demo: Path, liste: str, titre: str
) -> None:
    """Every school of the list once, its distance in metres and the date of the list that says it."""
    attendus = duckdb.sql(
        f"select identifiant, min(distance_m), string_agg(distinct millesime, ', ' order by millesime)"
        f" from '{release_demo}/tables/discordances_education_prioritaire.parquet'"
        f" where zonage = '2024' and code_departement = '961' and discordance = '{liste}' group by 1 order by 1"
    ).fetchall()
    assert attendus
    page = visite.ouvrir(GEOGRAPHIES)
    tables = page.get_by_role("table").filter(has_text="Distance limite")
    rangees = tables.locator("tbody tr").all_inner_texts()
    for identifiant, distance, millesimes in attendus:
        (ligne,) = [texte for texte in rangees if str(identifiant) in texte]
        assert str(millesimes) in ligne
        if distance is not None:
            assert fr.avec_unite(float(distance), "m", 0) in ligne
    expect(page.get_by_role("heading", name=re.compile(f"{titre}.*: {len(attendus)}$"))).to_be_visible()


def test_c5_les_territoires_de_veille_active_gardent_leurs_chiffres_estimes(visite: Visite, release_demo: Path) -> None:
    """Each watched territory of the local list has its row; a figure is that of its commune and marked as estimated."""
    suivis = duckdb.sql(
        "select identifiant, max(valeur) filter (indicateur = 'taux_emploi_15_64' and statut = 'estime')"
        f" from '{release_demo}/tables/territoires_suivis.parquet' where nature = 'veille_active' group by 1 order by 1"
    ).fetchall()
    assert len(suivis) == 3
    assert any(valeur is not None for _, valeur in suivis)
    page = visite.ouvrir("/geographies?territoire=region:96")
    rangees = page.get_by_role("table", name="Territoires suivis et chiffres de leur commune").locator("tbody tr")
    lignes = [rangee for rangee in rangees.all() if "veille active" in rangee.inner_text()]
    assert len(lignes) == len(suivis)
    for identifiant, valeur in suivis:
        (ligne,) = [rangee for rangee in lignes if str(identifiant) in rangee.inner_text()]
        if valeur is not None:
            assert fr.avec_unite(float(valeur), "%", 1) in ligne.inner_text()
            assert "estimé" in " ".join(s.get_attribute("title") or "" for s in ligne.locator("abbr").all())
