"""Acquisition from the publishers, over real sockets: what is kept of every answer a publisher can give (F8-F11).

Belongs here: the live source, the archive and the lock after an ordinary day and after each bad one.
Does not belong here: the client's own behaviour (test_http_client), byte checks one by one (tests/unit/test_verify.py).
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from editeur import DATE, PAGE_HTML, Editeur, Panne
from jeu_essai import AUTRE, DATEE, REGLAGES, STABLE, TEXTE, URL, declarer, fichier

from ingestion.acquire import SourceDepot, SourceLive, acquerir
from ingestion.archive import Archive
from ingestion.catalogue import Catalogue, Fichier
from ingestion.http import Client
from ingestion.lock import EntreeVerrou, Verrou

Passer = Callable[..., EntreeVerrou]


@pytest.fixture
def passer(tmp_path: Path, client: Client) -> Passer:
    """One whole run on one file: load the lock, acquire, save the lock."""

    def executer(declare: Fichier | None = None) -> EntreeVerrou:
        declare = declare or fichier()
        jeu, millesime = declarer([declare])
        verrou = Verrou(tmp_path / "verrou.yml")
        entree = acquerir(jeu, millesime, declare, SourceLive(client, tmp_path), Archive(tmp_path / "archive"), verrou)
        verrou.enregistrer()
        return entree

    return executer


def test_les_octets_publies_et_leur_origine_sont_gardes(editeur: Editeur, passer: Passer, tmp_path: Path) -> None:
    editeur.publier(URL, TEXTE)
    entree = passer()
    assert (entree.statut, entree.message) == ("a_jour", "")
    assert (entree.url, entree.taille, entree.last_modified) == (URL, len(TEXTE), DATE)
    assert Archive(tmp_path / "archive").lire(entree.sha256 or "") == TEXTE


def test_inchange_rien_n_est_telecharge(editeur: Editeur, passer: Passer) -> None:
    editeur.publier(URL, TEXTE)
    premiere = passer()
    seconde = passer()
    assert seconde == replace(premiere, verifie_le=seconde.verifie_le)
    condition = editeur.recues(URL)[1].entetes
    assert condition["If-None-Match"] == premiere.etag
    assert condition["If-Modified-Since"] == DATE


def test_sans_etag_ni_date_les_memes_octets_ne_changent_rien(editeur: Editeur, passer: Passer) -> None:
    editeur.publier(URL, TEXTE, avec_etag=False, last_modified=None)
    premiere = passer()
    seconde = passer()
    assert (seconde.sha256, seconde.acquis_le) == (premiere.sha256, premiere.acquis_le)


@pytest.mark.panne("F11", attendu="both snapshots are in the archive")
def test_meme_adresse_autres_octets(editeur: Editeur, passer: Passer, tmp_path: Path) -> None:
    editeur.publier(URL, TEXTE)
    premiere = passer()
    editeur.publier(URL, AUTRE)
    seconde = passer()
    assert seconde.sha256 == hashlib.sha256(AUTRE).hexdigest()
    assert Archive(tmp_path / "archive").lire(premiere.sha256 or "") == TEXTE


def test_les_parties_d_un_fichier_ne_le_telechargent_qu_une_fois(
    editeur: Editeur, client: Client, tmp_path: Path
) -> None:
    editeur.publier(URL, TEXTE)
    parties = [fichier().model_copy(update={"partie": partie}) for partie in ("a", "b", "c")]
    jeu, millesime = declarer(parties)
    verrou = Verrou(tmp_path / "verrou.yml")
    source, archive = SourceLive(client, tmp_path), Archive(tmp_path / "archive")
    entrees = [acquerir(jeu, millesime, partie, source, archive, verrou) for partie in parties]
    assert {entree.sha256 for entree in entrees} == {hashlib.sha256(TEXTE).hexdigest()}
    assert len(editeur.recues(URL)) == 1
    # The body waits on the disk for the next part, goes with the source, and is swept after a kill.
    (recu,) = (tmp_path / "recus").iterdir()
    assert recu.read_bytes() == TEXTE
    del source
    assert not recu.exists()
    recu.touch()
    assert Archive(tmp_path).balayer() == 1


@pytest.mark.panne("F10", attendu="the stable address is resolved, the dated one noted")
def test_l_adresse_stable_mene_a_l_adresse_datee_qui_est_notee(editeur: Editeur, passer: Passer) -> None:
    editeur.panne(STABLE, Panne(vers=DATEE))
    editeur.publier(DATEE, TEXTE)
    assert passer(fichier(STABLE)).url == DATEE
    assert passer(fichier(STABLE)).statut == "a_jour"


@pytest.mark.panne("F10", attendu="a stable address that leads elsewhere is read again")
def test_une_adresse_stable_qui_mene_ailleurs_n_est_pas_dite_inchangee(editeur: Editeur, passer: Passer) -> None:
    """The new file is older than the one kept, so a server that only looks at dates answers 304 for it."""
    nouvelle = DATEE.replace("20260115", "20260301")
    editeur.panne(STABLE, Panne(vers=DATEE))
    editeur.publier(DATEE, TEXTE, avec_etag=False)
    passer(fichier(STABLE))
    editeur.panne(STABLE, Panne(vers=nouvelle))
    editeur.publier(nouvelle, AUTRE, avec_etag=False, last_modified="Thu, 01 Jan 2026 08:00:00 GMT")
    entree = passer(fichier(STABLE))
    assert (entree.url, entree.sha256) == (nouvelle, hashlib.sha256(AUTRE).hexdigest())


@pytest.mark.panne("F8", attendu="a passing incident is overcome")
@pytest.mark.parametrize(
    "panne",
    [
        Panne(statut=500, fois=2),
        Panne(statut=503, fois=2),
        Panne(statut=429, fois=2),
        Panne(coupure=True, fois=2),
        Panne(tronque=100, fois=2),
    ],
)
def test_un_incident_passager_est_surmonte(editeur: Editeur, passer: Passer, panne: Panne) -> None:
    editeur.publier(URL, TEXTE)
    editeur.panne(URL, panne)
    entree = passer()
    assert (entree.statut, entree.sha256) == ("a_jour", hashlib.sha256(TEXTE).hexdigest())
    assert len(editeur.recues(URL)) == 3


@pytest.mark.panne("F8", attendu="a lasting incident keeps the last good snapshot")
@pytest.mark.parametrize(
    ("panne", "trouve"),
    [
        (Panne(statut=500), "réponse 500"),
        (Panne(statut=429), "réponse 429"),
        (Panne(coupure=True), "connexion coupée"),
        (Panne(tronque=100), "transfert incomplet"),
    ],
)
def test_un_incident_qui_dure_garde_le_dernier_bon(editeur: Editeur, passer: Passer, panne: Panne, trouve: str) -> None:
    editeur.publier(URL, TEXTE)
    bonne = passer()
    editeur.publier(URL, AUTRE)
    editeur.panne(URL, panne)
    entree = passer()
    assert len(editeur.recues(URL)) == 1 + REGLAGES.essais
    assert entree == replace(bonne, statut="en_echec", message=entree.message, verifie_le=entree.verifie_le)
    assert entree.message.startswith(f"{URL}\u00a0: ")
    assert trouve in entree.message
    editeur.panne(URL, None)
    assert passer().sha256 == hashlib.sha256(AUTRE).hexdigest()


@pytest.mark.panne("F10", attendu="404 and 410 are not asked again, and named")
@pytest.mark.parametrize("statut", [404, 410])
def test_une_adresse_disparue_n_est_pas_redemandee(editeur: Editeur, passer: Passer, statut: int) -> None:
    editeur.publier(URL, TEXTE)
    bonne = passer()
    editeur.panne(URL, Panne(statut=statut))
    entree = passer()
    assert (entree.statut, entree.sha256) == ("en_echec", bonne.sha256)
    assert f"l'adresse n'existe plus (réponse {statut})" in entree.message
    assert len(editeur.recues(URL)) == 2


@pytest.mark.panne("F9", attendu="an HTML page is refused and kept as evidence")
def test_une_page_html_a_la_place_du_fichier_est_refusee_et_gardee(
    editeur: Editeur, passer: Passer, tmp_path: Path
) -> None:
    editeur.publier(URL, TEXTE)
    bonne = passer()
    editeur.panne(URL, Panne(corps=PAGE_HTML))
    entree = passer()
    assert (entree.statut, entree.sha256, entree.etag) == ("en_echec", bonne.sha256, bonne.etag)
    assert "attendu un fichier CSV, trouvé une page HTML" in entree.message
    preuve = tmp_path / "archive/refuses" / hashlib.sha256(PAGE_HTML).hexdigest()
    assert preuve.read_bytes() == PAGE_HTML


@pytest.mark.panne("F9", attendu="an archive cut at its source is refused")
def test_une_archive_coupee_a_la_source_est_refusee(editeur: Editeur, passer: Passer) -> None:
    """Content-Length agrees with the short body: only the byte checks can see it."""
    entiere = gzip.compress(TEXTE)
    editeur.publier(URL, entiere[: len(entiere) // 2])
    entree = passer()
    assert (entree.statut, entree.sha256) == ("en_echec", None)
    assert "gzip tronqué" in entree.message


@pytest.mark.panne("F8", attendu="a dataset that is too slow stops and keeps its last bytes")
def test_un_jeu_trop_lent_s_arrete_et_garde_ses_derniers_bons_octets(editeur: Editeur, tmp_path: Path) -> None:
    adresses = [f"{URL}?fichier={rang}" for rang in range(3)]
    declares = [fichier(adresse, nom=f"{rang}.csv") for rang, adresse in enumerate(adresses)]
    jeu, millesime = declarer(declares)
    archive, verrou = Archive(tmp_path / "archive"), Verrou(tmp_path / "verrou.yml")

    def relancer(total_jeu_s: float) -> list[EntreeVerrou]:
        with Client(replace(REGLAGES, total_s=60, total_jeu_s=total_jeu_s), editeur_local=editeur.base) as client:
            source = SourceLive(client, tmp_path)
            return [acquerir(jeu, millesime, declare, source, archive, verrou) for declare in declares]

    for adresse in adresses:
        editeur.publier(adresse, TEXTE)
    bonnes = relancer(60)
    for adresse in adresses:
        editeur.publier(adresse, AUTRE)
        editeur.panne(adresse, Panne(goutte_s=0.05))
    lentes = relancer(0.5)
    assert [(e.statut, e.sha256) for e in lentes] == [("en_echec", bonne.sha256) for bonne in bonnes]
    assert all("arrêté à 2022, 0.csv" in e.message for e in lentes)
    assert "2022, 2.csv n'a pas été demandé" in lentes[2].message
    assert len(editeur.journal) == 4
    for adresse in adresses:
        editeur.panne(adresse, None)
    assert {e.sha256 for e in relancer(60)} == {hashlib.sha256(AUTRE).hexdigest()}


@pytest.mark.depot
def test_tout_le_depot_rejoue_par_l_editeur_donne_les_memes_empreintes(
    depot: Path, editeur: Editeur, client: Client, tmp_path: Path
) -> None:
    """Live and deposit give the same bytes for every declared file whose copy is the published layout; then 304 for all."""
    declares = [
        (j, m, _adresse(f)) for j, m, f in Catalogue().fichiers() if f.lecture_live is None and f.essai == "reel"
    ]
    assert len(declares) > 50
    # One address may be declared for several copies that an intermediary cut out of it: each is served at its own.
    editeur.publier_dossier({str(f.url): f.chemin for _, _, f in declares}, depot)
    live, archive = SourceLive(client, tmp_path), Archive(tmp_path / "archive")
    verrou_live, verrou_depot = Verrou(tmp_path / "live.yml"), Verrou(tmp_path / "depot.yml")
    premieres = [acquerir(*declare, live, archive, verrou_live) for declare in declares]
    locales = [acquerir(*declare, SourceDepot(depot), archive, verrou_depot) for declare in declares]
    assert [e.message for e in premieres + locales if e.message] == []
    assert [e.sha256 for e in premieres] == [e.sha256 for e in locales]
    editeur.journal.clear()
    secondes = [acquerir(*declare, SourceLive(client, tmp_path), archive, verrou_live) for declare in declares]
    assert [replace(e, verifie_le="") for e in secondes] == [replace(e, verifie_le="") for e in premieres]
    assert all("If-None-Match" in requete.entetes for requete in editeur.journal)


def _adresse(declare: Fichier) -> Fichier:
    return declare.model_copy(update={"url": f"https://depot.example/{declare.chemin}", "adresse": None})
