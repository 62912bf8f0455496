"""The map of a real sheet against the published files: schools recounted from their positions, what the list says of REP.

Belongs here: section « Carte » of one quartier of the deposit's release.
Does not belong here: distances of every place (test_proximity_depot), invented places (tests/unit/test_carte_de_la_fiche).
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pyarrow.parquet as pq
import pyproj
import pytest
import shapely

from publication.sheets.fiche import Fiche, Registre, construire
from publication.sheets.lecture import ouvrir
from publication.sheets.sections.carte import dessin_de, section_carte

pytestmark = pytest.mark.depot
# Chemin Vert, in Caen.
QUARTIER = "QN01401M"
# Contours of 2024 are published to 4 decimals of a degree.
PRECISION_M = 11.0


@pytest.fixture(scope="module")
def fiche(release_depot: Path) -> Fiche:
    lue = construire(Registre(ouvrir(release_depot, verifier=False)), QUARTIER)
    assert lue is not None
    return lue


@pytest.fixture(scope="module")
def distances(depot: Path) -> dict[str, float]:
    """Name → metres from the published contour of the quartier, for the schools and collèges of the published list around it."""
    entites = json.loads((depot / "anct/qpv2024_contours/qpv2024_simplified.geojson").read_text(encoding="utf-8"))
    (publie,) = [e["geometry"] for e in entites["features"] if QUARTIER in e["properties"].values()]
    metres = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:2154", always_xy=True).transform
    contour = shapely.transform(shapely.from_geojson(json.dumps(publie)), metres, interleaved=False)
    table = pq.read_table(
        depot / "education/annuaire/annuaire_ecoles_france_mini.parquet",
        columns=["identifiant_de_l_etablissement", "type_etablissement", "geometry"],
    )
    lignes = [
        ligne for ligne in zip(*(table.column(i).to_pylist() for i in range(3)), strict=True)
        if ligne[1] in {"Ecole", "Collège"} and ligne[2] is not None
    ]  # fmt: skip
    points = shapely.transform(shapely.from_wkb([wkb for _, _, wkb in lignes]), metres, interleaved=False)
    calculees = zip((identifiant for identifiant, _, _ in lignes), shapely.distance(points, contour), strict=True)
    return {identifiant: float(d) for identifiant, d in calculees if d < 1_500}


def test_les_ecoles_de_la_carte_sont_celles_du_fichier_publie(fiche: Fiche, distances: dict[str, float]) -> None:
    ecoles = {lieu.identifiant: lieu for lieu in fiche.lieux if lieu.couche == "ecoles" and lieu.est_proche}
    attendues = {identifiant for identifiant, d in distances.items() if d <= 1_000}
    # None lies so close to the limit that the precision of the contour would decide.
    assert not [d for d in distances.values() if abs(d - 1_000) < PRECISION_M]
    assert len(attendues) >= 10
    assert ecoles.keys() == attendues
    for identifiant, lieu in ecoles.items():
        assert lieu.distance_m == pytest.approx(distances[identifiant], abs=PRECISION_M)


def test_la_carte_ne_dit_rien_du_rep_que_la_liste_nationale_ne_dise(
    fiche: Fiche, depot: Path, distances: dict[str, float]
) -> None:
    """The national list has no column on priority education: no school of the sheet is counted in REP, nor out of it."""
    colonnes = pq.read_schema(depot / "education/annuaire/annuaire_ecoles_france_mini.parquet").names
    assert not [nom for nom in colonnes if re.search("rep|priorit", nom, re.IGNORECASE)]
    contours = fiche.registre.release.contours([QUARTIER, *fiche.valeurs_liees])
    dessin = dessin_de(fiche, contours)
    assert dessin is not None
    nombre = sum(d <= 1_000 for d in distances.values())
    alt = dessin.alt.replace("\u00a0", " ")
    assert f"{nombre} écoles et collèges, dont {nombre} au statut REP non renseigné ;" in alt
    html = section_carte(fiche, contours).replace("\u00a0", " ")
    assert (
        "Annuaire de l’éducation, liste au 31 octobre 2025. Éducation prioritaire non renseignée dans la liste lue."
        in html
    )
    assert html.count('<use href="#carre_tirets"') == nombre + 1  # and the legend
    assert not re.search('href="#carre(_plein|_barre)?"', html)
