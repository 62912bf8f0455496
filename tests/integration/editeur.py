"""A publisher of our own on 127.0.0.1: real sockets, the publishers' URLs, and their bad days on demand.

Belongs here: serving bytes by host and path with ETag, Last-Modified, 304, HEAD and Range; the faults of quality.md F8-F11.
Does not belong here: what the ingestion does with the answers (test_acquisition_live), files themselves.

Standard library, not an ASGI server: a reset, a body shorter than announced or a drip are made on the socket.
"""

from __future__ import annotations

import hashlib
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

DATE = "Mon, 05 Jan 2026 08:00:00 GMT"
PAGE_HTML = (
    "<!DOCTYPE html><html lang='fr'><head><title>Service indisponible</title></head><body>…</body></html>".encode()
)


@dataclass(frozen=True)
class Document:
    """What is served at one address."""

    contenu: bytes
    type: str = "application/octet-stream"
    last_modified: str | None = DATE
    etag: str | None = None


@dataclass(frozen=True)
class Panne:
    """A misbehaviour, for the next `fois` requests (None: all).

    `statut` answers that status with `entetes` (an empty Content-Length is not sent, the end of the connection ends the body); `coupure` resets the connection; `tronque` announces the whole body and
    sends that many bytes; `goutte_s` waits that long between bytes; `corps` replaces the body; `vers` redirects;
    `methodes` restricts the fault to some methods.
    """

    statut: int | None = None
    entetes: dict[str, str] = field(default_factory=dict)
    coupure: bool = False
    tronque: int | None = None
    goutte_s: float | None = None
    corps: bytes | None = None
    vers: str | None = None
    methodes: tuple[str, ...] = ("GET", "HEAD", "POST")
    fois: int | None = None


@dataclass(frozen=True)
class Requete:
    """A request received, for the assertions; `instant` is monotonic seconds."""

    methode: str
    url: str
    entetes: dict[str, str]
    instant: float
    corps: bytes = b""


