"""The faults that the observatory must survive, and the tests that inject each of them.

Belongs here: the list F1–F29, the marker `panne`, the results that a run writes with `--rapport-pannes`.
Does not belong here: the page made of those results (rapport_fiabilite), the faults themselves (test_*.py).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

# Fault → what it is, what must happen. "Last good": readers keep the previous release, byte for byte.
FAUTES = {
    "F1": ("`kill -9` at random points of a full refresh", "last good; the next run reaches the undisturbed digests"),
    "F2": ("`kill -9` just before or after the switch", "old or new, never mixed; leftovers swept"),
    "F3": ("disk full while building, publishing, logging", "last good; a sentence; space freed"),
    "F4": ("two refreshes at once", "the second refuses with a sentence; the lock of a dead process is recovered"),
    "F5": ("readers open across a publication", "never an error, never two releases on one page"),
    "F6": (
        "one bit flipped in a raw, typed, warehouse or published file",
        "found by checksum before it is served or used",
    ),
    "F7": ("stale `.wal` beside a warehouse", "never replayed: every build opens a fresh path"),
    "F8": (
        "429 with Retry-After, 5xx, silence, slow drip, connection reset",
        "bounded retries, a total deadline, then « en échec » and the last good snapshot",
    ),
    "F9": (
        "200 with an HTML page, wrong length, truncated zip, gz, parquet, csv",
        "refused by byte checks before any parser, the body kept as evidence",
    ),
    "F10": ("address gone or moved", "the stable identifier is resolved again, otherwise « en échec », named"),
    "F11": ("same address, other bytes", "a new snapshot, its differences shown, the old one kept"),
    "F12": ("volume, coverage or magnitude changed", "held until a person accepts it"),
    "F13": (
        "column renamed, added, dropped, reordered, retyped",
        "resolved by declared candidates, otherwise a sentence; never by position",
    ),
    "F14": ("cp1252, latin-1, BOM, UTF-16", "declared or detected, decoded before parsing"),
    "F15": ("`12,5`, spaces in numbers, `s`, `nd`, `ns`, `so`, empty", "a typed number or a status; never 0"),
    "F16": ("lost leading zeros, Corsica, arrondissements, old codes", "canonical key, or quarantined"),
    "F17": ("`NaN`, `inf`, `1e400`, negative counts, rates out of bounds", "quarantined, counted"),
    "F18": (
        "truncated row, unbalanced quote, repeated keys, unknown codes, parts ≠ total",
        "quarantined up to the declared threshold, above it the dataset fails",
    ),
    "F19": ("bombs, slips, links, too many members, encryption, bad CRC", "refused within limits"),
    "F20": ("hostile workbooks", "read in a limited subprocess; the run survives"),
    "F21": ("text cell that begins with `= + - @`", "neutralised in text columns only; negative numbers kept"),
    "F22": ("masked value recoverable from what is published", "the release is refused"),
    "F23": ("a dbt test fails on one mart", "nothing published; failing rows named"),
    "F24": ("orchestrator killed", "no orphan process, no run left running, the next run recovers"),
    "F25": ("hostile addresses and parameters", "a sentence, no trace, no file outside the release"),
    "F26": ("200 connections at once", "queued or shed, health stays 200, nothing lost"),
    "F27": (
        "clock jump, year without data, code in one zoning only",
        "no false freshness, no join across zonings",
    ),
    "F28": ("licence or attribution missing", "the release is refused"),
    "F29": ("token expired, 400, 401", "renewed once, then stop; the secret is written nowhere"),
}
PROPRIETE, ESSAIS, CHARGE = "panne", "essais", "charge"
# Results of the tests that this process ran, or that its workers sent.
_RECUS: dict[str, dict[str, Any]] = {}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rapport-pannes",
        type=Path,
        metavar="FICHIER.json",
        help="add the results of the tests that inject a fault to this file",
    )
    parser.addoption(
        "--charge",
        type=lambda texte: tuple(map(int, texte.split(","))),
        metavar="LECTEURS,SESSIONS",
        help="readers of files and sessions of the application, at the same time (browser/test_charge.py)",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "panne(faute, attendu=…): injects a fault of tests/pannes.py; `attendu` says what the test observes"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What a test injects goes with its report, from a worker too."""
    for item in items:
        for marque in item.iter_markers("panne"):
            item.user_properties.append((PROPRIETE, list(lire_marque(item.nodeid, marque.args, marque.kwargs))))


def lire_marque(lieu: str, arguments: Any, nommes: dict[str, Any]) -> tuple[str, str]:
    """Fault and sentence of a marker.

    Raises:
        pytest.UsageError: unknown fault, or a marker that says nothing of what is observed.
    """
    if len(arguments) != 1 or arguments[0] not in FAUTES:
        raise pytest.UsageError(f"{lieu}: panne() wants one fault of F1 to F{len(FAUTES)}, found {arguments!r}")
    if set(nommes) != {"attendu"} or not str(nommes["attendu"]).strip():
        raise pytest.UsageError(f'{lieu}: panne("{arguments[0]}") wants attendu="what is observed"')
    return str(arguments[0]), str(nommes["attendu"])


@pytest.hookimpl(trylast=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """A worker's reports come here too, in the process that gathers them."""
    fautes = [valeur for nom, valeur in report.user_properties if nom == PROPRIETE]
    if not fautes or (report.when != "call" and report.outcome == "passed"):
        return
    essais = [int(str(valeur)) for nom, valeur in report.user_properties if nom == ESSAIS]
    charges = [json.loads(str(valeur)) for nom, valeur in report.user_properties if nom == CHARGE]
    _RECUS[report.nodeid] = {
        "fautes": [list(faute) for faute in fautes],  # type: ignore[call-overload]
        "issue": report.outcome,
        "essais": sum(essais) or 1,
        "le": f"{datetime.now(UTC):%Y-%m-%d}",
    } | ({"charge": charges[0]} if charges else {})


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Add to the file what this run saw; a test run again replaces its earlier result."""
    chemin: Path | None = session.config.getoption("--rapport-pannes")
    if chemin is None or hasattr(session.config, "workerinput"):
        return
    deja = json.loads(chemin.read_text(encoding="utf-8")) if chemin.exists() else {}
    chemin.parent.mkdir(parents=True, exist_ok=True)
    chemin.write_text(json.dumps(deja | _RECUS, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
