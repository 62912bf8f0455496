"""How an alert leaves the machine: by mail, by a POST to an address.

Belongs here: SMTP, the webhook, the sentence that says why an alert was not sent.
Does not belong here: what is wrong and whether it is new (watch), the words of an alert (alerts).

An alert goes to the operator, never to a publisher: it does not pass through ingestion.http.
No sentence holds a password, nor the address of the webhook, which is a password too.
"""

from __future__ import annotations

import logging
import re
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from orchestration.alerts import Alerte
    from orchestration.settings import Reglages

ADRESSE = re.compile(r"[^\s@,<>]+@[^\s@,<>]+")
LOCAUX = ("127.0.0.1", "localhost", "::1")


class ErreurEnvoi(RuntimeError):
    """An alert was not sent; the message says by which channel, why, and what to check."""


class Canal(Protocol):
    """Where alerts go. `nom` is what the state and the sentences call it."""

    @property
    def nom(self) -> str: ...

    def envoyer(self, alerte: Alerte) -> None:
        """Raises ErreurEnvoi when the alert was not taken."""


@dataclass(frozen=True)
class Courriel:
    """A mail server, with STARTTLS or TLS and a login. The certificate of the server is checked."""

    serveur: str
    port: int
    tls: str
    de: str
    a: tuple[str, ...]
    utilisateur: str | None
    mot_de_passe: str | None
    delai_s: float

    @property
    def nom(self) -> str:
        return "courriel"

    def envoyer(self, alerte: Alerte) -> None:
        """See `Canal`."""
        try:
            with self._connexion() as connexion:
                if self.tls == "starttls":
                    connexion.starttls(context=ssl.create_default_context())
                if self.utilisateur and self.mot_de_passe:
                    connexion.login(self.utilisateur, self.mot_de_passe)
                connexion.send_message(self._message(alerte))
        except smtplib.SMTPAuthenticationError as erreur:
            raise self._refus(
                f"identifiants refusés (code {erreur.smtp_code})", "l'utilisateur et le mot de passe"
            ) from None
        except smtplib.SMTPResponseException as erreur:
            raise self._refus(
                f"refusé par le serveur (code {erreur.smtp_code})", "les adresses et le serveur"
            ) from None
        except smtplib.SMTPServerDisconnected:
            raise self._refus(
                f"connexion coupée, ou sans réponse en {self.delai_s:g} s", "le serveur et le port"
            ) from None
        except smtplib.SMTPException as erreur:
            raise self._refus(type(erreur).__name__, "OBSERVATOIRE_ALERTE_SMTP_TLS et le serveur") from None
        except UnicodeError:
            # smtplib writes credentials in ASCII, and its error would quote the password.
            raise self._refus("caractère refusé", "l'utilisateur, le mot de passe et les adresses") from None
        except OSError as erreur:
            raise self._refus(
                erreur.strerror or str(erreur) or type(erreur).__name__, "le serveur et le port"
            ) from None

    def _connexion(self) -> smtplib.SMTP:
        if self.tls == "tls":
            contexte = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.serveur, self.port, timeout=self.delai_s, context=contexte)
        return smtplib.SMTP(self.serveur, self.port, timeout=self.delai_s)

    def _message(self, alerte: Alerte) -> EmailMessage:
        message = EmailMessage()
        message["Subject"] = alerte.sujet
        message["From"] = self.de
        message["To"] = ", ".join(self.a)
        message["Date"] = formatdate(localtime=True)
        message["Message-ID"] = make_msgid(domain=self.de.rpartition("@")[2] or None)
        # What an automatic answer must not answer to.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(alerte.corps)
        return message

    def _refus(self, raison: str, verifier: str) -> ErreurEnvoi:
        return ErreurEnvoi(
            f"Alerte non envoyée par courriel, {self.serveur}:{self.port} : {raison}. Vérifiez {verifier}, "
            "puis « observatoire alerte --essai »."
        )


@dataclass(frozen=True)
class Webhook:
    """An address that takes JSON by POST; the token in it never leaves this object."""

    url: str
    delai_s: float

    @property
    def nom(self) -> str:
        return "webhook"

    def envoyer(self, alerte: Alerte) -> None:
        """See `Canal`."""
        import httpx

        # At INFO they write the whole address, hence the token in it.
        for bavard in ("httpx", "httpcore"):
            logging.getLogger(bavard).setLevel(logging.WARNING)
        try:
            # The body of the answer is not read: it could never end.
            with httpx.stream("POST", self.url, json=alerte.json(), timeout=self.delai_s) as reponse:
                statut = reponse.status_code
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as erreur:
            raise self._refus(type(erreur).__name__) from None
        if not 200 <= statut < 300:
            raise self._refus(f"réponse {statut}")

    def _refus(self, raison: str) -> ErreurEnvoi:
        return ErreurEnvoi(
            f"Alerte non envoyée au webhook, {urlsplit(self.url).hostname} : {raison}. Vérifiez OBSERVATOIRE_ALERTE_WEBHOOK, "
            "puis « observatoire alerte --essai »."
        )


def canaux(reglages: Reglages) -> tuple[list[Canal], list[str]]:
    """The channels that the settings describe, and one sentence per channel that they describe badly."""
    trouves: list[Canal] = []
    refus: list[str] = []
    for lire in (_courriel, _webhook):
        try:
            if canal := lire(reglages):
                trouves.append(canal)
        except ErreurEnvoi as erreur:
            refus.append(str(erreur))
    return trouves, refus


def _courriel(reglages: Reglages) -> Courriel | None:
    if not (reglages.alerte_smtp or reglages.alerte_a):
        return None
    destinataires = tuple(adresse.strip() for adresse in (reglages.alerte_a or "").split(",") if adresse.strip())
    serveur, _, port = (reglages.alerte_smtp or "").rpartition(":")
    de = reglages.alerte_de or (destinataires[0] if destinataires else "")
    if not (serveur and port.isdigit() and destinataires and all(map(ADRESSE.fullmatch, (*destinataires, de)))):
        raise ErreurEnvoi(
            "Alertes par courriel mal réglées : OBSERVATOIRE_ALERTE_SMTP attendu sous la forme serveur:port, "
            f"trouvé « {reglages.alerte_smtp or ''} », et OBSERVATOIRE_ALERTE_A au moins une adresse, "
            f"trouvé « {reglages.alerte_a or ''} », envoyées par « {de} »."
        )
    secret = reglages.alerte_smtp_mot_de_passe
    if secret and reglages.alerte_smtp_tls == "aucun" and serveur not in LOCAUX:
        raise ErreurEnvoi(
            f"Alertes par courriel mal réglées : un mot de passe n'est pas envoyé en clair à {serveur}. "
            "Donnez « starttls » ou « tls » à OBSERVATOIRE_ALERTE_SMTP_TLS."
        )
    return Courriel(
        serveur,
        int(port),
        reglages.alerte_smtp_tls,
        de,
        destinataires,
        reglages.alerte_smtp_utilisateur,
        secret.get_secret_value() if secret else None,
        reglages.alerte_delai_s,
    )


def _webhook(reglages: Reglages) -> Webhook | None:
    if reglages.alerte_webhook is None:
        return None
    url = reglages.alerte_webhook.get_secret_value()
    if not (url.startswith("https://") or re.match(r"http://(127\.0\.0\.1|localhost)[:/]", url)) or "[" in url:
        raise ErreurEnvoi(
            "Webhook des alertes mal réglé : OBSERVATOIRE_ALERTE_WEBHOOK doit commencer par https:// "
            "(http:// seulement pour cette machine)."
        )
    return Webhook(url, reglages.alerte_delai_s)
