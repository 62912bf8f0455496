"""Each publisher's way of saying where a file is, over real sockets: the good days and the bad ones.

Belongs here: pages, APIs and tokens that answer as the publishers do, and what the lock keeps of them.
Does not belong here: getting the bytes once the address is known (test_acquisition_live, test_http_client).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from editeur import PAGE_HTML, Editeur, Panne
from jeu_essai import AUTRE, REGLAGES, TEXTE, declarer, fichier

from ingestion.acquire import SourceLive, acquerir
from ingestion.archive import Archive
from ingestion.catalogue import Adresse, Jeu, Lecture
from ingestion.http import Client, ErreurReseau
from ingestion.lock import EntreeVerrou, Verrou
from ingestion.publishers import Acces, ErreurAdresse, IdentifiantsAbsents, francetravail, insee_page, resoudre

HUB = "https://www.insee.fr/fr/statistiques/8186144"
LIE = "https://www.insee.fr/fr/statistiques/fichier/8644871/DEFM2024_QP24_csv.csv"
DATASET = "https://www.data.gouv.fr/api/1/datasets/essai/"
STATIC = "https://static.data.gouv.fr/resources/essai/20260115/essai.csv"
PERMANENTE = "https://www.data.gouv.fr/api/1/datasets/r/1111-2222"
ODS = "https://data.education.gouv.fr/api/explore/v2.1/catalog/datasets/fr-en-essai"
EXPORT = f"{ODS}/exports/csv?delimiter=%3B"
BDM = "https://bdm.insee.fr/series/sdmx/data/SERIES_BDM/001688526+001688527"
API = f"{francetravail.BASE}/stat-demandeurs"
SECRET = "un-secret-de-client"  # noqa: S105

INSEE = Adresse(service="insee_page", page=HUB, motif=r"DEFM\d{4}_QP24[^/]*\.csv")
DATAGOUV = Adresse(service="datagouv", jeu="essai", motif=r"(?i)essai.*\.csv")
RESSOURCE = Adresse(service="datagouv", ressource="1111-2222")
OPENDATASOFT = Adresse(
    service="opendatasoft",
    hote="data.education.gouv.fr",
    jeu="fr-en-essai",
    options={"format": "csv", "delimiter": ";"},
)
SERIES = Adresse(service="bdm", idbank="001688526+001688527")
TRAVAIL = Adresse(service="francetravail", options={"indicateur": "stat-demandeurs", "codeTypeTerritoire": "DEP"})

Passer = Callable[..., EntreeVerrou]


@pytest.fixture
def client(editeur: Editeur) -> Iterator[Client]:
    """A deadline long enough for one wait of a second, short enough to test a slow drip on every client."""
    with Client(replace(REGLAGES, total_s=2.5), editeur_local=editeur.base) as client:
        yield client


@pytest.fixture
def passer(tmp_path: Path, client: Client) -> Passer:
    """One whole run on one file found through its publisher; the lock is kept from one run to the next."""

    def executer(adresse: Adresse, **jeu_change: Any) -> EntreeVerrou:
        declare = fichier().model_copy(update={"url": None, "adresse": adresse, "essai": "documente"})
        jeu, millesime = declarer([declare])
        verrou = Verrou(tmp_path / "verrou.yml")
        archive = Archive(tmp_path / "archive")
        entree = acquerir(
            jeu.model_copy(update=jeu_change), millesime, declare, SourceLive(client, tmp_path), archive, verrou
        )
        verrou.enregistrer()
        return entree

    return executer


def page(*liens: str) -> bytes:
    ancres = "".join(f'<li><a href="{lien}" class="bouton">Télécharger</a></li>' for lien in liens)
    return f"<!DOCTYPE html><html><body><ul>{ancres}</ul></body></html>".encode()


def ressources(*bruts: dict[str, Any]) -> bytes:
    return json.dumps({"id": "essai", "resources": list(bruts)}).encode()


def ressource(
    contenu: bytes, titre: str = "essai.csv", date: str = "2026-01-15T10:00:00", **autres: Any
) -> dict[str, Any]:
    somme = {"type": "sha256", "value": hashlib.sha256(contenu).hexdigest()}
    return {"title": titre, "url": STATIC, "latest": PERMANENTE, "checksum": somme, "last_modified": date} | autres


def metadonnees(date: str, **autres: Any) -> bytes:
    return json.dumps(
        {"dataset_id": "fr-en-essai", "has_records": True, "metas": {"default": {"data_processed": date}}} | autres
    ).encode()


@pytest.fixture
def publie(editeur: Editeur) -> Callable[[Adresse, bytes], str]:
    """Puts a file behind one of the publishers; returns the address of its bytes."""

    def publier(adresse: Adresse, contenu: bytes) -> str:
        if adresse is INSEE:
            editeur.publier(HUB, page("/fr/statistiques/fichier/1/autre.zip", LIE.removeprefix("https://www.insee.fr")))
            cible = LIE
        elif adresse is DATAGOUV:
            editeur.publier(
                DATASET, ressources(ressource(contenu), ressource(b"", "notice.pdf", url="https://x/n.pdf"))
            )
            editeur.panne(PERMANENTE, Panne(vers=STATIC))
            cible = STATIC
        elif adresse is RESSOURCE:
            editeur.panne(PERMANENTE, Panne(vers=STATIC))
            cible = STATIC
        elif adresse is OPENDATASOFT:
            editeur.publier(ODS, metadonnees(hashlib.sha256(contenu).hexdigest()[:8]))
            cible = EXPORT
        else:
            cible = BDM
        editeur.publier(cible, contenu)
        return cible

    return publier


CLIENTS = [INSEE, DATAGOUV, RESSOURCE, OPENDATASOFT, SERIES]
NOMS = ["insee", "datagouv", "ressource", "opendatasoft", "bdm"]


# --- every client, every day ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("adresse", CLIENTS, ids=NOMS)
class TestChaqueClient:
    def test_les_octets_puis_rien_puis_d_autres_octets(
        self, adresse: Adresse, publie: Any, passer: Passer, editeur: Editeur
    ) -> None:
        cible = publie(adresse, TEXTE)
        premiere = passer(adresse)
        assert (premiere.statut, premiere.message, premiere.url) == ("a_jour", "", cible)
        assert premiere.sha256 == hashlib.sha256(TEXTE).hexdigest()
        editeur.journal.clear()
        seconde = passer(adresse)
        assert seconde == replace(premiere, verifie_le=seconde.verifie_le)
        # Nothing heavy: no request at all where a cheap mark says so, a conditional one elsewhere.
        assert all("If-None-Match" in requete.entetes for requete in editeur.recues(cible))
        publie(adresse, AUTRE)
        troisieme = passer(adresse)
        assert troisieme.sha256 == hashlib.sha256(AUTRE).hexdigest()

    @pytest.mark.panne("F8", attendu="each publisher: 503 then the answer")
    def test_503_puis_la_reponse(self, adresse: Adresse, publie: Any, passer: Passer, editeur: Editeur) -> None:
        editeur.panne(publie(adresse, TEXTE), Panne(statut=503, fois=1))
        assert passer(adresse).statut == "a_jour"

    @pytest.mark.panne("F8", attendu="each publisher: 429 waits what is asked")
    def test_429_avec_retry_after(self, adresse: Adresse, publie: Any, passer: Passer, editeur: Editeur) -> None:
        cible = publie(adresse, TEXTE)
        editeur.panne(cible, Panne(statut=429, entetes={"Retry-After": "1"}, fois=1))
        assert passer(adresse).statut == "a_jour"
        refusee, acceptee = editeur.recues(cible)
        assert acceptee.instant - refusee.instant >= 1.0

    @pytest.mark.panne("F8", attendu="each publisher: a bad day keeps the last bytes")
    @pytest.mark.parametrize(
        ("panne", "phrase"),
        [
            (Panne(statut=404), "l'adresse n'existe plus"),
            (Panne(statut=503), "refuse pour le moment"),
            (Panne(coupure=True), "connexion coupée"),
            (Panne(tronque=100), "transfert incomplet"),
            (Panne(corps=PAGE_HTML), "une page HTML|l'empreinte que le producteur annonce"),
            (Panne(goutte_s=0.05), "pas fini en 2"),
        ],
        ids=["404", "503", "coupure", "tronque", "html", "goutte"],
    )
    def test_un_mauvais_jour_garde_les_derniers_bons_octets(
        self, adresse: Adresse, panne: Panne, phrase: str, publie: Any, passer: Passer, editeur: Editeur
    ) -> None:
        publie(adresse, TEXTE)
        bonne = passer(adresse)
        cible = publie(adresse, AUTRE)
        editeur.panne(cible, panne)
        entree = passer(adresse)
        assert (entree.statut, entree.sha256) == ("en_echec", bonne.sha256)
        assert re.search(phrase, entree.message)
        editeur.panne(cible, None)
        assert passer(adresse).sha256 == hashlib.sha256(AUTRE).hexdigest()


# --- insee.fr ---------------------------------------------------------------------------------------------------------------


def test_la_derniere_correction_d_un_fichier_l_emporte() -> None:
    liens = [
        "/fr/statistiques/fichier/8243167/revenus_qp24_csv.zip",
        "/fr/statistiques/fichier/8243167/revenus_qp24_v2_csv.zip",
    ]
    assert insee_page.choisir(liens, r"revenus_qp24.*csv\.zip", HUB) == liens[1]


@pytest.mark.panne("F10", attendu="a page without its file names what it holds")
@pytest.mark.parametrize(
    ("liens", "trouve"),
    [
        ([], "aucun fichier"),
        (
            ["/fr/statistiques/fichier/1/DEFM2024_QP24_csv.csv", "/fr/statistiques/fichier/1/DEFM2025_QP24_csv.csv"],
            "plusieurs liens",
        ),
    ],
    ids=["aucun", "plusieurs"],
)
def test_une_page_sans_le_fichier_attendu_nomme_ce_qu_elle_porte(
    liens: list[str], trouve: str, editeur: Editeur, passer: Passer
) -> None:
    editeur.publier(HUB, page(*liens))
    entree = passer(INSEE)
    assert (entree.statut, entree.sha256) == ("en_echec", None)
    assert trouve in entree.message
    assert HUB in entree.message
    assert all(lien in entree.message for lien in liens)


# --- data.gouv.fr ---------------------------------------------------------------------------------------------------------


def test_la_ressource_la_plus_recente_est_prise_et_son_empreinte_verifiee(editeur: Editeur, passer: Passer) -> None:
    ancienne = ressource(
        b"x", "essai 2024.csv", "2024-01-01T00:00:00", latest="https://www.data.gouv.fr/api/1/datasets/r/0"
    )
    editeur.publier(DATASET, ressources(ancienne, ressource(TEXTE)))
    editeur.publier(PERMANENTE, AUTRE)
    entree = passer(DATAGOUV)
    assert entree.statut == "en_echec"
    assert "n'ont pas l'empreinte que le producteur annonce" in entree.message
    editeur.publier(PERMANENTE, TEXTE)
    assert passer(DATAGOUV).jeton == f"sha256:{hashlib.sha256(TEXTE).hexdigest()}"


def test_sans_empreinte_celle_de_l_analyse_dit_si_le_fichier_a_change(editeur: Editeur, passer: Passer) -> None:
    def decrire(analyse: str, date: str = "2026-01-15T10:00:00") -> None:
        extras = {"analysis:checksum": analyse}
        editeur.publier(DATASET, ressources(ressource(TEXTE, date=date, checksum=None, extras=extras)))

    decrire("da39a3ee5e6b4b0d3255bfef95601890afd80709")
    editeur.publier(PERMANENTE, TEXTE)
    # The platform saw other bytes at its last visit: the file is taken as it is today all the same.
    assert passer(DATAGOUV).statut == "a_jour"
    editeur.publier(PERMANENTE, AUTRE)
    editeur.journal.clear()
    assert passer(DATAGOUV).sha256 == hashlib.sha256(TEXTE).hexdigest()
    assert editeur.recues(PERMANENTE) == []
    decrire("0000000000000000000000000000000000000000")
    assert passer(DATAGOUV).sha256 == hashlib.sha256(AUTRE).hexdigest()
    editeur.publier(PERMANENTE, TEXTE)
    decrire("0000000000000000000000000000000000000000", date="2026-02-01T10:00:00")
    assert passer(DATAGOUV).sha256 == hashlib.sha256(TEXTE).hexdigest()


@pytest.mark.panne("F10", attendu="a dataset without its resource names those it has")
def test_un_jeu_sans_la_ressource_attendue_nomme_les_siennes(editeur: Editeur, passer: Passer) -> None:
    editeur.publier(DATASET, ressources(ressource(TEXTE, "notice.pdf", url="https://x/notice.pdf")))
    message = passer(DATAGOUV).message
    assert "notice.pdf" in message
    assert "Corrigez `adresse`" in message


@pytest.mark.panne("F9", attendu="an HTML page instead of an API is said")
@pytest.mark.parametrize("corps", [PAGE_HTML, b"[]"])
def test_une_page_html_a_la_place_de_l_api_est_dite(editeur: Editeur, passer: Passer, corps: bytes) -> None:
    editeur.publier(DATASET, corps)
    assert "un document JSON est attendu" in passer(DATAGOUV).message


# --- Opendatasoft ---------------------------------------------------------------------------------------------------------


def test_la_date_de_traitement_evite_l_export(editeur: Editeur, passer: Passer) -> None:
    editeur.publier(ODS, metadonnees("2026-01-05T04:00:00+00:00"))
    editeur.publier(EXPORT, TEXTE)
    assert passer(OPENDATASOFT).jeton == "2026-01-05T04:00:00+00:00 csv?delimiter=%3B"
    editeur.journal.clear()
    passer(OPENDATASOFT)
    assert editeur.recues(EXPORT) == []


def test_une_autre_forme_d_export_est_redemandee(editeur: Editeur, passer: Passer) -> None:
    """The same data, not treated again since, asked with other names of columns: other bytes."""
    avec_libelles = OPENDATASOFT.model_copy(update={"options": OPENDATASOFT.options | {"use_labels": "true"}})
    editeur.publier(ODS, metadonnees("2026-01-05"))
    editeur.publier(EXPORT, TEXTE)
    editeur.publier(f"{EXPORT}&use_labels=true", AUTRE)
    passer(OPENDATASOFT)
    assert passer(avec_libelles).sha256 == hashlib.sha256(AUTRE).hexdigest()


@pytest.mark.panne("F8", attendu="an exceeded quota waits for its reset")
def test_le_quota_depasse_attend_la_date_de_remise_a_zero(editeur: Editeur, passer: Passer) -> None:
    """A reset that is farther than the deadline is a failure at once; a past one is no wait."""
    editeur.publier(ODS, metadonnees("2026-01-05"))
    editeur.publier(EXPORT, TEXTE)
    editeur.panne(EXPORT, Panne(statut=429, entetes={"X-RateLimit-Reset": "2020-01-01 00:00:00+00:00"}, fois=1))
    assert passer(OPENDATASOFT).statut == "a_jour"
    editeur.publier(ODS, metadonnees("2026-01-06"))
    editeur.panne(EXPORT, Panne(statut=429, entetes={"X-RateLimit-Reset": "2099-01-01 00:00:00+00:00"}))
    assert "réponse 429" in passer(OPENDATASOFT).message
    assert len(editeur.recues(EXPORT)) == 3


def test_un_jeu_de_pieces_jointes_les_nomme(editeur: Editeur, passer: Passer) -> None:
    editeur.publier(ODS, metadonnees("2026-01-05", has_records=False, attachments=[{"id": "indicateur_d_apl_xlsx"}]))
    message = passer(OPENDATASOFT).message
    assert "indicateur_d_apl_xlsx" in message


# --- France Travail ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def jeu_travail() -> Jeu:
    jeu, _ = declarer([fichier()])
    return jeu.model_copy(update={"identifiants": ["FT_ID", "FT_SECRET"]})


def test_sans_identifiants_rien_n_est_demande(
    editeur: Editeur, client: Client, jeu_travail: Jeu, passer: Passer
) -> None:
    with pytest.raises(IdentifiantsAbsents, match="FT_ID et FT_SECRET"):
        resoudre(jeu_travail, TRAVAIL, client, {})
    assert passer(TRAVAIL, identifiants=["FT_ID", "FT_SECRET"]).statut == "jamais_charge"
    assert editeur.journal == []


@pytest.mark.panne("F29", attendu="renewed once")
def test_un_jeton_perime_est_renouvele_une_fois(editeur: Editeur, client: Client, jeu_travail: Jeu) -> None:
    editeur.publier(francetravail.JETON, b'{"access_token": "jeton-1", "expires_in": 1499}', "application/json")
    editeur.publier(API, b'{"listeValeursParPeriode": []}', "application/json")
    editeur.panne(API, Panne(statut=401, fois=1))
    resolution = resoudre(jeu_travail, TRAVAIL, client, {"FT_ID": "moi", "FT_SECRET": SECRET})
    assert resolution.contenu == b'{"listeValeursParPeriode": []}'
    demandes = editeur.recues(francetravail.JETON)
    assert len(demandes) == 2
    assert b"grant_type=client_credentials" in demandes[0].corps
    assert b"api_stats-offres-demandes-emploiv1+offresetdemandesemploi" in demandes[0].corps
    appel = editeur.recues(API)[-1]
    assert appel.entetes["Authorization"] == "Bearer jeton-1"
    assert json.loads(appel.corps)["codeTypeTerritoire"] == "DEP"
    # Refused again with a new token: it stops there.
    editeur.panne(API, Panne(statut=401))
    with pytest.raises(ErreurReseau, match="réponse 401") as refus:
        resoudre(jeu_travail, TRAVAIL, client, {"FT_ID": "moi", "FT_SECRET": SECRET})
    assert len(editeur.recues(API)) == 4
    assert SECRET not in str(refus.value)


@pytest.mark.panne("F29", attendu="said without the secret")
@pytest.mark.parametrize("statut", [400, 401, 403])
def test_des_identifiants_refuses_sont_dits_sans_le_secret(
    editeur: Editeur, passer: Passer, statut: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FT_ID", "moi")
    monkeypatch.setenv("FT_SECRET", SECRET)
    editeur.panne(francetravail.JETON, Panne(statut=statut, corps=b'{"error": "invalid_client"}'))
    entree = passer(TRAVAIL, identifiants=["FT_ID", "FT_SECRET"])
    assert entree.statut == "en_echec"
    assert "refuse les identifiants" in entree.message
    assert SECRET not in (tmp_path / "verrou.yml").read_text(encoding="utf-8")


def demander_travail(client: Client, jeu_travail: Jeu, acces: Acces) -> bytes | None:
    return resoudre(jeu_travail, TRAVAIL, client, {"FT_ID": "moi", "FT_SECRET": SECRET}, acces).contenu


def test_un_seul_jeton_sert_toute_la_relance(
    editeur: Editeur, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two files of one source, as the run asks for them: one token."""
    monkeypatch.setenv("FT_ID", "moi")
    monkeypatch.setenv("FT_SECRET", SECRET)
    editeur.publier(francetravail.JETON, b'{"access_token": "jeton-1"}', "application/json")
    editeur.publier(API, b'{"listeValeursParPeriode": []}', "application/json")
    declares = [
        fichier(nom=nom).model_copy(update={"url": None, "adresse": TRAVAIL, "lecture": Lecture(format="json")})
        for nom in ("a.json", "b.json")
    ]
    jeu, millesime = declarer(declares)
    jeu = jeu.model_copy(update={"identifiants": ["FT_ID", "FT_SECRET"]})
    source, verrou = SourceLive(client, tmp_path), Verrou(tmp_path / "verrou.yml")
    entrees = [acquerir(jeu, millesime, f, source, Archive(tmp_path / "archive"), verrou) for f in declares]
    assert [(e.statut, e.message) for e in entrees] == [("a_jour", "")] * 2
    assert (len(editeur.recues(francetravail.JETON)), len(editeur.recues(API))) == (1, 2)


