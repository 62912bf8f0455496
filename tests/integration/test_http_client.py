"""The client over real sockets, against a local publisher and each of its bad days (quality.md F8 to F11).

Belongs here: redirects, retries, deadlines, sizes, throttling, the local transport.
Does not belong here: what is kept of the answers (test_acquisition_live), the local publisher (editeur).
"""

from __future__ import annotations

import time
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
from editeur import DATE, Editeur, Panne
from jeu_essai import DATEE, REGLAGES, STABLE, TEXTE, URL

from ingestion.http import HOTES_LENTS, Cadence, Client, ErreurReseau, Reglages, TransportLocal, agent, delai_demande


def test_la_demande_se_presente_et_ne_veut_que_les_octets_publies(editeur: Editeur) -> None:
    editeur.publier(URL, TEXTE)
    with Client(REGLAGES, editeur_local=editeur.base, contact="equipe@observatoire.example") as client:
        client.telecharger(URL)
    (recue,) = editeur.recues(URL)
    assert recue.entetes["User-Agent"] == "Mozilla/5.0 (compatible; Observatoire-QPV/1.0; +equipe@observatoire.example)"
    assert recue.entetes["Accept-Encoding"] == "identity"
    assert recue.entetes["Host"] == "www.insee.fr"
    assert agent(contact="") == agent()


def test_sans_etag_la_date_suffit(editeur: Editeur, client: Client) -> None:
    editeur.publier(URL, TEXTE, avec_etag=False)
    assert client.telecharger(URL, last_modified=DATE).statut == 304
    assert client.telecharger(URL, last_modified="Sun, 04 Jan 2026 08:00:00 GMT").contenu == TEXTE


def test_une_chaine_de_redirections_est_suivie_jusqu_a_la_limite(editeur: Editeur, client: Client) -> None:
    etapes = [f"https://www.data.gouv.fr/etape/{rang}" for rang in range(7)]
    for depart, arrivee in pairwise(etapes):
        editeur.panne(depart, Panne(vers=arrivee))
    editeur.publier(etapes[-1], TEXTE)
    reponse = client.telecharger(etapes[1])
    assert (reponse.url, reponse.contenu, len(reponse.redirections)) == (etapes[6], TEXTE, 5)
    with pytest.raises(ErreurReseau, match="plus de 5 redirections"):
        client.telecharger(etapes[0])


def test_une_boucle_de_redirections_s_arrete(editeur: Editeur, client: Client) -> None:
    editeur.panne(STABLE, Panne(vers=DATEE))
    editeur.panne(DATEE, Panne(vers=STABLE))
    with pytest.raises(ErreurReseau, match="redirections"):
        client.telecharger(STABLE)
    assert len(editeur.journal) == 6


@pytest.mark.parametrize("vers", ["http://static.data.gouv.fr/essai.csv", "ftp://static.data.gouv.fr/essai.csv"])
def test_une_redirection_hors_de_https_est_refusee(editeur: Editeur, client: Client, vers: str) -> None:
    editeur.panne(STABLE, Panne(vers=vers))
    with pytest.raises(ErreurReseau, match=r"refusé, https attendu|demande impossible"):
        client.telecharger(STABLE)


@pytest.mark.panne("F8", attendu="Retry-After respected")
def test_le_delai_demande_est_respecte(editeur: Editeur, client: Client) -> None:
    editeur.publier(URL, TEXTE)
    editeur.panne(URL, Panne(statut=429, entetes={"Retry-After": "1"}, fois=1))
    assert client.telecharger(URL).contenu == TEXTE
    premiere, seconde = editeur.recues(URL)
    assert seconde.instant - premiere.instant >= 1


def test_un_corps_recu_dans_un_fichier_est_entier_apres_une_coupure(
    editeur: Editeur, client: Client, tmp_path: Path
) -> None:
    editeur.publier(URL, TEXTE)
    editeur.panne(URL, Panne(tronque=len(TEXTE) - 3, fois=1))
    with (tmp_path / "recu").open("w+b") as recu:
        assert client.telecharger(URL, vers=recu).contenu is None
        assert (tmp_path / "recu").read_bytes() == TEXTE
    assert len(editeur.recues(URL)) == 2


def test_la_taille_d_un_corps_recu_dans_un_fichier_ne_compte_pas_en_memoire(
    editeur: Editeur, client: Client, tmp_path: Path
) -> None:
    gros = bytes(64 << 20)
    editeur.publier(URL, gros)
    tracemalloc.start()
    with (tmp_path / "recu").open("w+b") as recu:
        client.telecharger(URL, vers=recu)
        pic = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (tmp_path / "recu").stat().st_size == len(gros)
    assert pic < len(gros) / 8


