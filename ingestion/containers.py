"""Archives opened by what they are, not by how they are named.

Belongs here: gzip and zip containers, the choice of a member.
Does not belong here: the safety checks on archives (verify, which runs before), the parsing of the member (read_*).
"""

from __future__ import annotations

import fnmatch
import gzip
import io
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ingestion.frames import ErreurLecture

BLOC = 1 << 20


def ouvrir(contenu: bytes | Path, nom: str, membre: str | None) -> bytes:
    """All the bytes of `blocs`."""
    return b"".join(blocs(contenu, nom, membre))


def blocs(contenu: bytes | Path, nom: str, membre: str | None) -> Iterator[bytes]:
    """Gives the bytes to parse, block by block: those of the file, or of one member of the archive it is.

    Args:
        contenu: the published bytes, or the file that holds them.
        membre: pattern of the member (`*_QP.csv`), compared without case on the base name; None: the only one that is
            not a description (`meta_*`).
    Raises:
        ErreurLecture: damaged archive, no member or several members for the pattern.
    """
    with _flux(contenu) as flux:
        debut = flux.read(4096)
        flux.seek(0)
        if debut.startswith(b"\x1f\x8b"):
            try:
                with gzip.GzipFile(fileobj=flux) as ouvert:
                    yield from _par_blocs(ouvert)
            except (OSError, EOFError, zlib.error) as erreur:
                raise ErreurLecture(
                    f"{nom} : archive gzip tronquée ou abîmée ({erreur}) ; la télécharger de nouveau."
                ) from erreur
        elif debut.startswith(b"PK\x03\x04") and not (membre is None and _est_un_classeur(debut)):
            yield from _blocs_du_membre(contenu, nom, _choisir(contenu, nom, membre))
        else:
            yield from _par_blocs(flux)


def _flux(contenu: bytes | Path) -> BinaryIO:
    return contenu.open("rb") if isinstance(contenu, Path) else io.BytesIO(contenu)


def _par_blocs(flux: BinaryIO | gzip.GzipFile) -> Iterator[bytes]:
    while bloc := flux.read(BLOC):
        yield bloc


def membres(contenu: bytes | Path, nom: str) -> dict[str, zipfile.ZipInfo]:
    """Members of a zip, by base name in composed Unicode (NFC), folders left out.

    Raises:
        ErreurLecture: not a readable zip.
    """
    try:
        with _flux(contenu) as flux, zipfile.ZipFile(flux) as archive:
            return {
                unicodedata.normalize("NFC", info.filename).rsplit("/", 1)[-1]: info
                for info in archive.infolist()
                if not info.filename.endswith("/")
            }
    except (zipfile.BadZipFile, ValueError, RuntimeError, struct.error) as erreur:
        raise ErreurLecture(
            f"{nom} : archive zip tronquée ou abîmée ({erreur}) ; la télécharger de nouveau."
        ) from erreur


def extraire(contenu: bytes | Path, nom: str, info: zipfile.ZipInfo) -> bytes:
    """Bytes of one member.

    Raises:
        ErreurLecture: the member does not unpack, or its checksum is wrong.
    """
    return b"".join(_blocs_du_membre(contenu, nom, info))


def _blocs_du_membre(contenu: bytes | Path, nom: str, info: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with _flux(contenu) as flux, zipfile.ZipFile(flux) as archive, archive.open(info) as membre:
            while bloc := membre.read(BLOC):
                yield bloc
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, ValueError, struct.error) as erreur:
        raise ErreurLecture(
            f"{nom} : le membre {info.filename} de l'archive ne se décompresse pas ({erreur})."
        ) from erreur


def _est_un_classeur(contenu: bytes) -> bool:
    """An .xlsx workbook is a zip too: its first members say so."""
    return b"[Content_Types].xml" in contenu[:4096] or b"xl/" in contenu[:4096]


def _choisir(contenu: bytes | Path, nom: str, membre: str | None) -> zipfile.ZipInfo:
    presents = membres(contenu, nom)
    utiles = sorted(n for n in presents if not n.lower().startswith("meta_"))
    choisis = [n for n in utiles if membre is None or fnmatch.fnmatch(n.lower(), membre.lower())]
    if len(choisis) != 1:
        attendu = f"un membre « {membre} »" if membre else "un seul membre hors description (meta_*)"
        trouve = ", ".join(choisis) if choisis else f"aucun parmi {', '.join(utiles) or 'les membres'}"
        raise ErreurLecture(
            f"{nom} : attendu {attendu} dans l'archive, trouvé {trouve} ; corriger `membre` dans la fiche."
        )
    return presents[choisis[0]]
