"""The probe of the official addresses, over real sockets.

Belongs here: what `sonder` says of an address that answers, moved, is gone, or was never declared.
Does not belong here: the client's own behaviour (test_http_client).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from editeur import DATE, PAGE_HTML, Editeur, Panne
from jeu_essai import DATEE, REGLAGES, STABLE, TEXTE, URL, declarer, fichier

from ingestion.catalogue import Adresse, Catalogue, Fichier, Lecture
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
    # HEAD for each address, then the first bytes of what answers: never a whole file, and once for its two parts.
    lues = [requete for requete in editeur.journal if requete.methode == "GET"]
    assert [requete.entetes["Range"] for requete in editeur.recues(DATEE) if requete in lues] == ["bytes=0-65535"]
    assert {requete.entetes["Range"] for requete in lues} == {"bytes=0-65535"}
    assert (lignes[0]["signature"], lignes[0]["entete"]) == ("conforme", "conforme")
    assert tableau(lignes)[2] == (
        "insee.essai",
        "2022",
        "c.csv",
        "",
        "",
        "",
        "",
        "non_verifie",
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


ARCHIVE = Lecture(format="csv", membre="essai.csv")
CLASSEUR = Lecture(format="xls")
LONG = bytes(5_000_000)


@pytest.mark.parametrize(
    ("nom", "lecture", "servi", "trouve"),
    [
        ("essai.zip", ARCHIVE, PAGE_HTML, "attendu un fichier CSV, trouvé une page HTML"),
        ("essai.csv", Lecture(format="csv"), PAGE_HTML, "attendu un fichier CSV, trouvé une page HTML"),
        ("essai.csv", Lecture(format="csv"), b'{"error": "quota"}', "trouvé un document JSON"),
        ("essai.xlsx", CLASSEUR, PAGE_HTML, "attendu un classeur Excel, trouvé une page HTML"),
        ("essai.xlsx", CLASSEUR, b"%PDF-1.7" + LONG, "trouvé un document PDF"),
        ("essai.zip", ARCHIVE, b"PK" + bytes(98), "un octet nul"),
        ("essai.parquet", Lecture(format="parquet"), TEXTE, "attendu un fichier Parquet"),
    ],
)
def test_un_autre_type_de_fichier_servi_avec_200_est_dit(
    editeur: Editeur, client: Client, tmp_path: Path, nom: str, lecture: Lecture, servi: bytes, trouve: str
) -> None:
    editeur.publier(URL, servi)
    (ligne,) = sonder(catalogue(tmp_path, [fichier(lecture=lecture, nom=nom)]), [], client)
    assert (ligne["statut"], ligne["signature"], ligne["entete"]) == (200, "differe", "non_verifie")
    assert trouve in ligne["message"]


@pytest.mark.parametrize(
    ("nom", "lecture", "servi"),
    [
        ("essai.zip", ARCHIVE, b"PK\x03\x04" + LONG),
        ("essai.xls", CLASSEUR, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + LONG),
        ("essai.parquet", Lecture(format="parquet"), b"PAR1" + LONG),
        ("essai.csv.gz", Lecture(format="csv"), b"\x1f\x8b" + LONG),
    ],
)
def test_la_signature_attendue_se_lit_sur_deux_kilo_octets(
    editeur: Editeur, client: Client, tmp_path: Path, nom: str, lecture: Lecture, servi: bytes
) -> None:
    editeur.publier(URL, servi)
    (ligne,) = sonder(catalogue(tmp_path, [fichier(lecture=lecture, nom=nom)]), [], client)
    assert (ligne["signature"], ligne["entete"], ligne["message"]) == ("conforme", "non_verifie", "")
    assert [r.entetes.get("Range") for r in editeur.recues(URL)] == [None, "bytes=0-2047"]


def test_la_sonde_d_un_jeu_lent_a_une_fin(editeur: Editeur, tmp_path: Path) -> None:
    adresses = [f"{URL}?fichier={rang}" for rang in range(3)]
    for adresse in adresses:
        editeur.publier(adresse, TEXTE)
        editeur.panne(adresse, Panne(goutte_s=0.05, methodes=("GET",)))
    declares = [fichier(adresse, nom=f"{rang}.csv") for rang, adresse in enumerate(adresses)]
    with Client(replace(REGLAGES, total_s=60, total_jeu_s=0.5), editeur_local=editeur.base) as client:
        lignes = sonder(catalogue(tmp_path, declares), [], client)
    assert all("au plus pour un jeu, arrêté à 2022, 0.csv" in ligne["message"] for ligne in lignes)
    assert editeur.recues(adresses[2]) == []


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
