"""What each official address is today: asked of the publishers without downloading anything heavy.

Belongs here: one answer per declared URL, as rows for `probe.json`, and the table that a person reads.
Does not belong here: how a request is made (http), getting files (acquire), writing to the terminal (orchestration).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from ingestion.catalogue import Catalogue, Fichier, Jeu, Millesime
from ingestion.http import Client, ErreurReseau

COLONNES = ("jeu", "millesime", "fichier", "statut", "type", "taille", "last_modified", "message")


def sonder(catalogue: Catalogue, ids: Iterable[str], client: Client) -> list[dict[str, Any]]:
    """Ask every declared URL of the datasets `ids` (all of them when empty).

    An address that fails is a row with its sentence in `message`, never an exception; a file without an address too.

    Returns:
        One dict per declared file: jeu, millesime, fichier, url, statut_url, url_finale, statut, type, taille, etag,
        last_modified, redirections (number), sonde_le (UTC), message (empty when the address answers).
    Raises:
        KeyError: an id that is not in the catalogue, with the known ids.
    """
    demandes = set(ids)
    if inconnus := sorted(demandes - set(catalogue.jeux)):
        raise KeyError(f"Jeu inconnu : {', '.join(inconnus)}. Jeux déclarés : {', '.join(sorted(catalogue.jeux))}.")
    reponses: dict[str, dict[str, Any]] = {}
    lignes = []
    for jeu, millesime, fichier in _declares(catalogue, demandes):
        # The sheets and layers of one file share its address: it is asked once.
        if fichier.url is not None and fichier.url not in reponses:
            reponses[fichier.url] = _interroger(fichier.url, client)
        reponse = reponses[fichier.url] if fichier.url is not None else _vide("aucune URL n'est déclarée dans la fiche")
        lignes.append(
            {
                "jeu": jeu.jeu,
                "millesime": millesime.millesime,
                "fichier": fichier.nom,
                "url": fichier.url,
                "statut_url": fichier.statut_url,
                **reponse,
            }
        )
    return lignes


def tableau(lignes: Iterable[dict[str, Any]]) -> list[tuple[str, ...]]:
    """Rows of text under `COLONNES`, an unknown value being empty."""
    return [tuple("" if ligne[nom] is None else str(ligne[nom]) for nom in COLONNES) for ligne in lignes]


def _declares(catalogue: Catalogue, demandes: set[str]) -> Iterator[tuple[Jeu, Millesime, Fichier]]:
    for jeu, millesime, fichier in catalogue.fichiers():
        if not demandes or jeu.jeu in demandes:
            yield jeu, millesime, fichier


def _vide(message: str, statut: int | None = None) -> dict[str, Any]:
    return {
        "url_finale": None,
        "statut": statut,
        "type": None,
        "taille": None,
        "etag": None,
        "last_modified": None,
        "redirections": 0,
        "sonde_le": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "message": message,
    }


def _interroger(url: str, client: Client) -> dict[str, Any]:
    try:
        reponse = client.interroger(url)
    except ErreurReseau as erreur:
        return _vide(str(erreur), erreur.statut)
    return {
        **_vide(""),
        "url_finale": reponse.url,
        "statut": reponse.statut,
        "type": reponse.type,
        "taille": reponse.taille,
        "etag": reponse.etag,
        "last_modified": reponse.last_modified,
        "redirections": len(reponse.redirections),
    }
