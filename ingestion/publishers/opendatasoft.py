"""Exports of the Opendatasoft portals (Explore API v2.1): education, dares, caf, drees, ameli.

Belongs here: the address of an export in one request, the date that tells whether the data changed.
Does not belong here: rate limits (http), getting the file (acquire).
"""

from __future__ import annotations

from urllib.parse import urlencode

from ingestion.catalogue import Adresse
from ingestion.http import Client
from ingestion.publishers.resolution import ErreurAdresse, Resolution, lire_json


def resoudre(adresse: Adresse, client: Client) -> Resolution:
    """The export of the whole dataset, and as a cheap mark the date of its last treatment with the form asked.

    Raises:
        ErreurAdresse: the dataset has attachments only; they are named.
        ErreurReseau: no answer, or the dataset is gone.
    """
    base = f"https://{adresse.hote}/api/explore/v2.1/catalog/datasets/{adresse.jeu}"
    document = lire_json(client, base)
    if document.get("has_records") is False:
        jointes = ", ".join(str(a.get("id") or a.get("title")) for a in document.get("attachments") or []) or "aucune"
        raise ErreurAdresse(
            f"{base} : ce jeu n'a pas d'enregistrements, seulement des pièces jointes ({jointes}). "
            "Déclarez dans la fiche l'adresse de la pièce jointe."
        )
    options = dict(adresse.options)
    format_ = options.pop("format", "csv")
    suite = f"?{urlencode(options)}" if options else ""
    metas = (document.get("metas") or {}).get("default") or {}
    date = metas.get("data_processed") or metas.get("modified")
    # The same data asked in another form are other bytes: the form is part of the mark.
    return Resolution(f"{base}/exports/{format_}{suite}", f"{date} {format_}{suite}" if date else None)
