"""The probe of the official addresses, over real sockets.

Belongs here: what `sonder` says of an address that answers, moved, is gone, or was never declared.
Does not belong here: the client's own behaviour (test_http_client).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from editeur import DATE, Editeur, Panne
from jeu_essai import DATEE, STABLE, TEXTE, URL, declarer, fichier

from ingestion.catalogue import Adresse, Catalogue, Fichier
from ingestion.http import Client
from ingestion.probe import COLONNES, sonder, tableau


def catalogue(tmp_path: Path, declares: list[Fichier]) -> Catalogue:
    jeu, _ = declarer(declares)

    class Essai(Catalogue):
        jeux = {jeu.jeu: jeu}  # noqa: RUF012

    return Essai(tmp_path)


def test_la_sonde_dit_ce_qu_est_chaque_adresse_sans_rien_telecharger(
    editeur: Editeur, client: Client, tmp_path: Path
) -> None:
    editeur.publier(DATEE, TEXTE, type="text/csv")
    editeur.panne(STABLE, Panne(vers=DATEE))
    disparue = URL.replace("essai_csv", "disparue")
    declares = [fichier(STABLE, nom="a.csv"), fichier(disparue, nom="b.csv"), fichier(None, nom="c.csv")]
    declares += [declares[0].model_copy(update={"partie": "seconde"})]
    lignes = sonder(catalogue(tmp_path, declares), [], client)
    assert [(ligne["fichier"], ligne["statut"], ligne["taille"]) for ligne in lignes] == [
        ("a.csv", 200, len(TEXTE)),
        ("b.csv", 404, None),
        ("c.csv", None, None),
        ("a.csv#seconde", 200, len(TEXTE)),
    ]
    assert (lignes[0]["url_finale"], lignes[0]["type"], lignes[0]["last_modified"]) == (DATEE, "text/csv", DATE)
    assert "n'existe plus" in lignes[1]["message"]
    assert "aucune URL" in lignes[2]["message"]
    # HEAD for each address, then the first bytes of what answers and is a csv: never a whole file.
    lues = [requete for requete in editeur.journal if requete.methode == "GET"]
    assert {requete.entetes["Range"] for requete in lues} == {"bytes=0-65535"}
    assert lignes[0]["entete"] == "conforme"
    assert tableau(lignes)[2] == (
        "insee.essai",
        "2022",
        "c.csv",
        "",
        "",
        "",
        "",
        "non_verifie",
        "aucune URL n'est déclarée dans la fiche",
    )
    assert len(tableau(lignes)[0]) == len(COLONNES)


def test_la_sonde_demande_un_octet_la_ou_head_est_refuse(editeur: Editeur, client: Client, tmp_path: Path) -> None:
    editeur.publier(URL, TEXTE)
    editeur.panne(URL, Panne(statut=405, methodes=("HEAD",)))
    (ligne,) = sonder(catalogue(tmp_path, [fichier()]), ["insee.essai"], client)
    assert (ligne["statut"], ligne["taille"], ligne["message"]) == (206, len(TEXTE), "")
    assert editeur.recues(URL)[1].entetes["Range"] == "bytes=0-0"


def test_un_autre_en_tete_que_celui_de_la_fiche_est_dit(editeur: Editeur, client: Client, tmp_path: Path) -> None:
    """A header that lost a column, and a large file of which only the beginning is read."""
    editeur.publier(URL, b"CODGEO;TAUX\nQP961001;12,5\n" + b"x" * 5_000_000)
    (ligne,) = sonder(catalogue(tmp_path, [fichier()]), [], client)
    assert ligne["entete"] == "differe"
    assert "taux_pauvrete_60 ← TP60" in ligne["message"]
    assert "TAUX" in ligne["message"]


def test_la_sonde_demande_d_abord_l_adresse_au_producteur(editeur: Editeur, client: Client, tmp_path: Path) -> None:
    page = "https://www.insee.fr/fr/statistiques/1"
    lien = "/fr/statistiques/fichier/1/essai_2024.csv"
    declare = fichier(None).model_copy(
        update={"adresse": Adresse(service="insee_page", page=page, motif=r"essai_\d{4}\.csv"), "statut_url": "deduit"}
    )
    editeur.publier(page, f'<a href="{lien}">csv</a>'.encode())
    editeur.publier(f"https://www.insee.fr{lien}", TEXTE)
    (ligne,) = sonder(catalogue(tmp_path, [declare]), [], client)
    assert (ligne["url_finale"], ligne["entete"], ligne["message"]) == (f"https://www.insee.fr{lien}", "conforme", "")
    editeur.publier(page, b"<p>Page en travaux</p>")
    (ligne,) = sonder(catalogue(tmp_path, [declare]), [], client)
    assert "aucun lien" in ligne["message"]


def test_la_sonde_refuse_un_jeu_inconnu(client: Client, tmp_path: Path) -> None:
    with pytest.raises(KeyError, match=r"insee\.absent.*insee\.essai"):
        sonder(catalogue(tmp_path, [fichier()]), ["insee.absent"], client)