@pytest.mark.panne("F8", attendu="a wait beyond the deadline stops at once")
def test_un_delai_plus_long_que_ce_qui_reste_arrete_tout_de_suite(editeur: Editeur, client: Client) -> None:
    editeur.panne(URL, Panne(statut=503, entetes={"Retry-After": "3600"}))
    with pytest.raises(ErreurReseau, match="revenir dans 3600\u00a0s"):
        client.telecharger(URL)
    assert len(editeur.recues(URL)) == 1


def test_le_delai_demande_peut_etre_une_date() -> None:
    midi = datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert delai_demande("120", midi) == 120
    assert delai_demande("Tue, 24 Nov 2026 12:02:00 GMT", midi) == 120
    assert delai_demande("Tue, 24 Nov 2026 11:00:00 GMT", midi) == 0
    assert delai_demande("bientôt", midi) is None
    assert delai_demande(None, midi) is None


@pytest.mark.panne("F8", attendu="a slow drip stops at the total deadline")
def test_un_filet_d_eau_ne_tient_pas_la_relance_au_dela_du_delai_total(editeur: Editeur) -> None:
    """Each byte arrives within the read timeout: only the total deadline can stop it."""
    editeur.publier(URL, TEXTE)
    editeur.panne(URL, Panne(goutte_s=0.05))
    debut = time.monotonic()
    with (
        Client(replace(REGLAGES, total_s=0.5), editeur_local=editeur.base) as client,
        pytest.raises(ErreurReseau, match="pas fini en"),
    ):
        client.telecharger(URL)
    # 5,200 bytes at 0.05 s would take 260 s.
    assert time.monotonic() - debut < 30
    assert len(editeur.recues(URL)) == 1


def test_le_temps_d_un_jeu_se_partage_entre_ses_fichiers(editeur: Editeur) -> None:
    """Each file would end within its own deadline: only the time of the dataset stops the second one."""
    adresses = {nom: f"{URL}?fichier={nom}" for nom in ("a", "b", "c")}
    for adresse in adresses.values():
        editeur.publier(adresse, b"x" * 12)
        editeur.panne(adresse, Panne(goutte_s=0.1))
    editeur.publier(STABLE, TEXTE)
    erreurs = {}
    with Client(replace(REGLAGES, total_s=60, total_jeu_s=1.8), editeur_local=editeur.base) as client:
        debut = time.monotonic()
        with client.pour("insee.essai", "2022, a"):
            client.telecharger(adresses["a"])
        # What another dataset takes in between does not count.
        with client.pour("insee.autre", "2022, z"):
            time.sleep(1)
            client.telecharger(STABLE)
        for nom in ("b", "c"):
            with client.pour("insee.essai", f"2022, {nom}"), pytest.raises(ErreurReseau) as refus:
                client.telecharger(adresses[nom])
            erreurs[nom] = str(refus.value).replace("\u00a0", " ")
        duree = time.monotonic() - debut
    assert erreurs["b"].startswith("insee.essai : 2 s passées à demander ses fichiers, 2 s au plus pour un jeu, ")
    assert "arrêté à 2022, b (https://www.insee.fr/" in erreurs["b"]
    assert "relevez OBSERVATOIRE_TOTAL_JEU_S" in erreurs["b"]
    assert "arrêté à 2022, b ; 2022, c n'a pas été demandé" in erreurs["c"]
    assert len(editeur.recues(adresses["b"])) == 1
    assert editeur.recues(adresses["c"]) == []
    # 1.8 s for the dataset, 1 s slept by the other one; without its deadline, 3.6 s of drip.
    assert 2.7 < duree < 4.4


@pytest.mark.panne("F8", attendu="a silent server is named with its dataset")
def test_un_serveur_muet_est_dit_au_nom_du_jeu_quand_son_temps_est_passe(editeur: Editeur) -> None:
    """The read timeout is cut to what is left: the sentence is the one of the dataset, and nothing is tried again."""
    editeur.publier(URL, TEXTE)
    editeur.panne(URL, Panne(goutte_s=30))
    with (
        Client(replace(REGLAGES, lecture_s=20, total_jeu_s=0.4), editeur_local=editeur.base) as client,
        client.pour("insee.essai", "2022, a"),
        pytest.raises(ErreurReseau, match="au plus pour un jeu"),
    ):
        client.telecharger(URL)
    assert len(editeur.recues(URL)) == 1


@pytest.mark.panne("F8", attendu="a silent server is left in time")
def test_un_serveur_muet_est_abandonne(editeur: Editeur) -> None:
    editeur.publier(URL, TEXTE)
    editeur.panne(URL, Panne(goutte_s=30))
    reglages = replace(REGLAGES, lecture_s=0.2, essais=2)
    with Client(reglages, editeur_local=editeur.base) as client, pytest.raises(ErreurReseau, match="pas de réponse"):
        client.telecharger(URL)
    assert len(editeur.recues(URL)) == 2


