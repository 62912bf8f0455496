"""Resources of data.gouv.fr: permanent addresses, checksums, dates.

Belongs here: the resource that the card means, by its identifier or among those of a dataset.
Does not belong here: following the redirect and getting the file (http, acquire).
"""

from __future__ import annotations

import re
from typing import Any

from ingestion.catalogue import Adresse
from ingestion.http import Client
from ingestion.publishers.resolution import ErreurAdresse, Resolution, lire_json

API = "https://www.data.gouv.fr/api/1/datasets"


def resoudre(adresse: Adresse, client: Client) -> Resolution:
    """The permanent address of the resource.

    A resource given by its id needs no request: the address redirects to the current file, and the conditional request
    is made there. Otherwise the latest resource of the dataset that matches is taken, with its checksum.

    Raises:
        ErreurAdresse: no resource of the dataset matches; all of them are named.
        ErreurReseau: no answer.
    """
    if adresse.ressource:
        return Resolution(f"{API}/r/{adresse.ressource}")
    url = f"{API}/{adresse.jeu}/"
    document = lire_json(client, url)
    ressources = document.get("resources") if isinstance(document, dict) else None
    return _resolution(choisir(ressources or [], adresse.motif or "", url))


def choisir(ressources: list[dict[str, Any]], motif: str, url: str) -> dict[str, Any]:
    """The most recently changed resource whose title or address matches."""
    retenues = [r for r in ressources if any(re.search(motif, str(r.get(champ) or "")) for champ in ("title", "url"))]
    if not retenues:
        titres = ", ".join(str(r.get("title")) for r in ressources) or "aucune"
        raise ErreurAdresse(
            f"{url} : attendu une ressource qui correspond à « {motif} ». Ressources du jeu : {titres}. "
            "Corrigez `adresse` dans la fiche."
        )
    return max(retenues, key=lambda r: str(r.get("last_modified") or ""))


def _resolution(ressource: dict[str, Any]) -> Resolution:
    somme = ressource.get("checksum") or {}
    valeur, type_ = somme.get("value"), str(somme.get("type", "")).lower()
    jeton = f"{type_}:{valeur}" if valeur else ressource.get("last_modified")
    return Resolution(
        url=str(ressource.get("latest") or ressource["url"]),
        jeton=str(jeton) if jeton else None,
        sha256=valeur if type_ == "sha256" else None,
    )
