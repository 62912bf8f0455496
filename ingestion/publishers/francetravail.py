"""The API « Marché du travail » of France Travail: a token, then one indicator. Off unless credentials are set.

Belongs here: the token and its renewal, the body of the request.
Does not belong here: where credentials come from (publishers), what the answer says (read_json).

The secret is sent in the body of the token request and nowhere else: no address, error or lock holds it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import urlencode

from ingestion.catalogue import Adresse
from ingestion.http import Client, ErreurReseau
from ingestion.publishers.resolution import ErreurAdresse, Resolution

JETON = "https://entreprise.francetravail.fr/connexion/oauth2/access_token?realm=%2Fpartenaire"
BASE = "https://api.francetravail.io/partenaire/stats-offres-demandes-emploi/v1/indicateur"
# Both are needed: with one of them the token is given and every request is refused.
PORTEES = "api_stats-offres-demandes-emploiv1 offresetdemandesemploi"
CORPS = {
    "codeTypeActivite": "CUMUL",
    "codeActivite": "CUMUL",
    "codeTypePeriode": "TRIMESTRE",
    "codeTypeNomenclature": "CATCAND",
    "dernierePeriode": False,
}


class Acces:
    """The tokens of one run, in memory only: asked for at the first use, shared by the datasets, renewed when they expire.

    A refusal is kept as well: wrong credentials are sent once, not once per file.
    """

    def __init__(self) -> None:
        self._jetons: dict[str, str] = {}
        self._refus: dict[str, str] = {}

    def jeton(self, client: Client, identifiants: Sequence[str], perime: str | None = None) -> str:
        """The token of the run, or a new one in place of `perime`.

        Raises:
            ErreurAdresse: the credentials are refused, or the answer holds no token.
            ErreurReseau: no answer.
        """
        qui = identifiants[0]
        if qui in self._refus:
            raise ErreurAdresse(self._refus[qui])
        if self._jetons.get(qui) in (None, perime):
            try:
                self._jetons[qui] = _demander_jeton(client, identifiants)
            except ErreurAdresse as erreur:
                self._refus[qui] = str(erreur)
                raise
        return self._jetons[qui]

    def fermer(self, identifiants: Sequence[str], phrase: str) -> None:
        """Ask no more with these credentials in this run: a new token was refused like the one before."""
        self._refus[identifiants[0]] = phrase


def resoudre(adresse: Adresse, client: Client, identifiants: Sequence[str], acces: Acces) -> Resolution:
    """The answer of the API; a token refused on the way is renewed once.

    Args:
        identifiants: client id and secret.
        acces: the tokens of the run.
    Raises:
        ErreurAdresse: the credentials are refused, or were earlier in the run.
        ErreurReseau: no answer, or the renewed token is refused too.
    """
    options = dict(adresse.options)
    url = f"{BASE}/{options.pop('indicateur', 'stat-demandeurs')}"
    corps = json.dumps(CORPS | options).encode()
    jeton = acces.jeton(client, identifiants)
    try:
        return Resolution(url, contenu=_poster(client, url, corps, jeton))
    except ErreurReseau as erreur:
        if erreur.statut != 401:
            raise
    jeton = acces.jeton(client, identifiants, perime=jeton)
    try:
        return Resolution(url, contenu=_poster(client, url, corps, jeton))
    except ErreurReseau as erreur:
        if erreur.statut == 401:
            acces.fermer(identifiants, f"{erreur} Le jeton venait d'être renouvelé : rien n'est plus demandé.")
        raise


def _poster(client: Client, url: str, corps: bytes, jeton: str) -> bytes | None:
    entetes = {"Authorization": f"Bearer {jeton}", "Content-Type": "application/json", "Accept": "application/json"}
    return client.poster(url, corps, entetes).contenu


def _demander_jeton(client: Client, identifiants: Sequence[str]) -> str:
    demande = {
        "grant_type": "client_credentials",
        "client_id": identifiants[0],
        "client_secret": identifiants[1],
        "scope": PORTEES,
    }
    entetes = {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        reponse = client.poster(JETON, urlencode(demande).encode(), entetes)
    except ErreurReseau as erreur:
        if erreur.statut in (400, 401, 403):
            raise ErreurAdresse(
                f"France Travail refuse les identifiants (réponse {erreur.statut}) : vérifiez-les dans l'environnement."
            ) from None
        raise
    try:
        return str(json.loads(reponse.contenu or b"")["access_token"])
    except (ValueError, KeyError, TypeError):
        # The answer may hold what was sent: it is not shown.
        raise ErreurAdresse("France Travail a répondu sans jeton d'accès : relancez plus tard.") from None
