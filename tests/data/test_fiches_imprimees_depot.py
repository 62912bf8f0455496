"""The printed sheets of real quartiers: the fullest, the emptiest and the oddest hold in four pages, with the published figures.

Belongs here: what the real files make of the layout, on the quartiers that stretch it most.
Does not belong here: the layout itself and its comparison with the page (tests/integration/test_fiches_imprimees).
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from pathlib import Path

import duckdb
import pytest
from pypdf import PdfReader

from publication.sheets import imprime, pdf
from publication.sheets.fiche import Registre, construire
from publication.sheets.lecture import ouvrir

pytestmark = pytest.mark.depot
# Each query gives one code by zoning: `@` is the folder of the tables.
CHOIX = {
    "le plus de valeurs": "select code_territoire from '@valeurs.parquet' where niveau = 'qpv' and zonage = '{z}' and statut = 'observe' group by 1 order by count(*) desc, 1 limit 1",
    "le moins de valeurs": "select code_territoire from '@valeurs.parquet' where niveau = 'qpv' and zonage = '{z}' group by 1 order by count(*) filter (statut = 'observe'), 1 limit 1",
    "le plus d'évolutions": "select code_qpv from '@evolutions.parquet' where zonage = '{z}' and est_eligible group by 1 order by count(distinct indicateur) desc, 1 limit 1",
    "le plus long nom": "select code_territoire from '@territoires.parquet' where niveau = 'qpv' and zonage = '{z}' order by length(libelle) desc, 1 limit 1",
    "le plus de communes": "select code_territoire from '@territoires.parquet' where niveau = 'qpv' and zonage = '{z}' order by length(codes_communes) desc, 1 limit 1",
    "le plus de liens": "select case when '{z}' = '2015' then code_qp2015 else code_qn2024 end as code from '@correspondances.parquet' group by 1 order by count(*) desc, 1 limit 1",
}


@pytest.fixture(scope="module")
def registre(release_depot: Path) -> Registre:
    return Registre(ouvrir(release_depot, verifier=False))


def serre(texte: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", texte))


def choisis(release: Path) -> dict[str, str]:
    """Code → why it was chosen."""
    codes = {}
    for zonage in ("2015", "2024"):
        for pourquoi, requete in CHOIX.items():
            lignes = duckdb.sql(requete.format(z=zonage).replace("@", f"{release}/tables/")).fetchall()
            if lignes:
                codes[str(lignes[0][0])] = f"{pourquoi}, {zonage}"
    seul = "select code_qpv from '@comparables.parquet' group by 1 order by count(*) desc, 1 limit 1"
    codes[str(duckdb.sql(seul.replace("@", f"{release}/tables/")).fetchall()[0][0])] = "seul dans son EPCI"
    return codes | {"QP014001": "Chemin Vert", "QN01403M": "La Guérinière"}


def test_les_fiches_extremes_tiennent_en_quatre_pages(registre: Registre, release_depot: Path, tmp_path: Path) -> None:
    codes = choisis(release_depot)
    assert len(codes) >= 10
    with pdf.Atelier() as atelier:
        for code in codes:
            fiche = construire(registre, code)
            assert fiche is not None, code
            contours = registre.release.contours((code, *sorted(fiche.valeurs_liees)))
            atelier.poser(
                code, imprime.composer(fiche, contours, ""), tmp_path / f"{code}.pdf", None, date(2026, 11, 26)
            )
    for code, pourquoi in codes.items():
        lecteur = PdfReader(tmp_path / f"{code}.pdf")
        assert 2 <= len(lecteur.pages) <= 4, (code, pourquoi)
        for page in lecteur.pages:
            assert f"({code})" in page.extract_text(), (code, pourquoi)
    _valeurs_publiees(tmp_path)


def _valeurs_publiees(dossier: Path) -> None:
    """INSEE, base Insertion professionnelle 2022 and Filosofi 2021, Chemin Vert in Caen: 34,7 % employed, 54 % poor, 13 620 €."""
    texte = serre("".join(page.extract_text() for page in PdfReader(dossier / "QP014001.pdf").pages))
    for attendu in ("Tauxd’emploides15-64ans34,7%", "Tauxdepauvreté(seuilà60%)54%", "Niveaudeviemédian13620€"):
        assert attendu in texte, attendu
