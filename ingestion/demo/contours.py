"""Contours of the quartiers: the three zipped layers of 2015, and the two editions of the zoning of 2024.

Belongs here: which quartiers each layer holds, its attributes, its projection and its rounding.
Does not belong here: the shapes themselves (geometrie, territoire), the containers (formats).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ingestion.demo import geometrie, noms
from ingestion.demo.formats import Surface, archive, couche, gzippe
from ingestion.demo.territoire import REGION, Quartier, Quartier2024, construire

DATE_2015 = (2018, 1, 10)
CHAMPS = {"CODE_QP": 8, "NOM_QP": 254, "COMMUNE_QP": 254}
WGS84 = (
    'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)
LAMBERT_93 = (
    'PROJCS["RGF93_Lambert_93",GEOGCS["GCS_RGF_1993",DATUM["D_RGF_1993",SPHEROID["GRS_1980",6378137.0,298.257222101]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Lambert_Conformal_Conic"],'
    'PARAMETER["False_Easting",700000.0],PARAMETER["False_Northing",6600000.0],PARAMETER["Central_Meridian",3.0],'
    'PARAMETER["Standard_Parallel_1",44.0],PARAMETER["Standard_Parallel_2",49.0],PARAMETER["Latitude_Of_Origin",46.5],'
    'UNIT["Meter",1.0]]'
)
# Metres between two vertices of a published contour, and tolerance of the simplified edition.
PAS, TOLERANCE = 60.0, 6.0


def _enregistrements(quartiers: Sequence[Quartier], *, metres: bool) -> list[tuple[Surface, list[str]]]:
    territoire = construire()
    resultat = []
    for quartier in quartiers:
        surface = geometrie.densifier(quartier.contour, PAS)
        communes = ", ".join(territoire.noms_communes(quartier.communes))
        attributs = [quartier.code, quartier.nom, communes]
        resultat.append((surface if metres else geometrie.en_degres(surface, 8), attributs))
    return resultat


def contours_2015() -> bytes:
    """Zip of three layers: everything in degrees, the mainland in Lambert 93, the lagoon alone."""
    quartiers = construire().quartiers
    continent = [q for q in quartiers if q.couverture == "complete"]
    lagon = [q for q in quartiers if q.couverture == "lagon"]
    membres: dict[str, bytes] = {}
    for nom, liste, prj in (
        ("QP_METROPOLEOUTREMER_WGS84_EPSG4326", quartiers, WGS84),
        ("QP_METROPOLE_LB93", continent, LAMBERT_93),
        ("QP_POLYNESIEFRANCAISE_WGS84_EPSG4326", lagon, WGS84),
    ):
        membres |= couche(nom, CHAMPS, _enregistrements(liste, metres=prj == LAMBERT_93), prj, DATE_2015)
    return archive(membres, DATE_2015)


def edition_2026() -> bytes:
    """The reference list of 2024: code, label, communes, contour rounded to four decimals (some then cross themselves)."""
    territoire = construire()
    quartiers = [
        {
            "code": q.code,
            "label": q.nom,
            "insee": q.communes,
            "g": geometrie.en_degres(geometrie.densifier(q.contour, PAS / 2), 4),
        }
        for q in sorted(territoire.quartiers_2024, key=lambda q: q.code)
    ]
    meta = {
        "source": "Données fictives de démonstration",
        "row_count_qpv": len(quartiers),
        "row_count_communes": len({code for q in territoire.quartiers_2024 for code in q.communes}),
        "crs": "WGS84 (CRS84, lon/lat)",
    }
    texte = json.dumps({"meta": meta, "qpvs": quartiers}, ensure_ascii=False, separators=(",", ":"))
    return gzippe((texte + "\n").encode())


def liste_juin_2024() -> list[Quartier2024]:
    """Edition of June 2024: the quartiers redrawn since then have their former code, and one has disappeared since."""
    territoire = construire()
    communs = [q for q in territoire.quartiers_2024 if not q.code.endswith("C")]
    return sorted([*communs, *territoire.retires], key=lambda q: q.code)


def en_lagon(quartier: Quartier2024) -> bool:
    """Whether the quartier stands in the collectivité that most publishers leave out."""
    return any(q.couverture == "lagon" for q in quartier.origines)


def _proprietes(rang: int, quartier: Quartier2024) -> dict[str, Any]:
    territoire, lagon = construire(), en_lagon(quartier)
    epci = territoire.epci_du_quartier(quartier.communes, 2024)
    return {
        "fid": float(rang),
        "code_qp": quartier.code,
        "lib_qp": quartier.nom,
        "insee_reg": None if lagon else REGION,
        "lib_reg": None if lagon else noms.REGION,
        "insee_dep": quartier.departement,
        "lib_dep": noms.DEPARTEMENTS[quartier.departement][0],
        "insee_com": ", ".join(quartier.communes),
        "lib_com": ", ".join(territoire.noms_communes(quartier.communes)),
        "siren_epci": "NA" if lagon or not epci else ", ".join(epci),
    }


def edition_2024() -> bytes:
    """GeoJSON of June 2024, simplified, five decimals."""
    entites = [
        {
            "type": "Feature",
            "properties": _proprietes(rang, quartier),
            "geometry": {
                "type": "MultiPolygon",
                "coordinates": geometrie.en_degres(geometrie.simplifier(quartier.contour, TOLERANCE), 5),
            },
        }
        for rang, quartier in enumerate(liste_juin_2024(), start=1)
    ]
    document = {
        "type": "FeatureCollection",
        "name": "QP2024_Demonstration_WGS84_ESPG4326",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
        "features": entites,
    }
    return json.dumps(document, ensure_ascii=False).encode()


def fichiers() -> dict[str, bytes]:
    """Relative path → bytes."""
    return {
        "anct/qpv2015_contours/qp-politiquedelaville-shp.zip": contours_2015(),
        "anct/qpv2024_contours/qpv.json.gz": edition_2026(),
        "anct/qpv2024_contours/qpv2024_simplified.geojson": edition_2024(),
    }
