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


def resoudre(adresse: Adresse, client: Client, identifiants: Sequence[str]) -> Resolution:
    """The answer of the API; a token refused on the way is renewed once.

    Args:
        identifiants: client id and secret.
    Raises:
        ErreurAdresse: the credentials are refused.
        ErreurReseau: no answer, or the renewed token is refused too.
    """
    options = dict(adresse.options)
    url = f"{BASE}/{options.pop('indicateur', 'stat-demandeurs')}"
    corps = json.dumps(CORPS | options).encode()
    for dernier in (False, True):
        jeton = _jeton(client, identifiants)
        entetes = {"Authorization": f"Bearer {jeton}", "Content-Type": "application/json", "Accept": "application/json"}
        try:
            return Resolution(url, contenu=client.poster(url, corps, entetes).contenu)
        except ErreurReseau as erreur:
            if erreur.statut != 401 or dernier:
                raise
    raise AssertionError("the loop returns or raises")


def _jeton(client: Client, identifiants: Sequence[str]) -> str:
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
                f"France Travail refuse les identifiants (réponse {erreur.statut}) : vérifiez-les dans l'environnement."
            ) from None
        raise
    return str(json.loads(reponse.contenu or b"{}").get("access_token", ""))
