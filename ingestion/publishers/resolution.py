"""What a publisher's module gives back, and how it says that it found something else.

Belongs here: the answer and the two errors that every module shares.
Does not belong here: any publisher.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ingestion.http import Client


class ErreurAdresse(RuntimeError):
    """The publisher does not show what the card says; the sentence lists what it shows."""


class IdentifiantsAbsents(RuntimeError):
    """The publisher asks for credentials that are not set: the dataset is simply not asked for."""


@dataclass(frozen=True)
class Resolution:
    """Where the file is.

    `jeton`: cheap mark of its state, equal while nothing changed (None: only a conditional request can tell);
    `sha256`: what the publisher says its bytes are; `contenu`: the bytes, when asking was getting them.
    """

    url: str
    jeton: str | None = None
    sha256: str | None = None
    contenu: bytes | None = None


def lire_json(client: Client, url: str) -> dict[str, Any]:
    """A JSON object.

    Raises:
        ErreurAdresse: the answer is not one.
        ErreurReseau: no answer.
    """
    contenu = client.telecharger(url).contenu or b""
    try:
        document = json.loads(contenu)
    except (UnicodeDecodeError, json.JSONDecodeError):
        document = None
    if not isinstance(document, dict):
        debut = contenu[:80].decode("utf-8", errors="replace").strip()
        raise ErreurAdresse(f"{url} : un document JSON est attendu, trouvé « {debut} ». Relancez plus tard.")
    return document
