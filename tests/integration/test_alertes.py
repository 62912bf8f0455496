"""Alerts sent for real: a mail server and a web server of our own on 127.0.0.1, and their bad days.

Belongs here: STARTTLS, login, refusals, time outs, what is in the message, what never is; the command `alerte`.
Does not belong here: which problems are new (unit/test_watch), what a refresh does.
"""

from __future__ import annotations

import datetime as dt
import email
import ipaddress
import json
import logging
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pytest_httpserver import HTTPServer
from werkzeug import Response

from orchestration.alert_channels import ErreurEnvoi, canaux
from orchestration.alerts import Alerte, Probleme
from orchestration.settings import DEPOT_DU_CODE, Reglages

SECRET = "mot-de-passe-d-essai"  # noqa: S105
JETON = "jeton-d-essai-0123456789"
ALERTE = Alerte(
    "Observatoire QPV essai", [Probleme("refus:x", "refus", "insee.cog/2026/a.csv : réponse 404, à vérifier.")]
)


@dataclass
class Boite:
    """A mailbox: what arrived, and how the server treats its visitors."""

    messages: list[EmailMessage] = field(default_factory=list)
    chiffrees: list[bool] = field(default_factory=list)
    refus: str = ""

    async def handle_DATA(self, _serveur: Any, session: Any, enveloppe: Any) -> str:  # noqa: N802
        if self.refus:
            return self.refus
        self.messages.append(email.message_from_bytes(enveloppe.content, policy=default))  # type: ignore[arg-type]
        self.chiffrees.append(session.ssl is not None)
        return "250 OK"


