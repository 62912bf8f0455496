"""Byte checks of a published file, before any parser sees it.

Belongs here: signatures, truncation, archive limits, HTML pages served instead of data, and the sentences that say so.
Does not belong here: columns, rows and values (read, normalise), fetching and keeping bytes (http, acquire).
"""

from __future__ import annotations

import fnmatch
import io
import itertools
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ingestion.catalogue import Lecture

ZIP = b"PK\x03\x04"
ZIP_VIDE = b"PK\x05\x06"
GZIP = b"\x1f\x8b"
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SHAPEFILE = b"\x00\x00\x27\x0a"
# What a publisher's server really sends by mistake, named so that the sentence says what was found.
SIGNATURES = {
    OLE2: "un classeur Excel 97 (.xls)",
    ZIP: "une archive zip",
    ZIP_VIDE: "une archive zip vide",
    GZIP: "un fichier gzip",
    b"%PDF": "un document PDF",
    b"PAR1": "un fichier Parquet",
    b"7z\xbc\xaf": "une archive 7-Zip",
    SHAPEFILE: "une couche shapefile sans son archive",
}
ATTENDU = {
    "csv": "un fichier CSV",
    "xls": "un classeur Excel",
    "json": "un fichier JSON",
    "geojson": "un fichier GeoJSON",
    "shapefile": "une archive zip de shapefiles",
    "parquet": "un fichier Parquet",
    "sdmx": "un document SDMX-ML",
}
EXTENSIONS = {"csv": {".csv", ".txt"}, "json": {".json"}, "geojson": {".geojson", ".json"}, "shapefile": {".shp"}}
EXTENSIONS |= {"parquet": {".parquet"}, "sdmx": {".xml"}}
PARQUET = b"PAR1"
# How a file of a binary format begins when it is not in a zip; a shapefile always is.
DEBUTS: dict[str, tuple[bytes, ...]] = {"xls": (OLE2,), "parquet": (PARQUET,), "shapefile": ()}
BLOC = 1 << 20


class ErreurOctets(ValueError):
    """The bytes are not what the card declares; the message names the file, what was expected and found, what to do."""


@dataclass(frozen=True)
class Limites:
    """Largest archive that is opened.

    The archives of the deposit hold at most 12 members, 13 MB once opened, 20 times their size (November 2026):
    the limits leave room for the larger ones that are declared and stop an archive made to exhaust the machine.
    """

    membres: int = 2_000
    taille_ouverte: int = 2 << 30
    rapport: float = 200.0
    sans_rapport_sous: int = 1 << 20


LIMITES = Limites()


def verifier(contenu: bytes | Path, nom: str, attendu: Lecture, limites: Limites = LIMITES) -> None:
    """Refuse bytes that no parser should be given.

    Args:
        contenu: the published bytes, whole, or the file that holds them: a large text is read block by block.
        nom: the file's name, for the sentence.
        attendu: the reading options of the card. A zip or gzip container is opened whatever the declared format.
    Raises:
        ErreurOctets: empty, HTML page, wrong signature, truncated, damaged, or an archive beyond `limites`.
    """
    if isinstance(contenu, Path):
        with contenu.open("rb") as flux:
            debut = flux.read(BLOC)
            if _est_un_grand_texte(debut, attendu):
                _texte(itertools.chain([debut], iter(lambda: flux.read(BLOC), b"")), nom, attendu)
                return
        contenu = contenu.read_bytes()
    if not contenu.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise _refus(
            nom,
            attendu,
            f"un contenu vide ({len(contenu)} octets)",
            "Relancez ; s'il reste vide, ouvrez la page de la source.",
        )
    if contenu.startswith((ZIP, ZIP_VIDE)):
        _zip(contenu, nom, attendu, limites)
    elif attendu.format == "shapefile":
        raise _refus(nom, attendu, _decrire(contenu), "Vérifiez l'adresse déclarée dans la fiche.")
    elif contenu.startswith(GZIP):
        _gzip(contenu, nom, attendu, limites)
    elif attendu.format == "xls":
        _ole2(contenu, nom, attendu)
    elif attendu.format == "parquet":
        _parquet(contenu, nom, attendu)
    else:
        _texte([contenu], nom, attendu)


