"""Byte checks: every fault of quality.md F9 and F19 is refused in a sentence, every honest file passes.

Belongs here: small files made in the test, then damaged in one way each.
Does not belong here: what parsers do with the bytes (test_read…), the published files themselves (tests/data).
"""

from __future__ import annotations

import gzip
import io
import stat
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import shapefile
import xlwt

from ingestion.catalogue import Lecture
from ingestion.verify import ErreurOctets, Limites, verifier

CSV = Lecture(format="csv")
XLS = Lecture(format="xls")
JSON = Lecture(format="json")
GEOJSON = Lecture(format="geojson")
SHAPEFILE = Lecture(format="shapefile")
TEXTE = b"CODGEO;TP60\nQP961001;12,5\n"
PAGE = b"<!DOCTYPE html>\n<html><body>Service indisponible</body></html>"


def zippe(membres: dict[str, bytes], methode: int = zipfile.ZIP_DEFLATED) -> bytes:
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w", methode) as archive:
        for nom, contenu in membres.items():
            archive.writestr(nom, contenu)
    return tampon.getvalue()


def classeur(lignes: int = 50) -> bytes:
    livre = xlwt.Workbook()
    feuille = livre.add_sheet("Quartiers")
    for ligne in range(lignes):
        feuille.write(ligne, 0, f"QP{ligne:06d}")
    tampon = io.BytesIO()
    livre.save(tampon)
    return tampon.getvalue()


def couche(dossier: Path) -> dict[str, bytes]:
    with shapefile.Writer(str(dossier / "QP"), shapeType=shapefile.POLYGON) as ecrivain:
        ecrivain.field("CODE_QP", "C", 8)
        ecrivain.poly([[[0, 0], [0, 1], [1, 1], [0, 0]]])
        ecrivain.record("QP961001")
    return {f"QP.{suffixe}": (dossier / f"QP.{suffixe}").read_bytes() for suffixe in ("shp", "shx", "dbf")}


@pytest.mark.parametrize(
    ("contenu", "lecture"),
    [
        (TEXTE, CSV),
        (TEXTE.rstrip(b"\n"), CSV),
        (b"\xef\xbb\xbf" + TEXTE, CSV),
        ("Libellé;1\u202f234\n".encode("cp1252", errors="replace"), CSV),
        (gzip.compress(TEXTE, mtime=0), CSV),
        (gzip.compress(TEXTE, mtime=0) + gzip.compress(TEXTE, mtime=0), CSV),
        (zippe({"base.CSV": TEXTE, "lisez-moi.pdf": b"%PDF-1.7"}), CSV),
        (TEXTE.decode().encode("utf-16"), Lecture(format="csv", encodage="utf-16")),
        (b'{"qpvs": []}\n', JSON),
        (gzip.compress(b"[1]", mtime=0), JSON),
        (zippe({"qpv_WGS84.geojson": b'{"type": "FeatureCollection"}'}), GEOJSON),
        (classeur(), XLS),
        (classeur(20_000), XLS),
        (zippe({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}), XLS),
    ],
)
def test_un_fichier_honnete_passe(contenu: bytes, lecture: Lecture) -> None:
    verifier(contenu, "fichier", lecture)


def test_une_couche_complete_passe(tmp_path: Path) -> None:
    verifier(zippe(couche(tmp_path)), "contours.zip", SHAPEFILE)


@pytest.mark.panne("F9", attendu="empty or HTML refused for every format")
@pytest.mark.parametrize("lecture", [CSV, XLS, JSON, GEOJSON, SHAPEFILE])
@pytest.mark.parametrize(
    ("contenu", "trouve"),
    [(b"", "vide"), (b"\xef\xbb\xbf \r\n", "vide"), (PAGE, "page HTML"), (b"<?xml version='1.0'?><e/>", "XML")],
)
def test_vide_ou_page_html_quel_que_soit_le_format(lecture: Lecture, contenu: bytes, trouve: str) -> None:
    with pytest.raises(ErreurOctets, match=trouve) as refus:
        verifier(contenu, "REVN_2022.csv", lecture)
    assert str(refus.value).startswith("REVN_2022.csv\u00a0: attendu un")


