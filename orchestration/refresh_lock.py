"""One refresh at a time on a data folder.

Belongs here: the lock of a refresh, the sentence said to the second one, the recovery of a dead process' lock.
Does not belong here: the lock of the published files (ingestion.lock), the state of the last release (state).
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOM = "rafraichissement.verrou"


class RafraichissementEnCours(RuntimeError):
    """Another live process refreshes the same folder; the message names it."""


@contextmanager
def verrou_de_rafraichissement(donnees: Path) -> Iterator[int | None]:
    """Hold the refresh lock of `donnees` for the duration of the block.

    The kernel drops an advisory lock when its process dies, even by `kill -9`: no pid can be mistaken for another's.
    The pid written in the file only names the holder.

    Yields:
        the pid of a refresh that died while it held the lock, None otherwise.
    Raises:
        RafraichissementEnCours: another process holds it.
    """
    donnees.mkdir(parents=True, exist_ok=True)
    chemin = donnees / NOM
    with chemin.open("a+", encoding="ascii") as fichier:
        try:
            fcntl.flock(fichier, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as erreur:
            raise RafraichissementEnCours(
                f"Un rafraîchissement de {donnees} est déjà en cours (processus {_pid(chemin) or 'inconnu'}) : "
                "attendez sa fin, rien n'a été modifié par cette commande."
            ) from erreur
        mort = _pid(chemin)
        _ecrire(chemin, str(os.getpid()))
        try:
            yield mort
        finally:
            _ecrire(chemin, "")


def est_tenu(donnees: Path) -> bool:
    """True when a live process refreshes the folder now."""
    chemin = donnees / NOM
    if not chemin.exists():
        return False
    with chemin.open("r", encoding="ascii") as fichier:
        try:
            fcntl.flock(fichier, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def _pid(chemin: Path) -> int | None:
    texte = chemin.read_text(encoding="ascii").strip()
    return int(texte) if texte.isdigit() else None


def _ecrire(chemin: Path, texte: str) -> None:
    """Rewrite in place: replacing the file would leave the lock on the old one."""
    chemin.write_text(texte, encoding="ascii")
