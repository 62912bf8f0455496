"""Mutated published files through the checks, the readers and the typing: `python tests/campagne_fuzz.py` writes docs/fuzz.md.

Belongs here: the mutations, what each one may end as, the report of a campaign.
Does not belong here: the quick version and the failures that were found (faults/test_fuzz.py).
"""

from __future__ import annotations

import argparse
import faulthandler
import io
import os
import random
import re
import signal
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ingestion.acquire import lecture_declaree
from ingestion.archive import ErreurAcquisition
from ingestion.catalogue import Catalogue, ErreurCatalogue, Fichier, Jeu, Millesime
from ingestion.demo import ecrire_territoire
from ingestion.ingest import sans_donnees_personnelles
from ingestion.normalise import ErreurDerive, normaliser
from ingestion.read import ErreurLecture, lire
from ingestion.verify import ErreurOctets, verifier

PAGE = Path(__file__).resolve().parents[1] / "docs" / "fuzz.md"
REFUS = (ErreurOctets, ErreurAcquisition, ErreurLecture, ErreurDerive, ErreurCatalogue)
SORTS = {"retenue", "exclue", "quarantaine"}
SECONDES = 30
TAILLE = 60_000
NOMBRES = [
    "NaN",
    "inf",
    "-inf",
    "1e400",
    "-5",
    "101",
    "12,5",
    "1 234,5",
    "1\u00a0234,5",
    "1\u202f234,5",
    "s",
    "nd",
    "ns",
]
NOMBRES += ["so", "n/a", "", "=1+1", "1.2.3", "٣", "0x10", "9" * 400, "１２", "1e-400", "--1", "1_000", "𝟙"]
CODES = [
    "1053",
    "QP",
    "QN0000000",
    "2A004",
    "75056",
    "qp961001",
    "QP961001 ",
    "\u00a0QP961001",
    "'; drop table x --",
    "../../x",
]
CODES += ["01053.0", "1,053E3", "QN96101M\x00", "é" * 300, "=cmd|' /C calc'!A0", "NULL"]


@dataclass(frozen=True)
class Publie:
    """One declared file and its published bytes."""

    jeu: Jeu
    millesime: Millesime
    fichier: Fichier
    contenu: bytes


def publies(dossier: Path) -> list[Publie]:
    """The declared files of a deposit, at most 60 KB, the local register left out (it has its own gate)."""
    return [
        Publie(jeu, millesime, fichier, chemin.read_bytes())
        for _, jeu in sorted(Catalogue().jeux.items())
        for millesime in jeu.millesimes
        for fichier in millesime.fichiers
        if fichier.chemin and not jeu.jeu.startswith("registre.")
        and (chemin := dossier / fichier.chemin).is_file() and chemin.stat().st_size <= TAILLE
    ]  # fmt: skip


# --- mutations --------------------------------------------------------------------------------------------------------


def octets(contenu: bytes, hasard: random.Random) -> bytes:
    """Flipped, inserted, deleted, repeated or cut bytes."""
    lus = bytearray(contenu)
    for _ in range(hasard.randint(1, 8)):
        place = hasard.randrange(len(lus) + 1)
        geste = hasard.randrange(5)
        if geste == 0 and place < len(lus):
            lus[place] ^= 1 << hasard.randrange(8)
        elif geste == 1:
            lus[place:place] = hasard.choice(
                [b'"', b"\x00", b"\r", b"\n", b";", b"\xff\xfe", b"\xef\xbb\xbf", hasard.randbytes(4)]
            )
        elif geste == 2:
            del lus[place : place + hasard.randint(1, 40)]
        elif geste == 3:
            lus[place:place] = lus[place : place + hasard.randint(1, 400)]
        elif hasard.random() < 0.3:
            del lus[place:]
    return bytes(lus)


def _texte(contenu: bytes) -> str:
    return contenu.decode("utf-8", errors="surrogateescape")


def _octets(texte: str) -> bytes:
    return texte.encode("utf-8", errors="surrogateescape")


def separateurs(contenu: bytes, hasard: random.Random) -> bytes:
    """Another separator, another end of line, on all the file or on one line."""
    de, vers = hasard.sample([";", ",", "\t", "|", "\n", '"'], 2)
    lignes = _texte(contenu).split("\n")
    if hasard.random() < 0.5:
        return _octets("\n".join(lignes).replace(de, vers))
    rang = hasard.randrange(len(lignes))
    lignes[rang] = lignes[rang].replace(de, vers)
    return _octets("\n".join(lignes))