@pytest.mark.panne("F9", attendu="other than the declared format refused")
@pytest.mark.parametrize(
    ("contenu", "lecture", "trouve"),
    [
        (classeur(), CSV, "classeur Excel 97"),
        (b"%PDF-1.7 ...", CSV, "document PDF"),
        (b"PAR1....PAR1", CSV, "fichier Parquet"),
        (b'{"error": "quota"}', CSV, "document JSON"),
        (TEXTE, JSON, "non reconnu"),
        (TEXTE, XLS, "non reconnu"),
        (TEXTE, SHAPEFILE, "non reconnu"),
        (gzip.compress(TEXTE, mtime=0), XLS, "gzip"),
        (gzip.compress(PAGE, mtime=0), CSV, "page HTML"),
        (zippe({"base.csv": PAGE}), CSV, "page HTML"),
        (TEXTE.decode().encode("utf-16"), CSV, "UTF-16"),
        (TEXTE.decode().encode("utf-16-le"), CSV, "octet nul à la position 1 "),
        (TEXTE + b"\x00" * 10, CSV, f"octet nul à la position {len(TEXTE)} "),
        (b'{"qpvs": [{"code": "QN0010', JSON, "s'arrête avant sa fin"),
        (zippe({"lisez-moi.txt.pdf": b"%PDF"}), CSV, "sans membre .csv"),
        (zippe({"base_COM.csv": TEXTE}), Lecture(format="csv", membre="*_QP.csv"), r"sans membre «\u00a0\*_QP.csv"),
        (zippe({}), CSV, "vide"),
        (zippe({"notice.pdf": b"%PDF"}), XLS, "sans classeur"),
    ],
)
def test_autre_chose_que_le_format_declare(contenu: bytes, lecture: Lecture, trouve: str) -> None:
    with pytest.raises(ErreurOctets, match=trouve):
        verifier(contenu, "fichier", lecture)


@pytest.mark.panne("F9", attendu="a cut binary refused wherever it is cut")
@pytest.mark.parametrize(
    ("contenu", "lecture"),
    [
        (zippe({"base.csv": TEXTE * 500, "meta.csv": TEXTE}), CSV),
        (gzip.compress(TEXTE * 500, mtime=0), CSV),
        (classeur(2_000), XLS),
    ],
)
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_un_binaire_coupe_est_refuse_a_tout_endroit(contenu: bytes, lecture: Lecture, part: float) -> None:
    # A cut inside the last 512-byte sector of a workbook cannot be told from a writer that does not pad it.
    coupe = int(len(contenu) * part) if lecture is not XLS else min(int(len(contenu) * part), len(contenu) - 1024)
    with pytest.raises(ErreurOctets, match=r"tronqué|abîmé"):
        verifier(contenu[:coupe], "fichier", lecture)


@pytest.mark.panne("F19", attendu="bad CRC refused")
def test_un_bit_retourne_dans_un_zip_ou_un_gzip_est_trouve() -> None:
    archive = bytearray(zippe({"base.csv": TEXTE}, zipfile.ZIP_STORED))
    archive[archive.index(b"12,5")] ^= 1
    with pytest.raises(ErreurOctets, match=r"membre illisible.*base\.csv"):
        verifier(bytes(archive), "base.zip", CSV)
    gz = bytearray(gzip.compress(TEXTE * 50))
    gz[-6] ^= 1
    with pytest.raises(ErreurOctets, match="gzip abîmé"):
        verifier(bytes(gz), "base.csv.gz", CSV)


def test_octets_etrangers_apres_un_gzip() -> None:
    verifier(gzip.compress(TEXTE, mtime=0) + b"\x00" * 512, "base.csv.gz", CSV)
    with pytest.raises(ErreurOctets, match="7 octets étrangers"):
        verifier(gzip.compress(TEXTE, mtime=0) + b"ailleurs"[1:], "base.csv.gz", CSV)


@pytest.mark.panne("F19", attendu="slip refused")
@pytest.mark.parametrize("nom", ["../base.csv", "/etc/base.csv", "a/../../base.csv", "..\\base.csv", "C:\\base.csv"])
def test_un_membre_qui_sort_de_l_archive(nom: str) -> None:
    with pytest.raises(ErreurOctets, match="sort de l'archive"):
        verifier(zippe({nom: TEXTE}), "base.zip", CSV)


@pytest.mark.panne("F19", attendu="symbolic link refused")
def test_lien_symbolique() -> None:
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w") as archive:
        lien = zipfile.ZipInfo("base.csv")
        lien.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(lien, "/etc/passwd")
    with pytest.raises(ErreurOctets, match="lien symbolique"):
        verifier(tampon.getvalue(), "base.zip", CSV)


@pytest.mark.panne("F19", attendu="encrypted member refused")
def test_membre_chiffre() -> None:
    archive = bytearray(zippe({"base.csv": TEXTE}))
    for signature, decalage in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        position = archive.index(signature) + decalage
        archive[position : position + 2] = struct.pack("<H", 1)
    with pytest.raises(ErreurOctets, match="chiffré"):
        verifier(bytes(archive), "base.zip", CSV)