@pytest.fixture(scope="session")
def certificat(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of 127.0.0.1 that signs itself, with its key."""
    cle = ec.generate_private_key(ec.SECP256R1())
    nom = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    maintenant = dt.datetime.now(dt.UTC)
    signe = (
        x509.CertificateBuilder()
        .subject_name(nom)
        .issuer_name(nom)
        .public_key(cle.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(maintenant - dt.timedelta(days=1))
        .not_valid_after(maintenant + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(cle, hashes.SHA256())
    )
    chemin = tmp_path_factory.mktemp("tls") / "serveur.pem"
    privee = cle.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chemin.write_bytes(privee + signe.public_bytes(serialization.Encoding.PEM))
    return chemin


@pytest.fixture
def boite() -> Boite:
    return Boite()


@pytest.fixture
def smtp(boite: Boite, certificat: Path) -> Iterator[str]:
    """`host:port` of a server that wants STARTTLS, then the login `veille`."""
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificat)

    def verifier(_serveur: Any, _session: Any, _enveloppe: Any, _mecanisme: str, donnees: Any) -> AuthResult:
        assert isinstance(donnees, LoginPassword)
        # `handled=False`: the server itself answers 535.
        return AuthResult(success=(donnees.login, donnees.password) == (b"veille", SECRET.encode()), handled=False)

    serveur = Controller(
        boite,
        hostname="127.0.0.1",
        port=_port_libre(),
        tls_context=tls,
        require_starttls=True,
        authenticator=verifier,
        auth_required=True,
    )
    serveur.start()
    yield f"127.0.0.1:{serveur.port}"
    serveur.stop()


def _port_libre() -> int:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return int(prise.getsockname()[1])


def reglages(smtp: str = "", **autres: Any) -> Reglages:
    valeurs: dict[str, Any] = (
        {"alerte_smtp": smtp, "alerte_a": "veille@example.org, equipe@example.org"} if smtp else {}
    )
    identifiants = {"alerte_smtp_utilisateur": "veille", "alerte_smtp_mot_de_passe": SECRET}
    return Reglages(**(valeurs | identifiants | {"alerte_delai_s": 2} | autres))


def envoyer(choisis: Reglages) -> str:
    """Send by the only channel of the settings; the sentence of its refusal, empty when it took the alert."""
    (canal,), refus = canaux(choisis)
    assert refus == []
    try:
        canal.envoyer(ALERTE)
    except ErreurEnvoi as erreur:
        return str(erreur)
    return ""


# --- mail ---------------------------------------------------------------------------------------------------------------


def test_a_mail_arrives_encrypted_and_says_what_where_and_what_to_do(
    smtp: str, boite: Boite, certificat: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificat))
    assert envoyer(reglages(smtp)) == ""
    (message,) = boite.messages
    assert boite.chiffrees == [True]
    assert message["Subject"] == "[Observatoire QPV essai] Fichier refusé, dernier bon état en usage"
    assert (message["From"], message["To"]) == ("veille@example.org", "veille@example.org, equipe@example.org")
    corps = message.get_content()
    assert "insee.cog/2026/a.csv : réponse 404, à vérifier." in corps
    assert "docs/operations.md, « refus »" in corps
    assert SECRET not in message.as_string()


def test_a_server_whose_certificate_is_unknown_gets_no_password(smtp: str, boite: Boite) -> None:
    phrase = envoyer(reglages(smtp))
    assert "Alerte non envoyée par courriel" in phrase
    assert "certificate" in phrase
    assert boite.messages == []


def test_a_refused_login_is_a_sentence_without_the_password(
    smtp: str, boite: Boite, certificat: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificat))
    phrase = envoyer(reglages(smtp, alerte_smtp_mot_de_passe="autre-secret"))
    assert "identifiants refusés (code 535)" in phrase
    assert "autre-secret" not in phrase
    assert boite.messages == []


def test_a_password_that_cannot_be_sent_is_a_sentence_without_it(
    smtp: str, certificat: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificat))
    phrase = envoyer(reglages(smtp, alerte_smtp_mot_de_passe="sécrèt-d-essai"))
    assert "caractère refusé" in phrase
    assert "d-essai" not in phrase


def test_a_message_that_the_server_turns_away_is_a_sentence(
    smtp: str, boite: Boite, certificat: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificat))
    boite.refus = "552 boite pleine"
    assert "refusé par le serveur (code 552)" in envoyer(reglages(smtp))


def test_a_server_that_does_not_answer_is_left_in_time() -> None:
    """A socket that accepts and says nothing."""
    with socket.socket() as muet:
        muet.bind(("127.0.0.1", 0))
        muet.listen()
        debut = dt.datetime.now(dt.UTC)
        phrase = envoyer(reglages(f"127.0.0.1:{muet.getsockname()[1]}", alerte_delai_s=0.3))
    assert "sans réponse en 0.3 s" in phrase
    assert dt.datetime.now(dt.UTC) - debut < dt.timedelta(seconds=3)


def test_a_closed_port_is_a_sentence() -> None:
    assert "Connection refused" in envoyer(reglages(f"127.0.0.1:{_port_libre()}"))


def test_a_server_without_starttls_gets_nothing(boite: Boite) -> None:
    serveur = Controller(boite, hostname="127.0.0.1", port=_port_libre())
    serveur.start()
    try:
        phrase = envoyer(reglages(f"127.0.0.1:{serveur.port}"))
        assert "SMTPNotSupportedError" in phrase
        assert "OBSERVATOIRE_ALERTE_SMTP_TLS" in phrase
        assert boite.messages == []
        # A relay of this machine needs neither encryption nor login.
        nu = {"alerte_smtp_utilisateur": None, "alerte_smtp_mot_de_passe": None}
        assert envoyer(reglages(f"127.0.0.1:{serveur.port}", alerte_smtp_tls="aucun", **nu)) == ""
    finally:
        serveur.stop()
    assert len(boite.messages) == 1


@pytest.mark.parametrize(
    ("champs", "attendu"),
    [
        ({"alerte_smtp": "smtp.example.org"}, "serveur:port"),
        ({"alerte_smtp": "smtp.example.org:587"}, "au moins une adresse"),
        ({"alerte_smtp": "smtp.example.org:587", "alerte_a": "a@b.fr\nBcc: c@d.fr"}, "au moins une adresse"),
        ({"alerte_smtp": "smtp.example.org:25", "alerte_a": "a@b.fr", "alerte_smtp_tls": "aucun"}, "en clair"),
        ({"alerte_webhook": f"http://chat.example.org/{JETON}"}, "https://"),
        ({"alerte_webhook": f"https://[chat/{JETON}"}, "https://"),
    ],
)
def test_a_bad_setting_is_a_sentence_and_no_channel(champs: dict[str, Any], attendu: str) -> None:
    trouves, refus = canaux(Reglages(alerte_smtp_mot_de_passe=SECRET, **champs))
    assert trouves == []
    assert attendu in refus[0]
    assert SECRET not in refus[0]
    assert JETON not in refus[0]


def test_secrets_are_not_shown_by_the_settings() -> None:
    choisis = reglages(alerte_webhook=f"https://chat.example.org/{JETON}")
    assert SECRET not in repr(choisis)
    assert JETON not in repr(choisis)


# --- webhook ------------------------------------------------------------------------------------------------------------


def test_the_webhook_gets_the_text_and_the_facts(httpserver: HTTPServer, caplog: pytest.LogCaptureFixture) -> None:
    httpserver.expect_request(f"/{JETON}", method="POST").respond_with_data("")
    with caplog.at_level(logging.DEBUG):
        assert envoyer(reglages(alerte_webhook=httpserver.url_for(f"/{JETON}"))) == ""
    recu = httpserver.log[0][0].get_json()
    assert recu["nouveaux"] == [
        {"genre": "refus", "cle": "refus:x", "phrase": "insee.cog/2026/a.csv : réponse 404, à vérifier."}
    ]
    assert recu["text"].startswith("[Observatoire QPV essai] Fichier refusé")
    bavards = [ligne.getMessage() for ligne in caplog.records if ligne.name.startswith(("httpx", "httpcore"))]
    assert not any(JETON in ligne for ligne in bavards)


@pytest.mark.parametrize("statut", [500, 403, 302])
def test_a_webhook_that_refuses_is_a_sentence_without_its_address(httpserver: HTTPServer, statut: int) -> None:
    entetes = {"Location": httpserver.url_for("/ailleurs")}
    httpserver.expect_request(f"/{JETON}").respond_with_response(Response("", statut, entetes))
    phrase = envoyer(reglages(alerte_webhook=httpserver.url_for(f"/{JETON}")))
    assert f"réponse {statut}" in phrase
    assert JETON not in phrase
    assert len(httpserver.log) == 1


def test_a_webhook_that_does_not_answer_is_left_in_time() -> None:
    with socket.socket() as muet:
        muet.bind(("127.0.0.1", 0))
        muet.listen()
        adresse = f"http://127.0.0.1:{muet.getsockname()[1]}/{JETON}"
        phrase = envoyer(reglages(alerte_webhook=adresse, alerte_delai_s=0.3))
    assert "ReadTimeout" in phrase
    assert JETON not in phrase


# --- command ------------------------------------------------------------------------------------------------------------


def observatoire(*arguments: str) -> subprocess.CompletedProcess[str]:
    commande = [sys.executable, "-m", "orchestration.cli", *arguments]
    return subprocess.run(commande, capture_output=True, text=True, cwd=DEPOT_DU_CODE, check=False)


def test_the_test_message_leaves_by_every_channel(
    smtp: str,
    boite: Boite,
    certificat: Path,
    httpserver: HTTPServer,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    httpserver.expect_request("/crochet").respond_with_data("")
    for nom, valeur in {
        "SSL_CERT_FILE": str(certificat),
        "OBSERVATOIRE_ALERTE_SMTP": smtp,
        "OBSERVATOIRE_ALERTE_A": "veille@example.org",
        "OBSERVATOIRE_ALERTE_SMTP_UTILISATEUR": "veille",
        "OBSERVATOIRE_ALERTE_SMTP_MOT_DE_PASSE": SECRET,
        "OBSERVATOIRE_ALERTE_WEBHOOK": httpserver.url_for("/crochet"),
    }.items():
        monkeypatch.setenv(nom, valeur)
    sortie = observatoire("alerte", "--essai", "--data", str(tmp_path))
    assert (sortie.returncode, sortie.stderr) == (0, "")
    assert "courriel" in sortie.stdout
    assert "webhook" in sortie.stdout
    assert "Message d'essai" in boite.messages[0]["Subject"]
    assert httpserver.log[0][0].get_json()["essai"] is True
    monkeypatch.setenv("OBSERVATOIRE_ALERTE_SMTP_MOT_DE_PASSE", "autre-secret")
    refusee = observatoire("alerte", "--essai", "--data", str(tmp_path))
    assert refusee.returncode == 1
    assert "identifiants refusés" in refusee.stderr
    assert "autre-secret" not in refusee.stdout + refusee.stderr


def test_the_failure_of_a_service_reaches_the_webhook_and_the_status(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    httpserver.expect_request("/crochet").respond_with_data("")
    monkeypatch.setenv("OBSERVATOIRE_ALERTE_WEBHOOK", httpserver.url_for("/crochet"))
    sortie = observatoire("alerte", "--service", "observatoire-refresh.service", "--data", str(tmp_path))
    assert sortie.returncode == 0
    (recu,) = [requete.get_json() for requete, _ in httpserver.log]
    assert "observatoire-refresh.service" in recu["nouveaux"][0]["phrase"]
    etat = json.loads(observatoire("status", "--json", "--data", str(tmp_path)).stdout)
    assert [p["genre"] for p in etat["problemes"]] == ["echec"]
    assert etat["alerte"]["canaux"] == ["webhook"]


def test_without_a_channel_the_test_message_says_what_to_set(tmp_path: Path) -> None:
    sortie = observatoire("alerte", "--essai", "--data", str(tmp_path))
    assert sortie.returncode == 2
    assert "OBSERVATOIRE_ALERTE_WEBHOOK" in sortie.stderr