def _est_un_grand_texte(debut: bytes, attendu: Lecture) -> bool:
    """True when a file that begins so is a text longer than a block, in no container."""
    binaire = attendu.format in DEBUTS or debut.startswith((ZIP, ZIP_VIDE, GZIP))
    return len(debut) == BLOC and not binaire and bool(debut.strip(b"\x00 \t\r\n\xef\xbb\xbf"))


def verifier_debut(debut: bytes, nom: str, attendu: Lecture) -> None:
    """Refuse the first bytes of a file when no file of the declared format begins like that.

    Args:
        debut: what was read of it; 2 KB are enough.
        nom, attendu: as `verifier`. A zip or gzip container is not opened.
    Raises:
        ErreurOctets.
    """
    faire = "Vérifiez l'adresse déclarée dans la fiche."
    if not debut:
        raise _refus(nom, attendu, "un contenu vide (0 octet)", "Ouvrez la page de la source.")
    if debut.startswith(ZIP):
        return
    if attendu.format in ("shapefile", "xls", "parquet"):
        if not debut.startswith(DEBUTS[attendu.format]):
            raise _refus(nom, attendu, _decrire(debut), faire)
    elif not debut.startswith(GZIP):
        utf16 = _est_utf16(attendu)
        _debut_de_texte(debut, nom, attendu, utf16)
        _sans_octet_nul(debut, 0, nom, attendu, utf16)


def _refus(nom: str, attendu: Lecture, trouve: str, faire: str) -> ErreurOctets:
    return ErreurOctets(f"{nom} : attendu {ATTENDU[attendu.format]}, trouvé {trouve}. {faire}")


