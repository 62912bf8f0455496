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
    is made there. Otherwise the latest resource of the dataset that matches is taken, with its checksum,
    or the one of the platform's own analysis.

    Raises:
        ErreurAdresse: no resource of the dataset matches; all of them are named.
        ErreurReseau: no answer.
    """
    if adresse.ressource:
        return Resolution(f"{API}/r/{adresse.ressource}")
    url = f"{API}/{adresse.jeu}/"
    document = lire_json(client, url)
    return _resolution(choisir(document.get("resources") or [], adresse.motif or "", url))


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
    jeton = f"{type_}:{valeur}" if valeur else _jeton_de_l_analyse(ressource)
    return Resolution(
        url=str(ressource.get("latest") or ressource["url"]),
        jeton=str(jeton) if jeton else None,
        sha256=valeur if type_ == "sha256" else None,
    )


def _jeton_de_l_analyse(ressource: dict[str, Any]) -> str | None:
    """Mark of a resource without `checksum`: what the platform computed when it last visited the file, and its date.

    It is no proof of the bytes: the visit may be older than the file, so a file that differs is not refused for it. The
    date comes with it because a file changed since the visit keeps the old checksum.
    """
    analyse = (ressource.get("extras") or {}).get("analysis:checksum")
    date = ressource.get("last_modified")
    return f"analyse:{analyse} {date or ''}".strip() if analyse else date