def test_un_jeton_renouvele_sert_aux_demandes_suivantes(editeur: Editeur, client: Client, jeu_travail: Jeu) -> None:
    acces = Acces()
    editeur.publier(API, b"{}", "application/json")
    editeur.publier(francetravail.JETON, b'{"access_token": "jeton-1"}', "application/json")
    demander_travail(client, jeu_travail, acces)
    editeur.publier(francetravail.JETON, b'{"access_token": "jeton-2"}', "application/json")
    editeur.panne(API, Panne(statut=401, fois=1))
    demander_travail(client, jeu_travail, acces)
    demander_travail(client, jeu_travail, acces)
    portes = [requete.entetes["Authorization"] for requete in editeur.recues(API)]
    assert portes == ["Bearer jeton-1", "Bearer jeton-1", "Bearer jeton-2", "Bearer jeton-2"]
    assert len(editeur.recues(francetravail.JETON)) == 2


@pytest.mark.panne("F29", attendu="a new token that is refused stops")
def test_un_jeton_neuf_refuse_arrete_les_demandes_de_la_relance(
    editeur: Editeur, client: Client, jeu_travail: Jeu
) -> None:
    acces = Acces()
    editeur.publier(francetravail.JETON, b'{"access_token": "jeton-1"}', "application/json")
    editeur.panne(API, Panne(statut=401))
    with pytest.raises(ErreurReseau, match="réponse 401"):
        demander_travail(client, jeu_travail, acces)
    with pytest.raises(ErreurAdresse, match="venait d'être renouvelé"):
        demander_travail(client, jeu_travail, acces)
    assert (len(editeur.recues(francetravail.JETON)), len(editeur.recues(API))) == (2, 2)


