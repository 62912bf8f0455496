"""Where a declared file is today, publisher by publisher.

Belongs here: the choice of the publisher's module from the card, what every module gives back.
Does not belong here: requests (http), keeping bytes (archive), what a card may say (catalogue).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from ingestion.catalogue import Adresse, Jeu
from ingestion.http import Client
from ingestion.publishers import bdm, datagouv, francetravail, insee_page, opendatasoft
from ingestion.publishers.francetravail import Acces
from ingestion.publishers.resolution import ErreurAdresse, IdentifiantsAbsents, Resolution

__all__ = ["Acces", "ErreurAdresse", "IdentifiantsAbsents", "Resolution", "resoudre"]

SERVICES: dict[str, Callable[[Adresse, Client], Resolution]] = {
    "insee_page": insee_page.resoudre,
    "datagouv": datagouv.resoudre,
    "opendatasoft": opendatasoft.resoudre,
    "bdm": bdm.resoudre,
}


def resoudre(
    jeu: Jeu,
    adresse: Adresse,
    client: Client,
    environnement: Mapping[str, str] = os.environ,
    acces: Acces | None = None,
) -> Resolution:
    """Asks the publisher where the file is.

    Args:
        environnement: where the credentials that the card names are looked for; they go nowhere else.
        acces: tokens of the run, shared by its datasets; by default those of this question only.
    Raises:
        ErreurAdresse: the page, dataset or resource is not what the card says; the sentence lists what was found.
        IdentifiantsAbsents: the card needs credentials that are not set.
        ErreurReseau: the publisher did not answer.
    """
    manquants = [nom for nom in jeu.identifiants if not environnement.get(nom)]
    if manquants:
        raise IdentifiantsAbsents(f"{jeu.jeu} : interrogé seulement quand {' et '.join(manquants)} sont définis.")
    if adresse.service == "francetravail":
        identifiants = [environnement[nom] for nom in jeu.identifiants]
        return francetravail.resoudre(adresse, client, identifiants, acces or Acces())
    return SERVICES[adresse.service](adresse, client)
