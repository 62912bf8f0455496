"""The map of a sheet on the demo territory: its points and its lists against `proximites`, on the explorer as in the static sheet.

Belongs here: section « Carte » of the sheets of a whole release.
Does not belong here: the drawing itself (tests/unit/test_carte_de_la_fiche), the page « Carte » (test_page_carte).
"""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from publication.sheets.fiche import Registre, construire
from publication.sheets.lieux import NATURES
from publication.sheets.lots import toutes_les_fiches
from publication.sheets.sections.carte import section_carte

SCRIPT = Path(__file__).resolve().parents[2] / "app" / "navigation.py"
QUARTIERS = ("QP961001", "QN96101M", "QN96501M", "QP962003", "QN96302I")


def section(registre: Registre, code: str) -> str:
    fiche = construire(registre, code)
    assert fiche is not None
    return section_carte(fiche, registre.release.contours([code, *fiche.valeurs_liees])).replace("\u202f", " ").replace("\u00a0", " ")  # fmt: skip


def attendus(registre: Registre, code: str) -> list[tuple[str, float]]:
    """(nature, distance) of the places within 1 km of a quartier, in the latest vintage of their nature."""
    table = registre.release.chemin / "tables" / "proximites.parquet"
    return duckdb.sql(
        f"select nature, distance_m from '{table}' p where code_qpv = '{code}' and distance_m <= 1000 and nature <> 'lycee' "
        f"and millesime = (select max(millesime) from '{table}' m where m.nature = p.nature) order by 2, 1"
    ).fetchall()


@pytest.mark.parametrize("code", QUARTIERS)
def test_les_points_et_les_listes_sont_les_lignes_de_la_release(registre: Registre, code: str) -> None:
    html, lignes = section(registre, code), attendus(registre, code)
    assert len(lignes) > 3
    svg = html[html.index("<svg") : html.index("</svg>")]
    dessines = svg[: svg.index('class="barre"')].count("<use ")
    assert dessines == len(lignes)
    listes = re.findall(
        r'<tr><th scope="row">[ESNF]\d+[^<]*</th><td>([^<]+)</td><td class="nb">([^<]+)</td></tr>', html
    )
    lus = sorted((nature.split(",")[0], distance) for nature, distance in listes)
    assert lus == sorted((NATURES[n], "dans le quartier" if d == 0 else f"{d:.0f} m") for n, d in lignes)


def test_les_fiches_lues_par_lots_ont_les_memes_lieux(registre: Registre) -> None:
    par_lots = {fiche.code: fiche.lieux for fiche in toutes_les_fiches(registre)}
    assert len(par_lots) == 123
    assert all(par_lots.values())
    for code in QUARTIERS:
        seule = construire(registre, code)
        assert seule is not None
        assert seule.lieux == par_lots[code]


def test_chaque_fiche_a_une_carte_et_une_ligne_par_genre(registre: Registre) -> None:
    for fiche in toutes_les_fiches(registre):
        html = section_carte(fiche, registre.release.contours([fiche.code, *fiche.valeurs_liees]))
        assert html.count('<svg class="situation" role="img" aria-label="Carte du quartier') == 1
        for nom in ("Écoles et collèges", "Santé", "Médiation numérique", "France services"):
            assert re.search(f"(<caption><span>|<strong>){nom}", html), (fiche.code, nom)


def test_l_explorateur_montre_la_carte_de_la_fiche(donnees_demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OBSERVATOIRE_DATA", str(donnees_demo))
    page = AppTest.from_file(str(SCRIPT), default_timeout=60)
    page.query_params["qpv"] = "QP961001"
    page.switch_page("vues/quartier.py")
    page.run()
    assert not page.exception
    html = "".join(str(bloc.proto.body) for bloc in page.get("html"))
    assert html.count('<img class="situation" alt="Carte du quartier Les Tisseurs de Brume.') == 1
    assert "<svg" not in html
