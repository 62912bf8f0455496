"""Published bytes kept for ever under their sha256, and files that appear whole.

Belongs here: the content-addressed archive, atomic writing, digests.
Does not belong here: where the bytes come from (acquire), what is known of each declared file (lock), layers (parquet).
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from pathlib import Path

PREUVES_GARDEES = 20


class ErreurAcquisition(RuntimeError):
    """A declared file could not be obtained, or a kept one is damaged; the message says which and what to do."""


def ecrire_atomique(chemin: Path, contenu: bytes | Path) -> None:
    """Write bytes, or those of another file, so that a reader, or a run killed half-way, finds the old content or the new one, never a part."""
    chemin.parent.mkdir(parents=True, exist_ok=True)
    temporaire = chemin.parent / f".{chemin.name}.{secrets.token_hex(4)}.partiel"
    try:
        with temporaire.open("xb") as flux:
            if isinstance(contenu, Path):
                with contenu.open("rb") as origine:
                    shutil.copyfileobj(origine, flux, 1 << 20)
            else:
                flux.write(contenu)
            flux.flush()
            os.fsync(flux.fileno())
        temporaire.replace(chemin)
    finally:
        temporaire.unlink(missing_ok=True)
    dossier = os.open(chemin.parent, os.O_RDONLY)
    try:
        os.fsync(dossier)
    finally:
        os.close(dossier)


class Archive:
    """Published bytes kept for ever under their sha256: `<racine>/<2 hex>/<sha256>`."""

    def __init__(self, racine: Path) -> None:
        self.racine = racine

    def chemin(self, sha256: str) -> Path:
        """Where the bytes of `sha256` are, or would be."""
        return self.racine / sha256[:2] / sha256

    def contient(self, sha256: str, taille: int) -> bool:
        """True when the bytes are kept at their size; their content is verified by `lire`."""
        return self.taille(sha256) == taille

    def taille(self, sha256: str) -> int | None:
        """Bytes kept under `sha256`, None when it is not in the archive."""
        try:
            return self.chemin(sha256).stat().st_size
        except FileNotFoundError:
            return None

    def deposer(self, contenu: bytes | Path) -> str:
        """Keep bytes, or those of a file, and return their sha256; a kept file that no longer has its own is written
        again."""
        sha256 = empreinte(contenu)
        chemin = self.chemin(sha256)
        if not chemin.exists() or empreinte(chemin) != sha256:
            ecrire_atomique(chemin, contenu)
        return sha256

    def lire(self, sha256: str) -> bytes:
        """Bytes of `sha256`, verified at every reading.

        Raises:
            ErreurAcquisition: absent from the archive, or damaged on the disk.
        """
        return self.verifie(sha256).read_bytes()

    def verifie(self, sha256: str) -> Path:
        """The file of `sha256`, whose bytes were just verified.

        Raises:
            ErreurAcquisition: absent from the archive, or damaged on the disk.
        """
        chemin = self.chemin(sha256)
        try:
            trouve = empreinte(chemin)
        except FileNotFoundError as erreur:
            raise ErreurAcquisition(
                f"{chemin} : absent de l'archive. Relancez le rafraîchissement pour l'acquérir de nouveau."
            ) from erreur
        if trouve != sha256:
            raise ErreurAcquisition(
                f"{chemin} : abîmé sur le disque, attendu l'empreinte {sha256}, trouvé {trouve}. "
                "Supprimez ce fichier et relancez : il sera acquis de nouveau."
            )
        return chemin

    def garder_preuve(self, contenu: bytes | Path) -> Path:
        """Keep refused bytes aside, for whoever wants to see what was served; the last ones only."""
        preuve = self.racine / "refuses" / empreinte(contenu)
        ecrire_atomique(preuve, contenu)
        for ancienne in sorted(preuve.parent.iterdir(), key=lambda p: p.stat().st_mtime_ns)[:-PREUVES_GARDEES]:
            ancienne.unlink(missing_ok=True)
        return preuve

    def balayer(self) -> int:
        """Remove what an interrupted run left half-written; returns the number of files removed."""
        restes = list(self.racine.glob("*/.*.partiel"))
        for reste in restes:
            reste.unlink(missing_ok=True)
        return len(restes)


def empreinte(contenu: bytes | Path) -> str:
    """sha256 of bytes, or of a file, read by blocks."""
    if isinstance(contenu, bytes):
        return hashlib.sha256(contenu).hexdigest()
    with contenu.open("rb") as flux:
        return hashlib.file_digest(flux, "sha256").hexdigest()
