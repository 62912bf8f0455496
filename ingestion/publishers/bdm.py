"""Series of Insee's macro-economic database, by their identifiers.

Belongs here: the address of one request for several series.
Does not belong here: reading SDMX-ML (read_sdmx).
"""

from __future__ import annotations

from ingestion.catalogue import Adresse
from ingestion.http import Client
from ingestion.publishers.resolution import Resolution

BASE = "https://bdm.insee.fr/series/sdmx/data/SERIES_BDM"


def resoudre(adresse: Adresse, client: Client) -> Resolution:  # noqa: ARG001
    """One address for all the series, joined by `+` (400 at most); nothing is asked yet."""
    return Resolution(f"{BASE}/{adresse.idbank}")