@pytest.mark.panne("F8", attendu="a refused connection is a sentence")
def test_personne_a_l_adresse(editeur: Editeur) -> None:
    with Editeur() as parti:
        base = parti.base
    with (
        Client(replace(REGLAGES, essais=2), editeur_local=base) as client,
        pytest.raises(ErreurReseau, match="connexion"),
    ):
        client.telecharger(URL)


@pytest.mark.panne("F9", attendu="a body that is too long is stopped")
@pytest.mark.parametrize(
    ("longueur", "trouve"), [("999999999", "au moins 999999999 octets"), ("", r"au moins \d{4} octets")]
)
def test_un_corps_trop_grand_est_arrete_annonce_ou_non(editeur: Editeur, longueur: str, trouve: str) -> None:
    editeur.publier(URL, TEXTE)
    editeur.panne(URL, Panne(entetes={"Content-Length": longueur}))
    reglages = replace(REGLAGES, taille_max=1_000)
    with Client(reglages, editeur_local=editeur.base) as client, pytest.raises(ErreurReseau, match=trouve):
        client.telecharger(URL)
    assert len(editeur.recues(URL)) == 1


def test_un_304_sans_condition_est_une_erreur(editeur: Editeur, client: Client) -> None:
    editeur.panne(URL, Panne(statut=304))
    with pytest.raises(ErreurReseau, match="sans condition"):
        client.telecharger(URL)


def test_une_demande_par_seconde_et_par_hote() -> None:
    instant, sommeils = [0.0], []

    def dormir(duree: float) -> None:
        sommeils.append(duree)
        instant[0] += duree

    cadence = Cadence(1.0, horloge=lambda: instant[0], dormir=dormir)
    cadence.attendre("www.insee.fr")
    instant[0] += 0.25
    cadence.attendre("www.data.gouv.fr")
    cadence.attendre("www.insee.fr")
    instant[0] += 5
    cadence.attendre("www.insee.fr")
    assert sommeils == [0.75]


def test_un_hote_lent_attend_davantage_que_les_autres() -> None:
    sommeils: list[float] = []
    cadence = Cadence(1.0, horloge=lambda: 0.0, dormir=sommeils.append, intervalles_s=HOTES_LENTS)
    for hote in ("bdm.insee.fr", "www.insee.fr", "api.insee.fr") * 2:
        cadence.attendre(hote)
    # 30 requests a minute for the two APIs, one a second for the rest.
    assert sommeils == [2.0, 1.0, 2.0]
    assert Reglages().intervalles_s == HOTES_LENTS


def test_le_client_suit_la_cadence_de_chaque_hote(editeur: Editeur) -> None:
    editeur.publier(URL, TEXTE)
    with Client(replace(REGLAGES, intervalles_s={"www.insee.fr": 0.5}), editeur_local=editeur.base) as client:
        client.telecharger(URL)
        client.telecharger(URL)
    premiere, seconde = editeur.recues(URL)
    # The first one opens the connection after its turn: it arrives a little later than it was allowed to leave.
    assert seconde.instant - premiere.instant >= 0.4


@pytest.mark.parametrize("statut", [301, 302, 307, 308])
def test_un_envoi_n_est_jamais_redirige(editeur: Editeur, client: Client, statut: int) -> None:
    """A 307 would send the body again, and the body holds credentials."""
    editeur.publier(STABLE, TEXTE)
    editeur.panne(URL, Panne(statut=statut, entetes={"Location": STABLE}))
    with pytest.raises(ErreurReseau, match=r"redirige vers www\.data\.gouv\.fr") as refus:
        client.poster(URL, b"client_secret=un-secret", {})
    assert editeur.recues(STABLE) == []
    assert "un-secret" not in str(refus.value)


def test_la_cadence_vaut_aussi_pour_chaque_redirection(editeur: Editeur) -> None:
    editeur.panne(URL, Panne(vers=URL + "?v=2"))
    editeur.publier(URL + "?v=2", TEXTE)
    sommeils: list[float] = []
    cadence = Cadence(60, horloge=lambda: 0.0, dormir=sommeils.append)
    with Client(REGLAGES, cadence, editeur_local=editeur.base) as client:
        assert client.telecharger(URL).contenu == TEXTE
    assert sommeils == [60]


def test_l_editeur_local_se_declare_par_l_environnement(editeur: Editeur, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OBSERVATOIRE_EDITEUR_LOCAL", editeur.base)
    editeur.publier(URL, TEXTE)
    with Client(REGLAGES) as client:
        assert client.telecharger(URL).url == URL


@pytest.mark.parametrize("base", ["http://www.insee.fr:80", "https://127.0.0.1:1", "127.0.0.1:8000"])
def test_l_editeur_local_est_sur_cette_machine(base: str) -> None:
    with pytest.raises((ErreurReseau, httpx.InvalidURL), match="attendu http://127"):
        TransportLocal(base)
