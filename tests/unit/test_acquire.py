"""Archive, lock, sources on disk and the acquisition of one file, without network.

Belongs here: real files in a temporary folder, damaged or replaced as a disk or an operator would.
Does not belong here: requests (tests/integration/test_acquisition_live.py), byte checks one by one (test_verify).
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from ingestion.acquire import SourceDemo, SourceDepot, SourceLive, acquerir, lecture_declaree
from ingestion.archive import PREUVES_GARDEES, Archive, ErreurAcquisition, ecrire_atomique
from ingestion.catalogue import Attendus, Bloc, Cle, Fichier, Jeu, Lecture, Licence, Millesime, Variable
from ingestion.http import Client
from ingestion.lock import EntreeVerrou, Verrou

TEXTE = b"CODGEO;TP60\nQP961001;12,5\n"
AUTRE = b"CODGEO;TP60\nQP961001;13,0\n"
MIDI = datetime(2026, 11, 24, 12, tzinfo=UTC)
SOIR = datetime(2026, 11, 24, 18, tzinfo=UTC)


def declarer(*fichiers: Fichier) -> tuple[Jeu, Millesime]:
    millesime = Millesime(millesime="2022", periodes={"filosofi": "2018"}, fichiers=list(fichiers))
    variables = {"taux_pauvrete_60": Variable(colonnes=["TP60"], type="taux")}
    jeu = Jeu(
        jeu="insee.essai",
        titre="Essai",
        producteur="Insee",
        theme="revenus",
        description="Jeu d'essai",
        page="https://www.insee.fr/fr/statistiques/0000000",
        statut_page="a_confirmer",
        licence=Licence(nom="Licence Ouverte 2.0", statut="a_confirmer"),
        cadence="annuelle",
        mention="Source : essai",
        zonage="2015",
        niveau="qpv",
        lecture=Lecture(format="csv"),
        cle=Cle(colonnes=["CODGEO"], type="qpv2015"),
        blocs=[Bloc(nom="filosofi", regle_vide="secret", variables=variables)],
        attendus=Attendus(description="une ligne, écrite dans ce test"),
        millesimes=[millesime],
    )
    return jeu, millesime


REVENUS = Fichier(fichier="REVN.csv", chemin="insee/essai/REVN.csv", statut_url="a_confirmer")
JEU, MILLESIME = declarer(REVENUS)


@pytest.fixture
def dossier(tmp_path: Path) -> Path:
    (tmp_path / "depot/insee/essai").mkdir(parents=True)
    (tmp_path / "depot/insee/essai/REVN.csv").write_bytes(TEXTE)
    return tmp_path


def passer(dossier: Path, quand: datetime = MIDI, source: SourceDepot | None = None) -> EntreeVerrou:
    """One whole run: load the lock, acquire, save the lock."""
    verrou = Verrou(dossier / "verrou.yml")
    source = source or SourceDepot(dossier / "depot")
    entree = acquerir(JEU, MILLESIME, REVENUS, source, Archive(dossier / "archive"), verrou, lambda: quand)
    verrou.enregistrer()
    return entree


# --- archive


def test_l_archive_rend_les_octets_sous_leur_empreinte(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    sha256 = archive.deposer(TEXTE)
    assert sha256 == hashlib.sha256(TEXTE).hexdigest()
    assert archive.chemin(sha256) == tmp_path / sha256[:2] / sha256
    assert archive.lire(sha256) == TEXTE
    assert archive.contient(sha256, len(TEXTE))
    assert not archive.contient(sha256, len(TEXTE) + 1)


@pytest.mark.panne("F6", attendu="found in the archive when it is read, then repaired")
def test_un_bit_retourne_dans_l_archive_est_trouve_a_la_lecture_puis_repare(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    sha256 = archive.deposer(TEXTE)
    abime = bytes([TEXTE[0] ^ 1]) + TEXTE[1:]
    archive.chemin(sha256).write_bytes(abime)
    with pytest.raises(ErreurAcquisition, match="abîmé sur le disque") as refus:
        archive.lire(sha256)
    assert hashlib.sha256(abime).hexdigest() in str(refus.value)
    archive.deposer(TEXTE)
    assert archive.lire(sha256) == TEXTE


def test_un_fichier_absent_de_l_archive_se_dit(tmp_path: Path) -> None:
    with pytest.raises(ErreurAcquisition, match="absent de l'archive"):
        Archive(tmp_path).lire("0" * 64)


def test_une_ecriture_qui_echoue_ne_laisse_rien_de_visible(tmp_path: Path) -> None:
    # A folder stands where the file should go: the last step, the renaming, fails.
    cible = tmp_path / "verrou.yml"
    (cible / "dedans").mkdir(parents=True)
    with pytest.raises(OSError, match=r"verrou\.yml"):
        ecrire_atomique(cible, b"apres")
    assert [p.name for p in tmp_path.iterdir()] == ["verrou.yml"]


def test_balayer_enleve_les_restes_d_un_processus_tue(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    sha256 = archive.deposer(TEXTE)
    reste = archive.chemin(sha256).with_name(f".{sha256}.0badcafe.partiel")
    reste.write_bytes(b"moit")
    assert archive.balayer() == 1
    assert not reste.exists()
    assert archive.lire(sha256) == TEXTE


def test_les_preuves_gardees_sont_bornees(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    for rang in range(PREUVES_GARDEES + 3):
        preuve = archive.garder_preuve(b"page %d" % rang)
        os.utime(preuve, ns=(rang, rang))
    derniere = archive.garder_preuve(b"la derniere")
    gardees = list((tmp_path / "refuses").iterdir())
    assert len(gardees) == PREUVES_GARDEES
    assert derniere in gardees


# --- lock


def test_le_verrou_se_relit_tel_qu_ecrit(tmp_path: Path) -> None:
    verrou = Verrou(tmp_path / "verrou.yml")
    entree = EntreeVerrou("a" * 64, 12, "https://é.fr/x", "live", "2026-11-24T12:00:00Z", "2026-11-24T12:00:00Z", '"e"')
    jamais = EntreeVerrou(
        None, None, None, "live", None, "2026-11-24T12:00:00Z", statut="en_echec", message="404\u00a0: non"
    )
    verrou.ecrire("insee.essai", "2022", "b.xls#Quartiers", entree)
    verrou.ecrire("insee.essai", "2022", "a.csv", jamais)
    verrou.enregistrer()
    relu = Verrou(tmp_path / "verrou.yml")
    assert list(relu.entrees()) == [
        ("insee.essai", "2022", "a.csv", jamais),
        ("insee.essai", "2022", "b.xls#Quartiers", entree),
    ]
    premier = (tmp_path / "verrou.yml").read_bytes()
    relu.enregistrer()
    assert (tmp_path / "verrou.yml").read_bytes() == premier


def test_une_cle_d_une_version_plus_recente_est_ignoree(tmp_path: Path) -> None:
    passe = EntreeVerrou("a" * 64, 1, None, "demo", "t", "t")
    verrou = Verrou(tmp_path / "verrou.yml")
    verrou.ecrire("insee.essai", "2022", "a.csv", passe)
    verrou.enregistrer()
    brut = yaml.safe_load((tmp_path / "verrou.yml").read_text())
    brut["insee.essai"]["2022"]["a.csv"]["signature"] = "plus tard"
    (tmp_path / "verrou.yml").write_text(yaml.safe_dump(brut))
    assert Verrou(tmp_path / "verrou.yml").lire("insee.essai", "2022", "a.csv") == passe


@pytest.mark.parametrize(
    "texte", ["a: [", "- liste\n", "insee.essai: texte\n", "insee.essai: {'2022': {a.csv: {sha256: x}}}\n"]
)
def test_un_verrou_illisible_se_dit(tmp_path: Path, texte: str) -> None:
    (tmp_path / "verrou.yml").write_text(texte)
    with pytest.raises(ErreurAcquisition, match=r"attendu un verrou .* illisible"):
        Verrou(tmp_path / "verrou.yml")


# --- sources and acquisition


def test_premiere_acquisition(dossier: Path) -> None:
    entree = passer(dossier)
    sha256 = hashlib.sha256(TEXTE).hexdigest()
    date = "2026-11-24T12:00:00Z"
    assert entree == EntreeVerrou(sha256, len(TEXTE), None, "deposit", date, date)
    assert Archive(dossier / "archive").lire(sha256) == TEXTE


def test_rien_n_a_change_rien_n_est_reecrit(dossier: Path) -> None:
    premiere = passer(dossier)
    chemin = Archive(dossier / "archive").chemin(premiere.sha256 or "")
    avant = chemin.stat()
    seconde = passer(dossier, SOIR)
    assert seconde == replace(premiere, verifie_le="2026-11-24T18:00:00Z")
    assert (chemin.stat().st_ino, chemin.stat().st_mtime_ns) == (avant.st_ino, avant.st_mtime_ns)


def test_un_depot_inchange_ne_rend_pas_d_octets(dossier: Path) -> None:
    source = SourceDepot(dossier / "depot")
    assert source.obtenir(JEU, MILLESIME, REVENUS, passer(dossier)).contenu is None
    donne = source.obtenir(JEU, MILLESIME, REVENUS, None).contenu
    assert isinstance(donne, Path)
    assert donne.read_bytes() == TEXTE


@pytest.mark.panne("F11", attendu="a new snapshot beside the old one")
def test_d_autres_octets_font_un_nouvel_instantane_et_l_ancien_reste(dossier: Path) -> None:
    premiere = passer(dossier)
    verrou = Verrou(dossier / "verrou.yml")
    verrou.ecrire("insee.essai", "2022", "REVN.csv", replace(premiere, normalise="digest"))
    verrou.enregistrer()
    (dossier / "depot/insee/essai/REVN.csv").write_bytes(AUTRE)
    seconde = passer(dossier, SOIR)
    assert seconde.sha256 == hashlib.sha256(AUTRE).hexdigest()
    assert seconde.acquis_le == "2026-11-24T18:00:00Z"
    assert seconde.normalise is None
    assert Archive(dossier / "archive").lire(premiere.sha256 or "") == TEXTE


def test_des_octets_refuses_laissent_le_dernier_bon_et_une_preuve(dossier: Path) -> None:
    premiere = passer(dossier)
    page = b"<html>Service indisponible</html>"
    (dossier / "depot/insee/essai/REVN.csv").write_bytes(page)
    seconde = passer(dossier, SOIR)
    assert (seconde.sha256, seconde.statut) == (premiere.sha256, "en_echec")
    assert seconde.acquis_le == premiere.acquis_le
    assert "REVN.csv\u00a0: attendu un fichier CSV, trouvé une page HTML" in seconde.message
    preuve = dossier / "archive/refuses" / hashlib.sha256(page).hexdigest()
    assert str(preuve) in seconde.message
    assert preuve.read_bytes() == page
    (dossier / "depot/insee/essai/REVN.csv").write_bytes(TEXTE)
    assert passer(dossier, SOIR) == replace(premiere, verifie_le="2026-11-24T18:00:00Z")


def test_un_fichier_absent_du_depot_sans_instantane(dossier: Path) -> None:
    (dossier / "depot/insee/essai/REVN.csv").unlink()
    entree = passer(dossier)
    assert (entree.sha256, entree.statut, entree.acquis_le) == (None, "en_echec", None)
    assert str(dossier / "depot/insee/essai/REVN.csv") in entree.message
    assert "insee.essai 2022, REVN.csv" in entree.message


def test_l_archive_videe_est_remplie_de_nouveau(dossier: Path) -> None:
    premiere = passer(dossier)
    archive = Archive(dossier / "archive")
    archive.chemin(premiere.sha256 or "").unlink()
    assert passer(dossier, SOIR).statut == "a_jour"
    assert archive.lire(premiere.sha256 or "") == TEXTE


def test_un_chemin_de_fiche_ne_sort_pas_du_depot(dossier: Path) -> None:
    (dossier / "ailleurs.csv").write_bytes(TEXTE)
    dehors = REVENUS.model_copy(update={"chemin": "../ailleurs.csv"})
    with pytest.raises(ErreurAcquisition, match="sort du dépôt"):
        SourceDepot(dossier / "depot").obtenir(JEU, MILLESIME, dehors, None)


def test_la_demo_se_nomme_demo_et_lit_comme_un_depot(dossier: Path) -> None:
    assert passer(dossier, source=SourceDemo(dossier / "depot")).origine == "demo"


def test_sans_url_declaree_le_direct_le_dit(dossier: Path) -> None:
    with Client() as client:
        entree = acquerir(
            JEU,
            MILLESIME,
            REVENUS,
            SourceLive(client, dossier),
            Archive(dossier / "archive"),
            Verrou(dossier / "v.yml"),
            lambda: MIDI,
        )
    assert entree.statut == "en_echec"
    assert "aucune URL n'est déclarée" in entree.message
    assert JEU.page in entree.message


def test_un_fichier_garde_pour_un_depot_n_est_jamais_demande(dossier: Path) -> None:
    """No address is even resolved: never loaded until a deposit brings it, and then what was read stays in use."""
    lourd = REVENUS.model_copy(
        update={"url": "https://example.invalid/lourd", "essai": "documente", "sur_demande": "Fichier de 810 Mo."}
    )
    archive, verrou = Archive(dossier / "archive"), Verrou(dossier / "v.yml")
    with Client() as client:
        absent = acquerir(JEU, MILLESIME, lourd, SourceLive(client, dossier), archive, verrou, lambda: MIDI)
        depose = acquerir(JEU, MILLESIME, lourd, SourceDepot(dossier / "depot"), archive, verrou, lambda: MIDI)
        garde = acquerir(JEU, MILLESIME, lourd, SourceLive(client, dossier), archive, verrou, lambda: SOIR)
    assert (absent.statut, absent.sha256) == ("jamais_charge", None)
    assert "Fichier de 810 Mo." in absent.message
    assert (garde.statut, garde.sha256, garde.origine) == ("a_jour", depose.sha256, "deposit")


def test_la_lecture_du_direct_est_celle_du_producteur() -> None:
    remise_en_forme = Lecture(format="json")
    publiee = Lecture(format="geojson", membre="*WGS84.geojson")
    fichier = REVENUS.model_copy(update={"lecture": remise_en_forme, "lecture_live": publiee})
    assert lecture_declaree(JEU, fichier, "live") == publiee
    assert lecture_declaree(JEU, fichier, "deposit") == remise_en_forme
    assert lecture_declaree(JEU, REVENUS, "live") == JEU.lecture
