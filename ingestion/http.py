"""The only door to the network: one client, polite, bounded in time and size, that says what went wrong in a sentence.

Belongs here: timeouts, total deadline, redirects, retries, throttling, conditional requests, the local publisher's transport.
Does not belong here: which file is asked for (acquire, probe), what its bytes should be (verify).
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import IO, Literal

import httpx
import stamina

# A number of seconds beyond thirty years is a date.
EPOQUE = 1_000_000_000
VARIABLE_EDITEUR_LOCAL = "OBSERVATOIRE_EDITEUR_LOCAL"
VARIABLE_CONTACT = "OBSERVATOIRE_CONTACT"
VARIABLE_TOTAL_JEU = "OBSERVATOIRE_TOTAL_JEU_S"
# Hosts that want more time between two requests than the others, in seconds: 30 requests a minute (sources.md §3.4, §3.5).
HOTES_LENTS = {"bdm.insee.fr": 2.0, "api.insee.fr": 2.0}


class ErreurReseau(RuntimeError):
    """A publisher did not give the file; the message names the address, what was found and what to do.

    Attributes: `statut` (HTTP, None when no answer came), `passagere` (worth another try), `attendre_s` (Retry-After).
    """

    def __init__(
        self, message: str, statut: int | None = None, passagere: bool = False, attendre_s: float | None = None
    ) -> None:
        super().__init__(message)
        self.statut = statut
        self.passagere = passagere
        self.attendre_s = attendre_s


@dataclass(frozen=True)
class Reglages:
    """Bounds of every request, in seconds and bytes.

    `total_s` covers a file with all its attempts, waits and redirects; `total_jeu_s` covers the files of a dataset
    together (`Client.pour`); `intervalle_s` is the shortest time between two requests to one host (sources.md §3.8),
    `intervalles_s` that of the hosts that want more; `taille_max` leaves room for the largest declared file.
    """

    connexion_s: float = 10.0
    lecture_s: float = 30.0
    total_s: float = 300.0
    total_jeu_s: float = 1_800.0
    redirections: int = 5
    taille_max: int = 512 << 20
    intervalle_s: float = 1.0
    intervalles_s: Mapping[str, float] = field(default_factory=lambda: HOTES_LENTS)
    essais: int = 4
    attente_initiale_s: float = 1.0
    attente_max_s: float = 30.0
    gigue_s: float = 1.0


@dataclass(frozen=True)
class Reponse:
    """What the publisher answered. `taille` is the announced size.

    `contenu` is None for 304, for a probe, and when the body went to a file (`telecharger`).
    """

    url: str
    statut: int
    contenu: bytes | None
    type: str | None
    taille: int | None
    etag: str | None
    last_modified: str | None
    redirections: tuple[str, ...] = ()


class Cadence:
    """At most one request per `intervalle_s` and per host, whoever asks; `intervalles_s` gives the slower hosts."""

    def __init__(
        self,
        intervalle_s: float,
        horloge: Callable[[], float] = time.monotonic,
        dormir: Callable[[float], None] = time.sleep,
        intervalles_s: Mapping[str, float] | None = None,
    ) -> None:
        self._intervalle_s = intervalle_s
        self._intervalles_s = intervalles_s or {}
        self._horloge = horloge
        self._dormir = dormir
        self._dernieres: dict[str, float] = {}

    def attendre(self, hote: str) -> None:
        """Sleep until `hote` may be asked again."""
        derniere = self._dernieres.get(hote)
        intervalle_s = max(self._intervalle_s, self._intervalles_s.get(hote, 0.0))
        if derniere is not None and (reste := derniere + intervalle_s - self._horloge()) > 0:
            self._dormir(reste)
        self._dernieres[hote] = self._horloge()


class TransportLocal(httpx.BaseTransport):
    """Send `https://host/path` to `http://127.0.0.1:port/host/path`, below the client: URLs and redirects are unchanged.

    Args:
        base: address of the local publisher; only 127.0.0.1 is accepted.
    Raises:
        ErreurReseau: another host.
    """

    def __init__(self, base: str) -> None:
        self._base = httpx.URL(base)
        if self._base.scheme != "http" or self._base.host != "127.0.0.1":
            raise ErreurReseau(f"{VARIABLE_EDITEUR_LOCAL} : attendu http://127.0.0.1:<port>, trouvé « {base} ».")
        self._interne = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        chemin = f"/{request.url.host}".encode() + request.url.raw_path
        locale = httpx.Request(
            request.method,
            self._base.copy_with(raw_path=chemin),
            headers=request.headers,
            stream=request.stream,
            extensions=request.extensions,
        )
        return self._interne.handle_request(locale)

    def close(self) -> None:
        self._interne.close()


def agent(contact: str | None = None) -> str:
    """User-Agent that names the project and, from `contact` or OBSERVATOIRE_CONTACT, whom to write to."""
    contact = contact or os.environ.get(VARIABLE_CONTACT)
    suffixe = f"; +{contact}" if contact else ""
    # insee.fr turns away agents without a browser-like prefix (sources.md §3.8).
    return f"Mozilla/5.0 (compatible; Observatoire-QPV/1.0{suffixe})"


@dataclass(frozen=True)
class _EnCours:
    """The dataset and file that requests are made for; `limite` is when the time of the dataset ends."""

    jeu: str
    fichier: str
    limite: float


class Client:
    """Polite HTTP client for the publishers, to be closed after use (context manager).

    Args:
        reglages: bounds of the requests.
        cadence: throttling; by default one request per host and per interval of `reglages`.
        horloge: monotonic seconds.
        editeur_local: address that replaces every host; by default OBSERVATOIRE_EDITEUR_LOCAL.
        contact: address or URL put in the User-Agent; by default OBSERVATOIRE_CONTACT.
    """

    def __init__(
        self,
        reglages: Reglages | None = None,
        cadence: Cadence | None = None,
        horloge: Callable[[], float] = time.monotonic,
        editeur_local: str | None = None,
        contact: str | None = None,
    ) -> None:
        self.reglages = reglages or Reglages()
        self._horloge = horloge
        self._cadence = cadence or Cadence(
            self.reglages.intervalle_s, horloge, intervalles_s=self.reglages.intervalles_s
        )
        self._en_cours: _EnCours | None = None
        self._depenses: dict[str, float] = {}
        self._arrets: dict[str, str] = {}
        local = editeur_local or os.environ.get(VARIABLE_EDITEUR_LOCAL)
        self._http = httpx.Client(
            # Identity: the bytes kept are the published bytes, and Content-Length can be compared.
            headers={"User-Agent": agent(contact), "Accept": "*/*", "Accept-Encoding": "identity"},
            follow_redirects=True,
            max_redirects=self.reglages.redirections,
            event_hooks={"request": [self._avant_requete]},
            transport=TransportLocal(local) if local else None,
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, genre: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.fermer()

    def fermer(self) -> None:
        """Close the connections."""
        self._http.close()

    @contextmanager
    def pour(self, jeu: str, fichier: str) -> Iterator[None]:
        """Count what is asked inside against the time of a dataset, all its files together.

        Args:
            jeu: id of the dataset; what is left is kept from one file to the next, whatever comes between.
            fichier: its file, for the sentence.
        """
        debut, depense = self._horloge(), self._depenses.get(jeu, 0.0)
        self._en_cours = _EnCours(jeu, fichier, debut + self.reglages.total_jeu_s - depense)
        try:
            yield
        finally:
            self._en_cours = None
            self._depenses[jeu] = depense + self._horloge() - debut

    def telecharger(
        self, url: str, etag: str | None = None, last_modified: str | None = None, vers: IO[bytes] | None = None
    ) -> Reponse:
        """Get a file whole, or 304 when `etag` or `last_modified` still hold.

        Args:
            vers: an empty file that receives the body, so that its size does not count in memory; each attempt starts
                it again, and it is flushed.
        Raises:
            ErreurReseau: not given after the bounded attempts, gone, too large, too slow, redirected without end.
        """
        entetes = {}
        if etag:
            entetes["If-None-Match"] = etag
        if last_modified:
            entetes["If-Modified-Since"] = last_modified
        reponse = self._avec_essais("GET", url, entetes, avec_corps=True, vers=vers)
        if reponse.statut == 304 and not entetes:
            raise ErreurReseau(f"{url} : réponse 304 (inchangé) à une demande sans condition. Relancez.", 304)
        return reponse

    def poster(self, url: str, corps: bytes, entetes: dict[str, str]) -> Reponse:
        """Send a body and get the answer whole; what is sent appears in no error and follows no redirect.

        Raises:
            ErreurReseau: as `telecharger`; `statut` tells a refusal (400, 401, 403) or a redirect (3xx).
        """
        return self._avec_essais("POST", url, entetes, avec_corps=True, corps=corps)

    def interroger(self, url: str) -> Reponse:
        """Ask what a file is today, without its body: HEAD, or GET of one byte where HEAD is refused or says no size.

        Raises:
            ErreurReseau: as `telecharger`.
        """
        try:
            reponse = self._avec_essais("HEAD", url, {}, avec_corps=False)
        except ErreurReseau as erreur:
            if erreur.statut not in (400, 403, 405, 501):
                raise
        else:
            if reponse.taille is not None:
                return reponse
        return self._avec_essais("GET", url, {"Range": "bytes=0-0"}, avec_corps=False)

    def debut(self, url: str, octets: int) -> bytes:
        """The first bytes of a file, at most `octets` of them: nothing more is read, whether or not ranges are honoured.

        Raises:
            ErreurReseau: as `telecharger`.
        """
        reponse = self._avec_essais("GET", url, {"Range": f"bytes=0-{octets - 1}"}, avec_corps=True, au_plus=octets)
        return (reponse.contenu or b"")[:octets]

    def _avant_requete(self, requete: httpx.Request) -> None:
        """Called by httpx before each hop of a redirect chain."""
        if requete.url.scheme != "https":
            raise ErreurReseau(f"{requete.url} : protocole « {requete.url.scheme} » refusé, https attendu.")
        self._cadence.attendre(requete.url.host)

    def _avec_essais(
        self,
        methode: Literal["GET", "HEAD", "POST"],
        url: str,
        entetes: dict[str, str],
        avec_corps: bool,
        corps: bytes | None = None,
        au_plus: int | None = None,
        vers: IO[bytes] | None = None,
    ) -> Reponse:
        limite = self._horloge() + self.reglages.total_s
        if self._en_cours is not None:
            limite = min(limite, self._en_cours.limite)

        def reprendre(erreur: Exception) -> bool | float:
            if not isinstance(erreur, ErreurReseau) or not erreur.passagere:
                return False
            if erreur.attendre_s is None:
                return self._horloge() < limite
            # A wait longer than what is left would end in the same failure, later.
            return erreur.attendre_s if self._horloge() + erreur.attendre_s < limite else False

        essais = stamina.retry_context(
            on=reprendre,
            attempts=self.reglages.essais,
            timeout=None,
            wait_initial=self.reglages.attente_initiale_s,
            wait_max=self.reglages.attente_max_s,
            wait_jitter=self.reglages.gigue_s,
        )
        for essai in essais:
            with essai:
                return self._essayer(methode, url, entetes, avec_corps, limite, corps, au_plus, vers)
        raise AssertionError("stamina always returns or raises")

    def _essayer(
        self,
        methode: str,
        url: str,
        entetes: dict[str, str],
        avec_corps: bool,
        limite: float,
        corps: bytes | None = None,
        au_plus: int | None = None,
        vers: IO[bytes] | None = None,
    ) -> Reponse:
        reste = limite - self._horloge()
        if reste <= 0:
            raise self._trop_long(url)
        attente = httpx.Timeout(min(self.reglages.lecture_s, reste), connect=min(self.reglages.connexion_s, reste))
        try:
            # A body may hold credentials: it goes to the declared address and nowhere else.
            suivre = methode != "POST"
            with self._http.stream(
                methode, url, headers=entetes, timeout=attente, content=corps, follow_redirects=suivre
            ) as brute:
                _refuser_statut(url, brute)
                if not avec_corps or brute.status_code == 304:
                    return _reponse(brute, None)
                if vers is not None:
                    vers.seek(0)
                    vers.truncate()
                    self._lire(url, brute, limite, vers)
                    vers.flush()
                    return _reponse(brute, None)
                tampon = io.BytesIO()
                self._lire(url, brute, limite, tampon, au_plus)
                return _reponse(brute, tampon.getvalue())
        except httpx.TooManyRedirects as erreur:
            raise ErreurReseau(
                f"{url} : plus de {self.reglages.redirections} redirections. Ouvrez la page de la source et corrigez l'adresse dans la fiche."
            ) from erreur
        except httpx.TimeoutException as erreur:
            if self._horloge() >= limite:
                raise self._trop_long(url) from erreur
            raise ErreurReseau(
                f"{url} : pas de réponse en {attente.read:.0f} s ({type(erreur).__name__}). Relancez plus tard.",
                passagere=True,
            ) from erreur
        except (httpx.NetworkError, httpx.RemoteProtocolError) as erreur:
            raise ErreurReseau(
                f"{url} : connexion coupée ou transfert incomplet ({erreur or type(erreur).__name__}). Relancez plus tard.",
                passagere=True,
            ) from erreur
        except (httpx.InvalidURL, httpx.HTTPError) as erreur:
            raise ErreurReseau(f"{url} : demande impossible ({erreur}). Corrigez l'adresse dans la fiche.") from erreur

    def _lire(
        self, url: str, brute: httpx.Response, limite: float, vers: IO[bytes], au_plus: int | None = None
    ) -> None:
        """Read the body by blocks: the deadline and the size are checked at each, so a slow drip cannot hold a run."""
        maximum = self.reglages.taille_max
        annonce = _entier(brute.headers.get("Content-Length"))
        if au_plus is None and annonce is not None and annonce > maximum:
            raise self._trop_grand(url, annonce)
        lus = 0
        # No chunk size: httpx would gather that many bytes before giving any, and the deadline would wait for them.
        for bloc in brute.iter_bytes():
            vers.write(bloc)
            lus += len(bloc)
            if au_plus is not None and lus >= au_plus:
                break
            if lus > maximum:
                raise self._trop_grand(url, lus)
            if self._horloge() > limite:
                raise self._trop_long(url)

    def _trop_long(self, url: str) -> ErreurReseau:
        if self._en_cours is not None and self._horloge() >= self._en_cours.limite:
            return self._jeu_trop_long(self._en_cours, url)
        return ErreurReseau(f"{url} : pas fini en {self.reglages.total_s:.0f} s, essais compris. Relancez plus tard.")

    def _jeu_trop_long(self, en_cours: _EnCours, url: str) -> ErreurReseau:
        total = self.reglages.total_jeu_s
        passees = total + self._horloge() - en_cours.limite
        atteint = self._arrets.setdefault(en_cours.jeu, en_cours.fichier)
        suite = "" if atteint == en_cours.fichier else f" ; {en_cours.fichier} n'a pas été demandé"
        return ErreurReseau(
            f"{en_cours.jeu} : {passees:.0f} s passées à demander ses fichiers, {total:.0f} s au plus pour un jeu, "
            f"arrêté à {atteint}{suite} ({url}). Relancez plus tard, ou relevez {VARIABLE_TOTAL_JEU}."
        )

    def _trop_grand(self, url: str, taille: int) -> ErreurReseau:
        maximum = self.reglages.taille_max
        return ErreurReseau(
            f"{url} : au moins {taille} octets, au plus {maximum} attendus. Vérifiez l'adresse dans la fiche."
        )


def _refuser_statut(url: str, brute: httpx.Response) -> None:
    statut = brute.status_code
    if statut in (200, 206, 304):
        return
    if statut in (404, 410):
        raise ErreurReseau(
            f"{url} : l'adresse n'existe plus (réponse {statut}). Ouvrez la page de la source et corrigez l'adresse dans la fiche.",
            statut,
        )
    if statut == 429 or statut >= 500:
        # Opendatasoft gives no Retry-After but the moment when its count starts again.
        moment = brute.headers.get("Retry-After") or brute.headers.get("X-RateLimit-Reset")
        attendre = delai_demande(moment, datetime.now(UTC))
        precision = f", revenir dans {attendre:.0f} s" if attendre is not None else ""
        raise ErreurReseau(
            f"{url} : le serveur du producteur refuse pour le moment (réponse {statut}{precision}). Relancez plus tard.",
            statut,
            passagere=True,
            attendre_s=attendre,
        )
    if brute.has_redirect_location:
        raise ErreurReseau(
            f"{url} : redirige vers {brute.url.join(brute.headers['Location']).host} (réponse {statut}). Un envoi n'est pas "
            "redirigé : il porterait les identifiants ailleurs. Vérifiez l'adresse auprès du producteur.",
            statut,
        )
    raise ErreurReseau(f"{url} : réponse {statut}, 200 attendu. Ouvrez l'adresse dans un navigateur.", statut)


def delai_demande(valeur: str | None, maintenant: datetime) -> float | None:
    """Seconds asked by a Retry-After header, given as seconds or as a date (RFC 9110 §10.2.3); None when unreadable.

    X-RateLimit-Reset is read too: an ISO date, or seconds since 1970 when the number is too large to be a wait.
    """
    if valeur is None:
        return None
    if valeur.strip().isdigit():
        secondes = float(valeur)
        return secondes if secondes < EPOQUE else max(0.0, secondes - maintenant.timestamp())
    date = _date(valeur)
    if date is None:
        return None
    return max(0.0, (date.replace(tzinfo=date.tzinfo or UTC) - maintenant).total_seconds())


def _date(valeur: str) -> datetime | None:
    for lire in (parsedate_to_datetime, datetime.fromisoformat):
        with suppress(ValueError):
            return lire(valeur)
    return None


def _entier(valeur: str | None) -> int | None:
    return int(valeur) if valeur is not None and valeur.isdigit() else None


def _reponse(brute: httpx.Response, contenu: bytes | None) -> Reponse:
    taille = _entier(brute.headers.get("Content-Length"))
    if brute.status_code == 206:
        taille = _entier(brute.headers.get("Content-Range", "").rpartition("/")[2])
    return Reponse(
        url=str(brute.url),
        statut=brute.status_code,
        contenu=contenu,
        type=brute.headers.get("Content-Type"),
        taille=taille,
        etag=brute.headers.get("ETag"),
        last_modified=brute.headers.get("Last-Modified"),
        redirections=tuple(str(etape.url) for etape in brute.history),
    )