def encodages(contenu: bytes, hasard: random.Random) -> bytes:
    """The same text in another encoding, or decoded twice."""
    texte = contenu.decode("utf-8", errors="replace")
    return texte.encode(
        hasard.choice(["utf-16", "utf-16-le", "utf-32", "cp1252", "latin-1", "utf-8-sig", "utf-7"]), errors="replace"
    )


def _cellules(contenu: bytes, hasard: random.Random, choix: list[str]) -> bytes:
    """One to ten cells below the first line replaced."""
    lignes = _texte(contenu).split("\n")
    for _ in range(hasard.randint(1, 10)):
        rang = hasard.randrange(1, len(lignes)) if len(lignes) > 1 else 0
        morceaux = re.split(r"([;,\t])", lignes[rang])
        morceaux[2 * hasard.randrange((len(morceaux) + 1) // 2)] = hasard.choice(choix)
        lignes[rang] = "".join(morceaux)
    return _octets("\n".join(lignes))


def nombres(contenu: bytes, hasard: random.Random) -> bytes:
    """Cells that look like numbers and are not, or not here."""
    return _cellules(contenu, hasard, NOMBRES)


def codes(contenu: bytes, hasard: random.Random) -> bytes:
    """Codes of nothing, hostile or badly written."""
    return _cellules(contenu, hasard, CODES)


def entetes(contenu: bytes, hasard: random.Random) -> bytes:
    """A first line with a column renamed, dropped, repeated, emptied or moved."""
    premiere, fin, reste = _texte(contenu).partition("\n")
    separateur = max(";,\t", key=premiere.count)
    noms = premiere.split(separateur)
    place = hasard.randrange(len(noms))
    match hasard.randrange(5):
        case 0:
            noms[place] += "_2"
        case 1:
            del noms[place]
        case 2:
            noms[place] = noms[0]
        case 3:
            noms[place] = ""
        case _:
            hasard.shuffle(noms)
    return _octets(separateur.join(noms) + fin + reste)


def archives(contenu: bytes, hasard: random.Random) -> bytes:
    """The file in a zip: alone, twice, renamed, with a member that goes out, a wrong CRC, or a cut end."""
    tampon = io.BytesIO()
    membre = hasard.choice(
        ["data.csv", "../../etc/x.csv", "/x.csv", "a/b/c.csv", "data.exe", "é.csv", "meta_x.csv", "C:\\x.csv"]
    )
    with zipfile.ZipFile(tampon, "w", hasard.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])) as ecrit:
        for rang in range(hasard.choice([0, 1, 1, 2])):
            ecrit.writestr(f"{rang}_{membre}" if rang else membre, contenu)
    fait = tampon.getvalue()
    return octets(fait, hasard) if hasard.random() < 0.5 else fait


MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    octets, separateurs, encodages, nombres, codes, entetes, archives,
)  # fmt: skip


def muter(contenu: bytes, hasard: random.Random) -> tuple[str, bytes]:
    """The name of a mutation and its bytes; inside the archive, half of the time, when the file is one."""
    mutation = hasard.choice(MUTATIONS)
    if contenu.startswith(b"PK\x03\x04") and hasard.random() < 0.7:
        tampon = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(contenu)) as lu, zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED) as ecrit:
            vise = hasard.choice(lu.namelist())
            for nom in lu.namelist():
                ecrit.writestr(nom, mutation(lu.read(nom), hasard) if nom == vise else lu.read(nom))
        return mutation.__name__, tampon.getvalue()
    return mutation.__name__, mutation(contenu, hasard)


# --- what an input ends as --------------------------------------------------------------------------------------------


class Trop(BaseException):
    """An input takes too long; a BaseException, so that no reader takes it for a fault of the file."""


@contextmanager
def limite(secondes: int) -> Any:
    """Stops what lasts: Python code with `Trop`, native code by ending the process with a trace."""

    def sonner(*_: Any) -> None:
        raise Trop

    ancien = signal.signal(signal.SIGALRM, sonner)
    signal.alarm(secondes)
    faulthandler.dump_traceback_later(3 * secondes, exit=True)
    try:
        yield
    finally:
        signal.alarm(0)
        faulthandler.cancel_dump_traceback_later()
        signal.signal(signal.SIGALRM, ancien)