class Editeur:
    """The local publisher, started on entry and stopped on exit; `base` goes in OBSERVATOIRE_EDITEUR_LOCAL."""

    def __init__(self) -> None:
        self._documents: dict[str, Document] = {}
        self._pannes: dict[str, Panne] = {}
        self.journal: list[Requete] = []
        self._verrou = threading.Lock()
        self._serveur = _Serveur(("127.0.0.1", 0), _traitement(self))
        self._fil = threading.Thread(target=self._serveur.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self._serveur.server_port}"

    def __enter__(self) -> Editeur:
        self._fil.start()
        return self

    def __exit__(
        self, genre: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._serveur.shutdown()
        self._serveur.server_close()

    def publier(
        self,
        url: str,
        contenu: bytes,
        type: str = Document.type,
        last_modified: str | None = DATE,
        avec_etag: bool = True,
    ) -> None:
        """Serve `contenu` at `https://…`; publishing again replaces the bytes and their ETag."""
        etag = f'"{hashlib.sha256(contenu).hexdigest()[:16]}"' if avec_etag else None
        self._documents[_cle(url)] = Document(contenu, type, last_modified, etag)

    def publier_dossier(self, adresses: dict[str, str], dossier: Path) -> None:
        """Serve the files of a deposit: `adresses` gives, for each URL, the path in `dossier`."""
        for url, chemin in adresses.items():
            self.publier(url, (dossier / chemin).read_bytes())

    def panne(self, url: str, panne: Panne | None) -> None:
        """Set, or with None lift, the misbehaviour of an address."""
        with self._verrou:
            if panne is None:
                self._pannes.pop(_cle(url), None)
            else:
                self._pannes[_cle(url)] = panne

    def recues(self, url: str) -> list[Requete]:
        """Requests received for an address."""
        return [requete for requete in self.journal if _cle(requete.url) == _cle(url)]

    def prendre(self, methode: str, cle: str) -> Panne | None:
        """The fault that this request meets; counts it."""
        with self._verrou:
            panne = self._pannes.get(cle)
            if panne is None or methode not in panne.methodes or panne.fois == 0:
                return None
            if panne.fois is not None:
                self._pannes[cle] = replace(panne, fois=panne.fois - 1)
            return panne

    def document(self, cle: str) -> Document | None:
        """What is served at `/host/path`."""
        return self._documents.get(cle)


class _Serveur(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that leaves in the middle is part of the tests, not an error of the server."""


def _cle(url: str) -> str:
    parties = urlsplit(url)
    return f"/{parties.netloc}{parties.path}" + (f"?{parties.query}" if parties.query else "")


def _traitement(editeur: Editeur) -> Callable[..., BaseHTTPRequestHandler]:
    class Traitement(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            """Requests are in `Editeur.journal`."""

        def do_GET(self) -> None:
            self._servir(avec_corps=True)

        def do_HEAD(self) -> None:
            self._servir(avec_corps=False)

        def do_POST(self) -> None:
            self._servir(avec_corps=True)

        def _servir(self, avec_corps: bool) -> None:
            url = "https:/" + self.path
            corps = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            editeur.journal.append(Requete(self.command, url, dict(self.headers), time.monotonic(), corps))
            panne = editeur.prendre(self.command, self.path)
            if panne is not None and panne.coupure:
                self._couper()
            elif panne is not None and panne.vers is not None:
                self._repondre(302, b"", {"Location": panne.vers}, avec_corps)
            elif panne is not None and panne.statut is not None:
                self._repondre(panne.statut, panne.corps or b"", panne.entetes, avec_corps)
            else:
                self._document(panne or Panne(), avec_corps)

        def _couper(self) -> None:
            # SO_LINGER at zero: the close sends RST, the client sees a reset connection.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()

        def _document(self, panne: Panne, avec_corps: bool) -> None:
            document = editeur.document(self.path)
            if document is None:
                self._repondre(404, b"introuvable", {}, avec_corps)
                return
            contenu = document.contenu if panne.corps is None else panne.corps
            entetes = {"Content-Type": document.type, "Accept-Ranges": "bytes"}
            entetes |= {"ETag": document.etag} if document.etag else {}
            entetes |= {"Last-Modified": document.last_modified} if document.last_modified else {}
            if panne.corps is None and self._inchange(document):
                self._repondre(304, b"", entetes, avec_corps=False)
                return
            if self.headers.get("Range") == "bytes=0-0":
                entetes["Content-Range"] = f"bytes 0-0/{len(contenu)}"
                self._repondre(206, contenu[:1], entetes, avec_corps)
                return
            self._repondre(200, contenu, entetes | panne.entetes, avec_corps, panne)

        def _inchange(self, document: Document) -> bool:
            # RFC 9110 §13.2.2: the date is not looked at when an ETag is given.
            if (etag := self.headers.get("If-None-Match")) is not None:
                return document.etag is not None and etag == document.etag
            depuis = self.headers.get("If-Modified-Since")
            if depuis is None or document.last_modified is None:
                return False
            return parsedate_to_datetime(document.last_modified) <= parsedate_to_datetime(depuis)

        def _repondre(
            self, statut: int, contenu: bytes, entetes: dict[str, str], avec_corps: bool, panne: Panne | None = None
        ) -> None:
            self.send_response(statut)
            for nom, valeur in ({"Content-Length": str(len(contenu))} | entetes).items():
                if valeur:
                    self.send_header(nom, valeur)
                else:
                    self.close_connection = True
            self.end_headers()
            if not avec_corps or statut == 304:
                return
            if panne is not None and panne.tronque is not None:
                self.wfile.write(contenu[: panne.tronque])
                self.close_connection = True
            elif panne is not None and panne.goutte_s is not None:
                for octet in contenu:
                    self.wfile.write(bytes([octet]))
                    time.sleep(panne.goutte_s)
            else:
                self.wfile.write(contenu)

    return Traitement
