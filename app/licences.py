"""The licences of the data, producer by producer.

Belongs here: one row per producer, licence and mention of the table sources.
Does not belong here: whether a licence allows publication (publication.admission), the rest of the legal notice (vues).
"""

from __future__ import annotations

from publication.sheets import balises as b
from publication.sheets.balises import Html
from publication.sheets.lecture import Release

SANS_LICENCE = "à confirmer"


def tableau_licences(release: Release) -> Html:
    """Producer, licence and mention to copy; a licence that is not known is said so."""
    lignes = release.lire("select distinct producteur, licence, mention from {sources} order by all")
    return b.tableau(
        "Licences des données, par producteur",
        ("Producteur", "Licence", "Mention"),
        [(li["producteur"], li["licence"] or SANS_LICENCE, li["mention"] or "aucune") for li in lignes],
    )