def essayer(publie: Publie, contenu: bytes) -> tuple[str, str]:
    """`charge`, `quarantaine` or `refuse`; otherwise what is wrong: `plantage`, `blocage`, `perte`, `refus sans fichier`.

    Returns:
        The outcome and its sentence.
    """
    jeu, millesime, fichier = publie.jeu, publie.millesime, publie.fichier
    lecture = lecture_declaree(jeu, fichier, "depot")
    lieu = f"{jeu.jeu}, millésime {millesime.millesime}, {fichier.nom}"
    try:
        with limite(SECONDES):
            verifier(contenu, fichier.nom, lecture)
            lues = sans_donnees_personnelles(lire(contenu, lieu, lecture), jeu)
            fait = normaliser(lues, jeu, millesime, fichier.model_copy(update={"lecture": lecture}), "0" * 64)
    except REFUS as erreur:
        return ("refuse" if fichier.nom in str(erreur) else "refus sans fichier"), str(erreur)
    except Trop:
        return "blocage", f"{SECONDES} s"
    except BaseException as erreur:
        if isinstance(erreur, KeyboardInterrupt):
            raise
        return "plantage", f"{type(erreur).__name__}: {erreur}"
    sorts = Counter(fait.lignes["sort"].to_list())
    if (
        not set(sorts) <= SORTS
        or sum(sorts.values()) != lues.height
        or set(fait.lignes["ligne"]) != set(lues["_ligne"])
    ):
        return "perte", f"{lues.height} lignes lues, {dict(sorts)}"
    return ("quarantaine" if fait.quarantaine.height else "charge"), ""


ADMIS = {"charge", "quarantaine", "refuse"}


def campagne(sources: list[Publie], n: int, graine: int) -> tuple[Counter[tuple[str, str]], list[str]]:
    """Tries `n` mutated files.

    Returns:
        (mutation, outcome) → times; one line per outcome that is not admitted, with what makes it again.
    """
    issues: Counter[tuple[str, str]] = Counter()
    defauts = []
    for rang in range(n):
        hasard = random.Random(f"{graine}-{rang}")
        publie = hasard.choice(sources)
        nom, contenu = muter(publie.contenu, hasard)
        issue, phrase = essayer(publie, contenu)
        issues[nom, issue] += 1
        if issue not in ADMIS:
            defauts.append(f"{graine}-{rang} {nom} {publie.jeu.jeu} {publie.fichier.nom} : {issue}, {phrase[:300]}")
    return issues, defauts


def rapport(issues: Counter[tuple[str, str]], n: int, graine: int, secondes: float, sources: str) -> str:
    """docs/fuzz.md, in Markdown."""
    colonnes = [*sorted(ADMIS), *sorted({i for _, i in issues} - ADMIS)]
    lignes = [f"| {m.__name__} | " + " | ".join(str(issues[m.__name__, c]) for c in colonnes) + " |" for m in MUTATIONS]
    total = "| all | " + " | ".join(str(sum(issues[m.__name__, c] for m in MUTATIONS)) for c in colonnes) + " |"
    return (
        "# Fuzzing of the published files\n\n"
        f"Written by `make fuzz` on {datetime.now(UTC):%Y-%m-%d}: {n} mutated files, seed {graine}, {secondes:.0f} s; {sources}.\n"
        "Each goes through the byte checks, the reader and the typing, and must end as loaded (`charge`), loaded with rows or "
        "cells in quarantine (`quarantaine`), or refused with a sentence that names the file (`refuse`).\n"
        "Rows read = kept + excluded + in quarantine is checked for each.\n\n"
        f"| mutation | {' | '.join(colonnes)} |\n|---|{'---|' * len(colonnes)}\n" + "\n".join([*lignes, total]) + "\n"
    )


def main() -> int:
    """Runs the campaign; 1 when an input ended in another way than the three admitted."""
    lecteur = argparse.ArgumentParser(description=__doc__)
    lecteur.add_argument("-n", type=int, default=1000)
    lecteur.add_argument("--graine", type=int, default=6)
    choix = lecteur.parse_args()
    with tempfile.TemporaryDirectory() as dossier:
        ecrire_territoire(Path(dossier))
        demo = publies(Path(dossier))
    depot = publies(Path(os.environ["OBSERVATOIRE_DEPOT"])) if "OBSERVATOIRE_DEPOT" in os.environ else []
    debut = time.monotonic()
    issues, defauts = campagne(demo + depot, choix.n, choix.graine)
    origine = f"{len(demo)} files of the demo territory, {len(depot)} of a deposit"
    PAGE.write_text(rapport(issues, choix.n, choix.graine, time.monotonic() - debut, origine), encoding="utf-8")
    print("\n".join(defauts) or f"{choix.n} essais, aucun défaut.")
    return 1 if defauts else 0


if __name__ == "__main__":
    sys.exit(main())