@pytest.mark.panne("F19", attendu="two members of one name refused")
def test_deux_membres_du_meme_nom() -> None:
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr("base.csv", TEXTE)
        archive.writestr("base.csv", b"autre;chose\n")
    with pytest.raises(ErreurOctets, match="même nom"):
        verifier(tampon.getvalue(), "base.zip", CSV)


@pytest.mark.panne("F19", attendu="bomb stopped by ratio or by size")
@pytest.mark.parametrize("fabriquer", [gzip.compress, lambda contenu: zippe({"base.csv": contenu})])
def test_une_bombe_est_arretee_par_le_rapport_ou_par_la_taille(fabriquer: Callable[[bytes], bytes]) -> None:
    bombe = fabriquer(b"1;2\n" * 2_000_000)
    with pytest.raises(ErreurOctets, match="200 fois plus grand"):
        verifier(bombe, "bombe", CSV)
    with pytest.raises(ErreurOctets, match="plus de 1000000 octets"):
        verifier(bombe, "bombe", CSV, Limites(taille_ouverte=1_000_000))
    verifier(bombe, "bombe", CSV, Limites(rapport=10_000))


@pytest.mark.panne("F19", attendu="too many members refused")
def test_trop_de_membres() -> None:
    archive = zippe({f"{rang}.csv": b"a" for rang in range(101)})
    verifier(archive, "base.zip", CSV, Limites(membres=101))
    with pytest.raises(ErreurOctets, match="101 membres, au plus 100"):
        verifier(archive, "base.zip", CSV, Limites(membres=100))


def test_le_membre_se_cherche_sous_son_nom_compose() -> None:
    # Publishers' archives hold decomposed names (NFD): « é » is two characters there, one in the card.
    archive = zippe({"donne\u0301es_QP.csv": TEXTE, "meta.csv": PAGE})
    verifier(archive, "base.zip", Lecture(format="csv", membre="données_QP.csv"))


def test_couche_incomplete_ou_plus_courte_que_son_entete(tmp_path: Path) -> None:
    membres = couche(tmp_path)
    with pytest.raises(ErreurOctets, match=r"QP\.shp sans son fichier \.dbf"):
        verifier(zippe({nom: contenu for nom, contenu in membres.items() if nom != "QP.dbf"}), "c.zip", SHAPEFILE)
    entier = len(membres["QP.shp"])
    with pytest.raises(ErreurOctets, match=f"de {entier - 8} octets pour {entier} annoncés"):
        verifier(zippe(membres | {"QP.shp": membres["QP.shp"][:-8]}), "c.zip", SHAPEFILE)
    with pytest.raises(ErreurOctets, match="signature"):
        verifier(zippe(membres | {"QP.shp": b"\x00" * entier}), "c.zip", SHAPEFILE)


@pytest.mark.panne("F9", attendu="a member shorter than announced refused")
def test_un_membre_plus_court_que_sa_taille_annoncee() -> None:
    archive = bytearray(zippe({"base.csv": TEXTE}))
    taille = archive.index(b"PK\x01\x02") + 24
    archive[taille : taille + 4] = struct.pack("<I", len(TEXTE) + 5)
    with pytest.raises(ErreurOctets, match=f"de {len(TEXTE)} octets pour {len(TEXTE) + 5} annoncés"):
        verifier(bytes(archive), "base.zip", CSV)


def test_un_classeur_dont_la_table_est_au_debut_et_la_fin_perdue() -> None:
    """Excel, unlike xlwt, may write the allocation table first: sector 0 here, which says that 11 sectors are used."""
    entete = bytearray(512)
    entete[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<H", entete, 0x1E, 9)
    struct.pack_into("<I", entete, 0x2C, 1)
    struct.pack_into("<109I", entete, 0x4C, 0, *[0xFFFFFFFF] * 108)
    table = struct.pack("<128I", 0xFFFFFFFD, *range(2, 11), 0xFFFFFFFE, *[0xFFFFFFFF] * 117)
    entier = bytes(entete) + table + b"\x01" * 512 * 10
    verifier(entier, "base.xls", XLS)
    # The header and sectors 0 to 9 are 11 × 512 bytes: the eleventh sector must at least begin.
    with pytest.raises(ErreurOctets, match=f"5632 octets, au moins {11 * 512 + 1} attendus"):
        verifier(entier[: 11 * 512], "base.xls", XLS)