def _decrire(contenu: bytes) -> str:
    for signature, description in SIGNATURES.items():
        if contenu.startswith(signature):
            return description
    debut = contenu[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if debut.startswith((b"<!doctype html", b"<html", b"<head", b"<body")) or b"<html" in debut:
        return "une page HTML"
    if debut.startswith(b"<"):
        return "un document XML ou HTML"
    if debut.startswith((b"{", b"[")):
        return "un document JSON"
    return f"un contenu non reconnu (premiers octets {contenu[:8].hex(' ')})"


# --- text -----------------------------------------------------------------------------------------------------------


def _texte(blocs: list[bytes] | Iterator[bytes], nom: str, attendu: Lecture) -> None:
    """Check a CSV, JSON or GeoJSON text given in blocks: one pass, constant memory."""
    utf16 = _est_utf16(attendu)
    position, fin = 0, b""
    for bloc in blocs:
        if position == 0:
            _debut_de_texte(bloc, nom, attendu, utf16)
        _sans_octet_nul(bloc, position, nom, attendu, utf16)
        position += len(bloc)
        fin = (fin + bloc)[-64:]
    if position == 0:
        raise _refus(nom, attendu, "un contenu vide (0 octet)", "Ouvrez la page de la source.")
    closes = {"json": (b"}", b"]"), "geojson": (b"}", b"]"), "sdmx": (b">",)}.get(attendu.format)
    if closes and not fin.rstrip(b"\x00 \t\r\n").endswith(closes):
        raise _refus(
            nom,
            attendu,
            f"un document qui s'arrête avant sa fin, après {position} octets",
            "Téléchargez-le de nouveau : le transfert a été coupé.",
        )


def _est_utf16(attendu: Lecture) -> bool:
    return attendu.encodage.lower().replace("_", "-").startswith("utf-16")


def _sans_octet_nul(bloc: bytes, position: int, nom: str, attendu: Lecture, utf16: bool) -> None:
    if not utf16 and (nul := bloc.find(b"\x00")) >= 0:
        raise _refus(
            nom,
            attendu,
            f"un octet nul à la position {position + nul} (fichier binaire, abîmé ou en UTF-16)",
            "Téléchargez-le de nouveau ; s'il est publié en UTF-16, déclarez `encodage` dans la fiche.",
        )


def _debut_de_texte(bloc: bytes, nom: str, attendu: Lecture, utf16: bool) -> None:
    if bloc.startswith((b"\xff\xfe", b"\xfe\xff")) and not utf16:
        raise _refus(
            nom,
            attendu,
            f"un texte UTF-16, la fiche déclare {attendu.encodage}",
            "Déclarez `encodage: utf-16` dans la fiche.",
        )
    json = attendu.format in ("json", "geojson")
    debut = bloc[:2048].lstrip(b"\xef\xbb\xbf \t\r\n")
    binaire = any(bloc.startswith(signature) for signature in SIGNATURES)
    if attendu.format == "sdmx":
        if not debut.startswith(b"<") or _decrire(bloc) == "une page HTML":
            raise _refus(nom, attendu, _decrire(bloc), "Vérifiez l'adresse déclarée dans la fiche, puis relancez.")
        return
    # A CSV never starts with a bracket: a JSON error body served with 200 would be read as a one-column table.
    if binaire or debut.startswith(b"<") or json != debut.startswith((b"{", b"[")):
        raise _refus(nom, attendu, _decrire(bloc), "Vérifiez l'adresse déclarée dans la fiche, puis relancez.")


# --- containers -----------------------------------------------------------------------------------------------------


def _gzip(contenu: bytes, nom: str, attendu: Lecture, limites: Limites) -> None:
    if attendu.format == "xls":
        raise _refus(nom, attendu, "un fichier gzip", "Vérifiez l'adresse déclarée dans la fiche.")
    _texte(_decomprimer(contenu, nom, attendu, limites), nom, attendu)


def _decomprimer(contenu: bytes, nom: str, attendu: Lecture, limites: Limites) -> Iterator[bytes]:
    """Blocks of an opened gzip; its length and CRC trailer are checked by zlib, its end here."""
    reste, total = contenu, 0
    while reste.startswith(GZIP):
        ouvreur = zlib.decompressobj(wbits=31)
        while not ouvreur.eof:
            try:
                bloc = ouvreur.decompress(reste, BLOC)
            except zlib.error as erreur:
                raise _refus(nom, attendu, f"un gzip abîmé ({erreur})", "Téléchargez-le de nouveau.") from erreur
            if not bloc and not ouvreur.eof:
                raise _refus(
                    nom,
                    attendu,
                    f"un gzip tronqué après {len(contenu)} octets",
                    "Téléchargez-le de nouveau : le transfert a été coupé.",
                )
            reste = ouvreur.unconsumed_tail
            total += len(bloc)
            _dans_les_limites(total, len(contenu), nom, attendu, limites)
            if bloc:
                yield bloc
        reste = ouvreur.unused_data
    if reste.strip(b"\x00"):
        raise _refus(nom, attendu, f"{len(reste)} octets étrangers après la fin du gzip", "Téléchargez-le de nouveau.")


def _dans_les_limites(ouvert: int, ferme: int, nom: str, attendu: Lecture, limites: Limites) -> None:
    faire = "Ouvrez-le à la main avant de relever les limites (ingestion/verify.py)."
    if ouvert > limites.taille_ouverte:
        raise _refus(nom, attendu, f"plus de {limites.taille_ouverte} octets une fois ouvert", faire)
    if ouvert > limites.sans_rapport_sous and ouvert > limites.rapport * ferme:
        raise _refus(
            nom, attendu, f"un contenu ouvert plus de {limites.rapport:.0f} fois plus grand que l'archive", faire
        )


def _zip(contenu: bytes, nom: str, attendu: Lecture, limites: Limites) -> None:
    try:
        archive = zipfile.ZipFile(io.BytesIO(contenu))
    except (zipfile.BadZipFile, struct.error, NotImplementedError, UnicodeDecodeError) as erreur:
        raise _refus(
            nom,
            attendu,
            f"une archive zip tronquée ou abîmée de {len(contenu)} octets ({erreur})",
            "Téléchargez-la de nouveau : le transfert a été coupé.",
        ) from erreur
    with archive:
        if not all(membre.filename for membre in archive.infolist()):
            raise _refus(
                nom, attendu, "un membre sans nom dans l'archive", "Téléchargez-la de nouveau : elle est abîmée."
            )
        membres = [membre for membre in archive.infolist() if not membre.is_dir()]
        if not membres:
            raise _refus(nom, attendu, "une archive zip vide", "Ouvrez la page de la source.")
        if len(membres) > limites.membres:
            raise _refus(
                nom,
                attendu,
                f"une archive de {len(membres)} membres, au plus {limites.membres}",
                "Ouvrez-la à la main.",
            )
        noms = [membre.filename for membre in membres]
        if len(set(noms)) != len(noms):
            raise _refus(nom, attendu, "deux membres du même nom dans l'archive", "Signalez-le au producteur.")
        for membre in membres:
            _membre_sans_danger(membre, nom, attendu)
        _dans_les_limites(sum(membre.file_size for membre in membres), len(contenu), nom, attendu, limites)
        for membre in membres:
            _lire_membre(archive, membre, nom, attendu)
        _contenu_attendu(archive, noms, nom, attendu)


def _membre_sans_danger(membre: zipfile.ZipInfo, nom: str, attendu: Lecture) -> None:
    chemin = membre.filename.replace("\\", "/")
    faire = "Ouvrez-la à la main et signalez-le au producteur."
    if chemin.startswith("/") or ":" in chemin.split("/")[0] or ".." in PurePosixPath(chemin).parts:
        raise _refus(nom, attendu, f"un membre qui sort de l'archive (« {membre.filename} »)", faire)
    if stat.S_ISLNK(membre.external_attr >> 16):
        raise _refus(nom, attendu, f"un lien symbolique dans l'archive (« {membre.filename} »)", faire)
    if membre.flag_bits & 0x1:
        raise _refus(nom, attendu, f"un membre chiffré (« {membre.filename} »)", faire)


def _blocs(archive: zipfile.ZipFile, membre: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(membre) as flux:
        while bloc := flux.read(BLOC):
            yield bloc


def _lire_membre(archive: zipfile.ZipFile, membre: zipfile.ZipInfo, nom: str, attendu: Lecture) -> None:
    """Read a member to its end: zipfile compares its CRC-32 there."""
    try:
        lus = sum(len(bloc) for bloc in _blocs(archive, membre))
    # A damaged directory gives zipfile a negative offset (ValueError) or an unknown method (NotImplementedError).
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, ValueError, struct.error) as erreur:
        raise _refus(
            nom, attendu, f"un membre illisible, « {membre.filename} » ({erreur})", "Téléchargez l'archive de nouveau."
        ) from erreur
    if lus != membre.file_size:
        raise _refus(
            nom,
            attendu,
            f"« {membre.filename} » de {lus} octets pour {membre.file_size} annoncés",
            "Téléchargez l'archive de nouveau.",
        )


def _contenu_attendu(archive: zipfile.ZipFile, noms: list[str], nom: str, attendu: Lecture) -> None:
    """The members that will be read pass the checks of their own format."""
    if attendu.format == "xls":
        classeurs = [membre for membre in noms if PurePosixPath(membre).suffix.lower() in (".xls", ".xlsx")]
        if "[Content_Types].xml" not in noms and not classeurs:
            raise _refus(
                nom,
                attendu,
                f"une archive sans classeur ({_liste(noms)})",
                "Vérifiez l'adresse déclarée dans la fiche.",
            )
        return
    extensions = EXTENSIONS[attendu.format]
    retenus = [membre for membre in noms if _correspond(membre, attendu, extensions)]
    if not retenus:
        cherche = f"« {attendu.membre} »" if attendu.membre else " ou ".join(sorted(extensions))
        raise _refus(
            nom,
            attendu,
            f"une archive sans membre {cherche} ({_liste(noms)})",
            "Corrigez `membre` ou l'adresse dans la fiche.",
        )
    for membre in retenus:
        if attendu.format == "shapefile":
            _shapefile(archive, membre, noms, nom, attendu)
        elif attendu.format == "parquet":
            _parquet(archive.read(membre), f"{nom} ({membre})", attendu)
        else:
            _texte(_blocs(archive, archive.getinfo(membre)), f"{nom} ({membre})", attendu)


def _correspond(membre: str, attendu: Lecture, extensions: set[str]) -> bool:
    # Member names with accents are published decomposed (NFD): both sides are compared composed.
    base = unicodedata.normalize("NFC", PurePosixPath(membre).name)
    if attendu.membre is None:
        return PurePosixPath(base).suffix.lower() in extensions
    motif = unicodedata.normalize("NFC", attendu.membre)
    if attendu.format == "shapefile" and not base.lower().endswith(".shp"):
        return False
    complet = unicodedata.normalize("NFC", membre)
    formes = [base, complet, PurePosixPath(base).stem] if attendu.format == "shapefile" else [base, complet]
    return any(fnmatch.fnmatchcase(forme.lower(), motif.lower()) for forme in formes)


def _liste(noms: list[str]) -> str:
    return ", ".join(noms[:5]) + (", …" if len(noms) > 5 else "")


# --- binary formats -------------------------------------------------------------------------------------------------


def _shapefile(archive: zipfile.ZipFile, membre: str, noms: list[str], nom: str, attendu: Lecture) -> None:
    """A layer is its three files, and its header gives its length in 16-bit words (ESRI Shapefile, July 1998)."""
    presents = {autre.lower() for autre in noms}
    for suffixe in (".shx", ".dbf"):
        if membre[:-4].lower() + suffixe not in presents:
            raise _refus(
                nom, attendu, f"la couche {membre} sans son fichier {suffixe}", "Téléchargez l'archive de nouveau."
            )
    with archive.open(membre) as flux:
        entete = flux.read(28)
    taille = archive.getinfo(membre).file_size
    if not entete.startswith(SHAPEFILE) or len(entete) < 28:
        raise _refus(nom, attendu, f"{membre} sans la signature d'un shapefile", "Signalez-le au producteur.")
    annonce = 2 * struct.unpack(">i", entete[24:28])[0]
    if annonce != taille:
        raise _refus(
            nom, attendu, f"{membre} de {taille} octets pour {annonce} annoncés", "Téléchargez l'archive de nouveau."
        )


def _parquet(contenu: bytes, nom: str, attendu: Lecture) -> None:
    """A Parquet file begins and ends with its mark, and its footer lies inside it."""
    if not contenu.startswith(PARQUET):
        raise _refus(nom, attendu, _decrire(contenu), "Vérifiez l'adresse déclarée dans la fiche, puis relancez.")
    if len(contenu) < 12 or not contenu.endswith(PARQUET):
        trouve = f"un document qui s'arrête avant sa fin, après {len(contenu)} octets"
        raise _refus(nom, attendu, trouve, "Téléchargez-le de nouveau : le transfert a été coupé.")
    pied = struct.unpack("<I", contenu[-8:-4])[0]
    if pied + 12 > len(contenu):
        trouve = f"un pied de {pied} octets dans un fichier de {len(contenu)}"
        raise _refus(nom, attendu, trouve, "Téléchargez-le de nouveau : il est abîmé.")


def _ole2(contenu: bytes, nom: str, attendu: Lecture) -> None:
    """An Excel 97 workbook whose allocation table points past the end of the file is truncated (MS-CFB §2.2, §2.3)."""
    if not contenu.startswith(OLE2):
        raise _refus(nom, attendu, _decrire(contenu), "Vérifiez l'adresse déclarée dans la fiche, puis relancez.")
    if len(contenu) < 512:
        raise _tronque(contenu, 512, nom, attendu)
    secteur = 1 << struct.unpack_from("<H", contenu, 0x1E)[0]
    nb_tables = struct.unpack_from("<I", contenu, 0x2C)[0]
    dernier = 0
    # The 109 first entries of the header cover 7 MB of workbook: a longer one is checked on that part.
    for rang, table in enumerate(struct.unpack_from("<109I", contenu, 0x4C)[:nb_tables]):
        debut = (table + 1) * secteur
        if debut + secteur > len(contenu):
            raise _tronque(contenu, debut + secteur, nom, attendu)
        entrees = struct.unpack_from(f"<{secteur // 4}I", contenu, debut)
        utilises = [position for position, suivant in enumerate(entrees) if suivant != 0xFFFFFFFF]
        if utilises:
            dernier = max(dernier, rang * (secteur // 4) + utilises[-1])
    voulu = (dernier + 1) * secteur + 1
    if len(contenu) < voulu:
        raise _tronque(contenu, voulu, nom, attendu)


def _tronque(contenu: bytes, voulu: int, nom: str, attendu: Lecture) -> ErreurOctets:
    trouve = f"un classeur tronqué : {len(contenu)} octets, au moins {voulu} attendus"
    return _refus(nom, attendu, trouve, "Téléchargez-le de nouveau.")
