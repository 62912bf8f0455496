"""The folder of releases: which exist, which one readers get, what a dead process left behind.

Belongs here: listing, the `current` pointer and its atomic switch, rollback, sweeping leftovers, retention, the publication lock, the feed beside the pointer.
Does not belong here: the content of a release (release), what changed between two of them (diff).
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from publication.checksums import FORME_ID, lire_sommes, verifier
from publication.contract import ErreurPublication
from publication.feed import JOURNAL, composer

POINTEUR = "current"
VERROU = ".verrou"
FICHES = "quartiers/"
CHANTIER = ".construction-"
A_REMPLACER = ".retiree-"
GARDER_AU_MOINS = 5
_RESTES = re.compile(r"\.(?:construction|current|retiree|journal)-(\d+)-.*")


@dataclass(frozen=True)
class Publication:
    """One release on the shelf; `publiee_le` is ISO 8601 in UTC, empty when its metadata cannot be read."""

    release_id: str
    dossier: Path
    publiee_le: str
    origine: str
    est_courante: bool


def courante(releases: Path) -> Path | None:
    """Real folder of the current release, None when there is none. Readers call this once per run."""
    pointeur = releases / POINTEUR
    if not pointeur.is_symlink():
        return None
    dossier = pointeur.resolve()
    return dossier if dossier.is_dir() else None


def lister(releases: Path) -> list[Publication]:
    """Every release, most recent first."""
    active = courante(releases)
    trouvees = []
    for dossier in releases.iterdir() if releases.is_dir() else ():
        if dossier.is_dir() and not dossier.is_symlink() and FORME_ID.fullmatch(dossier.name):
            publiee_le, origine = _metadonnees(dossier)
            trouvees.append(Publication(dossier.name, dossier, publiee_le, origine, dossier == active))
    return sorted(trouvees, key=lambda p: (p.release_id[:8], p.publiee_le, p.release_id), reverse=True)


def a_ses_fiches(dossier: Path) -> bool:
    """True when the release holds the static sheets of its quartiers, each page with its PDF; False too when its checksums cannot be read."""
    try:
        fiches = {chemin for chemin in lire_sommes(dossier) if chemin.startswith(FICHES)}
    except (OSError, ValueError):
        return False
    pages = {
        chemin.removesuffix(".html")
        for chemin in fiches
        if chemin.startswith((f"{FICHES}QP", f"{FICHES}QN")) and chemin.endswith(".html")
    }
    return bool(fiches) and all(f"{page}.pdf" in fiches for page in pages)


def basculer(releases: Path, release_id: str) -> None:
    """Point readers to a release, in one rename: they see the old one or the new one, never neither.

    The link is relative, so the data folder can be moved.
    """
    if os.path.lexists(releases / POINTEUR) and not (releases / POINTEUR).is_symlink():
        raise ErreurPublication(
            f"{releases / POINTEUR} devrait être un lien vers une publication, c'est un fichier ou un dossier ; retirez-le."
        )
    lien = releases / nom_temporaire(".current-")
    lien.symlink_to(release_id)
    lien.replace(releases / POINTEUR)
    confier_dossier(releases)


def annoncer(releases: Path) -> None:
    """Write the feed of what the shelf holds, in one rename; OBSERVATOIRE_ADRESSE gives its links a site."""
    versions = [(p.dossier, p.publiee_le, p.origine) for p in lister(releases)]
    nouveau = releases / nom_temporaire(".journal-")
    nouveau.write_bytes(composer(versions, os.environ.get("OBSERVATOIRE_ADRESSE", "")))
    nouveau.replace(releases / JOURNAL)


def revenir(releases: Path, release_id: str) -> str | None:
    """Make an earlier release current again, once verified.

    Returns:
        id of the release that was current before.
    Raises:
        ErreurPublication: no such release, or it is damaged; the current one is left as it was.
    """
    connues = [publication.release_id for publication in lister(releases)]
    if release_id not in connues:
        raise ErreurPublication(
            f"Publication {release_id} introuvable dans {releases} ; publications présentes : {', '.join(connues) or 'aucune'}."
        )
    with verrou_de_publication(releases):
        anomalies = verifier(releases / release_id)
        if anomalies:
            raise ErreurPublication(f"Retour à {release_id} refusé : la publication est altérée.", *anomalies)
        avant = courante(releases)
        basculer(releases, release_id)
        annoncer(releases)
    return avant.name if avant else None


def elaguer(releases: Path, garder: int) -> list[str]:
    """Delete the oldest releases beyond `garder`, never the current one; returns the ids deleted.

    Raises:
        ErreurPublication: fewer than GARDER_AU_MOINS would remain, and a page opened yesterday would lose its release.
    """
    if garder < GARDER_AU_MOINS:
        raise ErreurPublication(f"Au moins {GARDER_AU_MOINS} publications sont conservées ; {garder} demandées.")
    anciennes = [publication for publication in lister(releases)[garder:] if not publication.est_courante]
    for publication in anciennes:
        retiree = releases / nom_temporaire(A_REMPLACER)
        publication.dossier.rename(retiree)
        shutil.rmtree(retiree)
    return [publication.release_id for publication in anciennes]


def balayer(releases: Path) -> list[str]:
    """Remove what dead publications left behind; called under the lock. Returns the names removed."""
    balayes = []
    for chemin in sorted(releases.iterdir()):
        lu = _RESTES.fullmatch(chemin.name)
        if lu is None or (int(lu[1]) != os.getpid() and _est_vivant(int(lu[1]))):
            continue
        if chemin.is_dir() and not chemin.is_symlink():
            shutil.rmtree(chemin)
        else:
            chemin.unlink()
        balayes.append(chemin.name)
    return balayes


@contextmanager
def verrou_de_publication(releases: Path) -> Iterator[None]:
    """One publication at a time; the kernel drops the lock of a process that dies.

    Raises:
        ErreurPublication: another process is publishing in the same folder.
    """
    releases.mkdir(parents=True, exist_ok=True)
    with (releases / VERROU).open("a+b") as fichier:
        try:
            fcntl.flock(fichier, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as erreur:
            raise ErreurPublication(
                f"Une publication est déjà en cours dans {releases} : attendez sa fin, rien n'a été modifié."
            ) from erreur
        yield


def nom_temporaire(prefixe: str) -> str:
    """`<prefix><pid>-<random>`: the pid says whose leftover it is, the rest that two of them never collide."""
    return f"{prefixe}{os.getpid()}-{os.urandom(4).hex()}"


def confier_dossier(dossier: Path) -> None:
    """Flush the entries of a folder: a rename is durable only then."""
    descripteur = os.open(dossier, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descripteur)
    finally:
        os.close(descripteur)


def _metadonnees(dossier: Path) -> tuple[str, str]:
    """A damaged release is still listed, without its date: `verifier` says what is wrong with it."""
    try:
        contenu = json.loads((dossier / "datapackage.json").read_text(encoding="utf-8"))
        return str(contenu["created"]), str(contenu["origine"])
    except (OSError, ValueError, KeyError, TypeError):
        return "", ""


def _est_vivant(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
