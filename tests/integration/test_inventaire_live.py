"""Several runs in a row on the publishers: asked by the inventory, read by the ingestion, told by the outcome.

Belongs here: what one run remembers of an address for the next one.
Does not belong here: one acquisition (test_acquisition_live), the steps after the reading (test_refresh_demo).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from editeur import Editeur, Panne
from jeu_essai import TEXTE, URL, declarer, fichier

from ingestion import http
from ingestion.catalogue import Catalogue, Fichier
from orchestration import steps
from orchestration.settings import Reglages
from orchestration.state import Inventaire

DISPARU = Panne(statut=404)


@dataclass(frozen=True)
class Relance:
    """What one run saw and said."""

    inventaire: Inventaire
    statuts: list[str]
    refus: list[str]
    manquants: list[str]


Relancer = Callable[..., Relance]


@pytest.fixture
def relancer(editeur: Editeur, tmp_path: Path) -> Relancer:
    """One run on some files: the inventory, then the ingestion of what it found."""

    def executer(*declares: Fichier) -> Relance:
        jeu, _ = declarer(list(declares) or [fichier()])

        class Fiches(Catalogue):
            jeux = {jeu.jeu: jeu}  # noqa: RUF012
            corrections = []  # noqa: RUF012

        class Contexte(steps.Contexte):
            catalogue = Fiches(tmp_path)

        contexte = Contexte(Reglages(data=tmp_path / "data", source="live", editeur_local=editeur.base))
        inventaire = steps.inventorier(contexte)
        with steps.ouvrir_source(contexte) as source:
            bilan = steps.ingerer(contexte, jeu, source)
        dit = steps.bilan_des_fichiers(contexte)
        return Relance(inventaire, [f.statut for f in bilan.fichiers], dit.refus, dit.manquants)

    return executer


@pytest.mark.parametrize("essai", ["reel", "documente"])
def test_une_adresse_disparue_est_redemandee_a_chaque_relance(editeur: Editeur, relancer: Relancer, essai: str) -> None:
    """The archive holds the file: it stays in use, is never called up to date, and comes back by itself."""
    declare = fichier().model_copy(update={"essai": essai})
    editeur.publier(URL, TEXTE)
    premiere = relancer(declare)
    assert (premiere.statuts, premiere.refus) == (["a_jour"], [])
    editeur.panne(URL, DISPARU)
    for demandes in (2, 3):
        disparue = relancer(declare)
        assert disparue.statuts == ["en_echec"]
        (phrase,) = disparue.refus
        assert "n'existe plus (réponse 404)" in phrase
        assert "Le dernier bon état reste en usage" in phrase
        assert disparue.inventaire.changements(premiere.inventaire)
        assert len(editeur.recues(URL)) == demandes
    editeur.panne(URL, None)
    revenue = relancer(declare)
    assert (revenue.statuts, revenue.refus) == (["a_jour"], [])
    assert revenue.inventaire.changements(premiere.inventaire) == []


def test_sans_l_archive_une_adresse_disparue_ne_passe_pas_pour_bonne(
    editeur: Editeur, relancer: Relancer, tmp_path: Path
) -> None:
    """Only the lock knows the file: the typed layer stays in use, and the next run asks without condition."""
    editeur.publier(URL, TEXTE)
    relancer()
    for octets in (tmp_path / "data" / "archive").glob("*/*"):
        octets.unlink()
    editeur.panne(URL, DISPARU)
    for _ in range(2):
        disparue = relancer()
        assert (disparue.statuts, len(disparue.refus), disparue.manquants) == (["en_echec"], 1, [])
    editeur.panne(URL, None)
    assert relancer().statuts == ["a_jour"]
    assert "If-None-Match" not in editeur.recues(URL)[-1].entetes


def test_sans_l_archive_ni_la_couche_typee_un_fichier_est_nomme_sans_arreter_les_autres(
    editeur: Editeur, relancer: Relancer, tmp_path: Path
) -> None:
    autre = fichier(URL + "?autre", nom="autre.csv")
    editeur.publier(URL, TEXTE)
    editeur.publier(URL + "?autre", TEXTE + b"QP961002;13,0\n")
    relancer(fichier(), autre)
    for dossier in ("archive", "normalise"):
        for garde in (tmp_path / "data" / dossier).rglob("*"):
            if garde.is_file():
                garde.unlink()
    editeur.panne(URL, DISPARU)
    perdue = relancer(fichier(), autre)
    assert perdue.statuts == ["en_echec", "a_jour"]
    (phrase,) = perdue.manquants
    assert "essai.csv" in phrase
    assert "réponse 404" in phrase


def test_un_fichier_qui_n_est_pas_demande_n_est_pas_un_refus(editeur: Editeur, relancer: Relancer) -> None:
    """What the inventory calls never loaded, the ingestion must not call refused: every run would exit with 3."""
    sur_demande = fichier(None, nom="demande.csv").model_copy(
        update={"essai": "documente", "sur_demande": "Le producteur le donne sur demande."}
    )
    editeur.publier(URL, TEXTE)
    relance = relancer(fichier(), sur_demande)
    assert (relance.statuts, relance.refus, relance.manquants) == (["a_jour", "jamais_charge"], [], [])


def test_le_temps_d_un_jeu_est_un_reglage() -> None:
    """Without the setting, a run has the bound of a client made anywhere else."""
    with steps.ouvrir_client(Reglages(total_jeu_s=12)) as client:
        assert client.reglages.total_jeu_s == 12
    with steps.ouvrir_client(Reglages()) as client:
        assert client.reglages == http.Reglages()
