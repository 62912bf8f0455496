"""Everything known of a release while its metadata files are written.

Belongs here: the object that datapackage, notes and citation read, and French forms of dates and counts.
Does not belong here: writing any file, computing what changed (diff).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from publication.contract import MENTION_DEMO, SANS_FICHIER
from publication.dictionary import Definition
from publication.extracts import TableExtraite
from publication.origins import Acces
from publication.quality import Controle
from publication.sheets.format_fr import MOIS

NOM_OBSERVATOIRE = "Observatoire QPV"


@dataclass(frozen=True)
class Edition:
    """A release under construction: `tables` and `geo` are written in `dossier`, the rest is about to be.

    `descriptions`: table → sentence; `colonnes`, `references` and `modeles`: see `origins`; `executions`: see `quality.execute_le`;
    `differences`: see `diff.comparer`.
    """

    release_id: str
    dossier: Path
    publiee_le: datetime
    origine: str
    tables: dict[str, TableExtraite]
    definitions: list[Definition]
    descriptions: dict[str, str]
    acces: list[Acces]
    controles: list[Controle]
    colonnes: dict[str, list[dict[str, Any]]]
    references: list[dict[str, Any]]
    modeles: dict[str, dict[str, list[str]]]
    code: dict[str, Any]
    executions: dict[str, str]
    differences: dict[str, Any]

    @property
    def est_demo(self) -> bool:
        return self.origine == "demo"

    @property
    def titre(self) -> str:
        suffixe = f" — {MENTION_DEMO}" if self.est_demo else ""
        return f"{NOM_OBSERVATOIRE}, version {self.release_id}{suffixe}"

    @cached_property
    def sources(self) -> list[dict[str, Any]]:
        """Rows of the table `sources`, in the order of its key."""
        lignes: list[dict[str, Any]] = pq.read_table(self.dossier / "tables" / "sources.parquet").to_pylist()
        return lignes

    @property
    def sources_chargees(self) -> list[dict[str, Any]]:
        """Sources with a file in this release."""
        return [source for source in self.sources if source["statut"] not in SANS_FICHIER]


def jour_fr(jour: date) -> str:
    """« 1ᵉʳ mars 2026 », « 12 novembre 2026 »."""
    return f"{'1ᵉʳ' if jour.day == 1 else jour.day} {MOIS[jour.month - 1]} {jour.year}"


def nombre_fr(nombre: int) -> str:
    """Thousands separated by U+202F."""
    return f"{nombre:,}".replace(",", "\u202f")


def compte_fr(nombre: int, singulier: str, pluriel: str) -> str:
    """« 0 chiffre », « 1 chiffre », « 1 200 chiffres »: in French zero is singular."""
    return f"{nombre_fr(nombre)} {pluriel if nombre > 1 else singulier}"


def phrase_d_accord(accord: Mapping[str, Any]) -> str:
    """Who published a content that was held, when and why (`review.Accord`)."""
    jour = jour_fr(date.fromisoformat(accord["quand"][:10]))
    return f"Retenue pour relecture, acceptée le {jour} par {accord['qui']}\u00a0: {accord['pourquoi'].rstrip('.')}."
