"""Which datasets changed at their publishers since they were last read: asked cheaply, nothing is downloaded.

Belongs here: comparing what a publisher says of a file today (mark, ETag, date, size) with the lock; the same for a deposit.
Does not belong here: requests (ingestion.http), addresses (ingestion.publishers), when to ask (automation).

An answer that proves nothing is no change: the schedule of the dataset will read it whole.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from orchestration import steps
from orchestration.state import ABSENT, Inventaire, cle_fichier, empreinte_fichier

if TYPE_CHECKING:
    from ingestion.catalogue import Fichier, Jeu, Millesime
    from ingestion.http import Client
    from ingestion.lock import EntreeVerrou
    from orchestration.refresh import Etapes
    from orchestration.steps import Contexte


@dataclass
class Constat:
    """What was seen. `changes`: dataset → digest of the change, the same while nobody reads it.

    `indecis`: dataset → one sentence per file whose publisher did not answer; `regardes`: datasets looked at, in order.
    """

    changes: dict[str, str] = field(default_factory=dict)
    indecis: dict[str, list[str]] = field(default_factory=dict)
    regardes: list[str] = field(default_factory=list)


def regarder(
    contexte: Contexte,
    jeux: Iterable[Jeu],
    client: Client,
    *,
    limite_s: float,
    horloge: Callable[[], float] = time.monotonic,
) -> Constat:
    """Ask the publishers of `jeux`, one dataset after the other, until `limite_s` seconds are spent.

    The dataset that is begun is finished: the bound of one request (`ingestion.http`) comes on top.
    """
    from ingestion.lock import Verrou

    verrou, constat, fin = Verrou(contexte.donnees / "verrou.yml"), Constat(), horloge() + limite_s
    vues: dict[str, Any] = {}
    for jeu in jeux:
        if horloge() >= fin:
            break
        marques = []
        for millesime in jeu.millesimes:
            for fichier in millesime.fichiers:
                entree = verrou.lire(jeu.jeu, millesime.millesime, fichier.nom)
                marque = _regarder_fichier(contexte, jeu, millesime, fichier, entree, client, vues, constat)
                if marque is not None:
                    avant = (entree.sha256, entree.acquis_le) if entree else None
                    marques.append((millesime.millesime, fichier.nom, avant, marque))
        constat.regardes.append(jeu.jeu)
        if marques:
            constat.changes[jeu.jeu] = _empreinte(marques)
    return constat


def comparer_dossier(contexte: Contexte, avant: Inventaire, apres: Inventaire) -> Constat:
    """The same for a deposit or the demo territory: digests of its files against those of the last release."""
    from ingestion.lock import Verrou

    verrou, constat = Verrou(contexte.donnees / "verrou.yml"), Constat()
    for jeu in contexte.catalogue.jeux.values():
        marques = []
        for millesime in jeu.millesimes:
            for fichier in millesime.fichiers:
                cle = cle_fichier(jeu.jeu, millesime.millesime, fichier.nom)
                if apres.fichiers.get(cle, ABSENT) != avant.fichiers.get(cle, ABSENT):
                    entree = verrou.lire(jeu.jeu, millesime.millesime, fichier.nom)
                    connu = (entree.sha256, entree.acquis_le) if entree else None
                    marques.append((cle, connu, apres.fichiers.get(cle)))
        constat.regardes.append(jeu.jeu)
        if marques:
            constat.changes[jeu.jeu] = _empreinte(marques)
    return constat


def _regarder_fichier(
    contexte: Contexte,
    jeu: Jeu,
    millesime: Millesime,
    fichier: Fichier,
    entree: EntreeVerrou | None,
    client: Client,
    vues: dict[str, Any],
    constat: Constat,
) -> Any:
    """What tells that the file changed, None when nothing does."""
    from ingestion.http import ErreurReseau
    from ingestion.publishers import ErreurAdresse, IdentifiantsAbsents, resoudre
    from ingestion.register.location import chemin_du_registre, est_registre

    if est_registre(jeu):
        chemin = chemin_du_registre(contexte.registre, jeu, fichier) if contexte.registre else None
        somme = empreinte_fichier(chemin) if chemin else ABSENT
        return somme if somme not in (ABSENT, entree.sha256 if entree else None) else None
    # France Travail gives a figure only to a whole request, with credentials: its schedule asks.
    if fichier.sur_demande is not None or (fichier.adresse and fichier.adresse.service == "francetravail"):
        return None
    try:
        with client.pour(jeu.jeu, f"{millesime.millesime}, {fichier.nom}"):
            url, jeton = fichier.url, None
            if fichier.adresse is not None:
                resolution = resoudre(jeu, fichier.adresse, client)
                url, jeton = resolution.url, resolution.jeton
            if jeton is not None:
                return jeton if entree is None or entree.jeton != jeton else None
            if url is None:
                return None
            if url not in vues:
                vues[url] = client.interroger(url)
    except IdentifiantsAbsents:
        return None
    except (ErreurReseau, ErreurAdresse) as erreur:
        phrase = f"{jeu.jeu}, millésime {millesime.millesime}, {fichier.nom} : {erreur}"
        constat.indecis.setdefault(jeu.jeu, []).append(phrase)
        return None
    return _difference(vues[url], entree)


def _difference(reponse: Any, entree: EntreeVerrou | None) -> Any:
    """The strongest mark that both sides have decides; a file never obtained that answers now is news."""
    marque = (reponse.url, reponse.etag, reponse.last_modified, reponse.taille)
    if entree is None or entree.sha256 is None:
        return marque
    for vu, connu in (
        (reponse.etag, entree.etag),
        (reponse.last_modified, entree.last_modified),
        (reponse.taille, entree.taille),
    ):
        if vu and connu:
            return marque if vu != connu else None
    return None


def _empreinte(marques: Any) -> str:
    return hashlib.sha256(repr(marques).encode()).hexdigest()[:16]


def en_tournant(contexte: Contexte, depart: str | None) -> Iterator[Jeu]:
    """Every dataset once, from the one that follows `depart`."""
    jeux = list(contexte.catalogue.jeux.values())
    rang = next((i + 1 for i, jeu in enumerate(jeux) if jeu.jeu == depart), 0)
    yield from (*jeux[rang:], *jeux[:rang])


def inventaire_du_moment(contexte: Contexte, etapes: Etapes) -> Inventaire:
    """Digests of now: of the folder, or of what the publishers gave last, without asking them."""
    return steps.inventaire_du_verrou(contexte) if contexte.reglages.source == "live" else etapes.inventorier(contexte)
