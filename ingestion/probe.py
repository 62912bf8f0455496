"""What each official address is today: asked of the publishers without downloading anything heavy.

Belongs here: one answer per declared URL, its header beside the card, as rows for `probe.json`, and the table that a person reads.
Does not belong here: how a request is made (http), getting files (acquire), writing to the terminal (orchestration).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from ingestion.acquire import lecture_declaree
from ingestion.catalogue import Catalogue, ErreurCatalogue, Fichier, Jeu, Lecture, Millesime
from ingestion.columns import Entete, ErreurDerive
from ingestion.columns import resoudre as resoudre_colonnes
from ingestion.frames import BLANCS
from ingestion.http import Client, ErreurReseau
from ingestion.publishers import ErreurAdresse, IdentifiantsAbsents, resoudre
from ingestion.verify import ErreurOctets, verifier_debut

COLONNES = (
    "jeu",
    "millesime",
    "fichier",
    "statut",
    "type",
    "taille",
    "last_modified",
    "signature",
    "entete",
    "message",
)
# Enough for the titles and the header of any declared csv, and for the signature of any other file.
DEBUT, SIGNATURE = 1 << 16, 1 << 11


def sonder(catalogue: Catalogue, ids: Iterable[str], client: Client) -> list[dict[str, Any]]:
    """Ask every declared URL of the datasets `ids` (all of them when empty).

    An address that fails is a row with its sentence in `message`, never an exception; a file without an address too.
    An address that has to be asked of the publisher is asked first. The first bytes are read, to tell an error page or
    another type of file; the header of a plain csv is compared with the card.

    Returns:
        One dict per declared file: jeu, millesime, fichier, url, statut_url, url_finale, statut, type, taille, etag,
        last_modified, redirections (number), sonde_le (UTC), signature and entete (`conforme`, `differe` or
        `non_verifie`), message (empty when the address answers with what the card declares).
    Raises:
        KeyError: an id that is not in the catalogue, with the known ids.
    """
    demandes = set(ids)
    if inconnus := sorted(demandes - set(catalogue.jeux)):
        raise KeyError(f"Jeu inconnu : {', '.join(inconnus)}. Jeux déclarés : {', '.join(sorted(catalogue.jeux))}.")
    # The sheets and layers of one file share its address: it is asked once.
    reponses: dict[str, dict[str, Any]] = {}
    debuts: dict[tuple[str, int], bytes] = {}
    lignes = []
    for jeu, millesime, fichier in _declares(catalogue, demandes):
        with client.pour(jeu.jeu, f"{millesime.millesime}, {fichier.nom}"):
            url, message = _adresse(jeu, fichier, client)
            if url is not None and url not in reponses:
                reponses[url] = _interroger(url, client)
            reponse = dict(reponses[url]) if url is not None else _vide(message)
            if url is not None and not reponse["message"]:
                reponse |= _contenu(jeu, millesime, fichier, url, client, debuts)
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


def _adresse(jeu: Jeu, fichier: Fichier, client: Client) -> tuple[str | None, str]:
    """The address to ask today, or None and why there is none."""
    if fichier.adresse is None:
        return fichier.url, "aucune URL n'est déclarée dans la fiche"
    if fichier.adresse.service == "francetravail":
        return None, "l'API ne répond qu'à une demande complète, avec des identifiants"
    try:
        return resoudre(jeu, fichier.adresse, client).url, ""
    except (ErreurAdresse, IdentifiantsAbsents, ErreurReseau) as erreur:
        return None, str(erreur)


def _contenu(
    jeu: Jeu,
    millesime: Millesime,
    fichier: Fichier,
    url: str,
    client: Client,
    debuts: dict[tuple[str, int], bytes],
) -> dict[str, str]:
    """What the first bytes say: the type of the file, then the header of a plain csv; nothing is opened.

    Args:
        debuts: beginnings already read, by address and size; completed here.
    """
    lecture = lecture_declaree(jeu, fichier, "live")
    a_entete = lecture.format == "csv" and lecture.colonnes is None and fichier.fichier.lower().endswith(".csv")
    cle = (url, DEBUT if a_entete else SIGNATURE)
    try:
        if cle not in debuts:
            debuts[cle] = client.debut(*cle)
    except ErreurReseau as erreur:
        return {"message": str(erreur)}
    try:
        verifier_debut(debuts[cle], fichier.fichier, lecture)
    except ErreurOctets as erreur:
        return {"signature": "differe", "message": str(erreur)}
    if not a_entete:
        return {"signature": "conforme"}
    try:
        entete = Entete(f"{jeu.jeu}, millésime {millesime.millesime}, {fichier.nom}", colonnes_de(debuts[cle], lecture))
        exiger_colonnes(entete, jeu, millesime, fichier)
    except (ErreurDerive, ErreurCatalogue, UnicodeDecodeError) as erreur:
        return {"signature": "conforme", "entete": "differe", "message": str(erreur)}
    return {"signature": "conforme", "entete": "conforme"}


def colonnes_de(debut: bytes, lecture: Lecture) -> list[str]:
    """Names of the columns on the header line of the beginning of a csv."""
    lignes = debut.decode(lecture.encodage, errors="replace").lstrip("\ufeff").splitlines()
    entete = lignes[lecture.ligne_entete - 1] if len(lignes) >= lecture.ligne_entete else ""
    return [nom.strip(BLANCS) for nom in next(csv.reader([entete], delimiter=lecture.separateur), [])]


def exiger_colonnes(entete: Entete, jeu: Jeu, millesime: Millesime, fichier: Fichier) -> None:
    """Raises the sentence of a drift when a declared column is missing."""
    cle = fichier.cle or jeu.cle
    if cle.colonnes:
        entete.exiger("clé", cle.colonnes)
    for bloc in jeu.blocs:
        if (fichier.blocs is None or bloc.nom in fichier.blocs) and (bloc.nom in millesime.periodes or bloc.se_date):
            resoudre_colonnes(entete, bloc, millesime.millesime, millesime.periodes.get(bloc.nom))


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
        "signature": "non_verifie",
        "entete": "non_verifie",
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