@pytest.mark.panne("F29", attendu="refused credentials are sent once")
@pytest.mark.parametrize("panne", [Panne(statut=400), Panne(corps=PAGE_HTML), Panne(corps=b'{"erreur": "x"}')])
def test_des_identifiants_refuses_ne_sont_envoyes_qu_une_fois(
    editeur: Editeur, client: Client, jeu_travail: Jeu, panne: Panne
) -> None:
    acces = Acces()
    editeur.publier(francetravail.JETON, b"{}", "application/json")
    editeur.panne(francetravail.JETON, panne)
    for _ in range(2):
        with pytest.raises(ErreurAdresse, match=r"refuse les identifiants|sans jeton d'accès"):
            demander_travail(client, jeu_travail, acces)
    assert len(editeur.recues(francetravail.JETON)) == 1
    assert editeur.recues(API) == []


@pytest.mark.panne("F29", attendu="credentials follow no redirection")
def test_les_identifiants_ne_suivent_aucune_redirection(editeur: Editeur, client: Client, jeu_travail: Jeu) -> None:
    ailleurs = "https://ailleurs.example/jeton"
    editeur.publier(ailleurs, b'{"access_token": "vole"}', "application/json")
    editeur.panne(francetravail.JETON, Panne(statut=307, entetes={"Location": ailleurs}))
    with pytest.raises(ErreurReseau, match=r"redirige vers ailleurs\.example"):
        demander_travail(client, jeu_travail, Acces())
    assert editeur.recues(ailleurs) == []
