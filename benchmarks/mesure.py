"""Run a command to its end and read what the operating system counted for it.

Belongs here: one run, the median of several, the exponent of growth, inputs made apart, the description of the machine.
Does not belong here: which commands are compared, and any verdict.
"""

from __future__ import annotations

import json
import math
import os
import platform
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib import metadata
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

# `make bench-quick` writes elsewhere: a figure at a small size never takes the place of one that the report quotes.
RESULTATS = Path(os.environ.get("BENCH_MESURES") or Path(__file__).resolve().parent / "resultats")

# What the figures depend on beside the project: a ratio to an engine is a ratio to one version of it.
BIBLIOTHEQUES = ("dbt-core", "dbt-duckdb", "duckdb", "geopandas", "pandas", "polars", "pyarrow", "shapely", "streamlit")

T = TypeVar("T")


@dataclass(frozen=True)
class Mesure:
    """One run: processor and wall time in seconds, peak resident memory of the largest process in MB, exit code."""

    cpu_s: float
    mur_s: float
    memoire_mo: float
    code: int


def mesurer(commande: list[str], journal: Path) -> Mesure:
    """Run `commande`, its output appended to `journal`.

    The peak memory read is at least that of this process when it starts the command: the system hands it down.

    Raises:
        RuntimeError: the command ended with another code than 0; the journal says why.
    """
    with journal.open("ab") as sortie:
        debut = time.perf_counter()
        processus = subprocess.Popen(commande, stdout=sortie, stderr=subprocess.STDOUT)  # noqa: S603 (our own command)
        _, statut, usage = os.wait4(processus.pid, 0)
        mur = time.perf_counter() - debut
    code = os.waitstatus_to_exitcode(statut)
    processus.returncode = code
    if code:
        raise RuntimeError(f"{' '.join(commande)} ended with {code}: see {journal}")
    return Mesure(usage.ru_utime + usage.ru_stime, mur, usage.ru_maxrss / 1024, code)


def a_part(fonction: Callable[..., T], *arguments: object) -> T:
    """What `fonction` returns, called in a process of its own, whose peak memory the measured sides do not inherit."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processus:
        return processus.submit(fonction, *arguments).result()


def exposant(lignes: list[int], temps: list[float]) -> float:
    """Slope of log(time) on log(rows), least squares."""
    x, y = [math.log(n) for n in lignes], [math.log(t) for t in temps]
    mx, my = sum(x) / len(x), sum(y) / len(y)
    return sum((a - mx) * (b - my) for a, b in zip(x, y, strict=True)) / sum((a - mx) ** 2 for a in x)


def exposants_entre_deux(lignes: list[int], temps: list[float]) -> list[float]:
    """Exponent from each scale to the next: how far the points are from one line."""
    return [round(exposant(lignes[i : i + 2], temps[i : i + 2]), 3) for i in range(len(lignes) - 1)]


def mediane(mesures: list[Mesure], champ: str) -> float:
    """Median of one field over the runs."""
    return float(statistics.median(asdict(mesure)[champ] for mesure in mesures))


def alterner(
    cotes: Mapping[str, list[str]], tours: int, dossier: Path, *, dedans: bool = False
) -> dict[str, list[Mesure]]:
    """Run each side in turn, `tours` times: what the machine does meanwhile weighs on all of them alike.

    The first side of a round changes from one round to the next.

    Args:
        dedans: the times are those that the command itself gives (`chronometrer`), imports and inputs left out; it is
            asked for by `--resultat FILE`. The memory is that of the whole process in both cases.
    """
    fichier = dossier / "chronometre.json"
    lues: dict[str, list[Mesure]] = {nom: [] for nom in cotes}
    noms = list(cotes)
    for tour in range(tours):
        for rang in range(len(noms)):
            nom = noms[(tour + rang) % len(noms)]
            suite = ["--resultat", str(fichier)] if dedans else []
            mesure = mesurer([*cotes[nom], *suite], dossier / f"{nom}.txt")
            lues[nom].append(replace(mesure, **json.loads(fichier.read_text())) if dedans else mesure)
            fichier.unlink(missing_ok=True)
    return lues


@contextmanager
def chronometrer(resultat: Path | None) -> Iterator[None]:
    """Processor and wall time of a block, all threads together, written for `alterner` when it asked for them."""
    cpu, mur = time.process_time(), time.perf_counter()
    yield
    temps = {"cpu_s": time.process_time() - cpu, "mur_s": time.perf_counter() - mur}
    if resultat is not None:
        resultat.write_text(json.dumps(temps), encoding="utf-8")


def resumer(lues: Mapping[str, Sequence[Mesure]]) -> dict[str, dict[str, float]]:
    """Medians of each side: processor and wall time, peak memory."""
    return {
        nom: {champ: round(mediane(list(mesures), champ), 3) for champ in ("cpu_s", "mur_s", "memoire_mo")}
        for nom, mesures in lues.items()
    }


def brutes(lues: Mapping[str, Sequence[Mesure]]) -> dict[str, list[dict[str, float]]]:
    """Every run of every side, for the result file."""
    return {nom: [asdict(mesure) for mesure in mesures] for nom, mesures in lues.items()}


def machine() -> str:
    """What the figures were read on: system, Python, processors."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}"


def versions() -> dict[str, str]:
    """Version of each of `BIBLIOTHEQUES` that is installed."""
    posees = {nom: next(iter(metadata.distributions(name=nom)), None) for nom in BIBLIOTHEQUES}
    return {nom: trouvee.version for nom, trouvee in posees.items() if trouvee is not None}


def ecrire(nom: str, contenu: dict[str, object]) -> Path:
    """Write `<nom>.json` in `RESULTATS` with the machine, its memory in GB, the date and the versions of the libraries."""
    RESULTATS.mkdir(parents=True, exist_ok=True)
    chemin = RESULTATS / f"{nom}.json"
    entete = {
        "machine": machine(),
        "memoire_go": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "versions": versions(),
    }
    chemin.write_text(json.dumps(entete | contenu, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return chemin
