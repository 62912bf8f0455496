"""What may be thrown away in a data folder, and how much it frees.

Belongs here: the list of what is beyond the settings, its removal under the locks.
Does not belong here: removing releases (publication.shelf), rotating the log of the runs (run_log).

Never touched: the current release, the archive (published bytes, the proof of every figure), the state, the lock,
`normalise/`, `raw/` and the journals of snapshots, which are small and say what each refresh changed.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.refresh_lock import verrou_de_rafraichissement
from orchestration.state import Etat
from orchestration.steps import dernier_entrepot, taille

if TYPE_CHECKING:
    from orchestration.steps import Contexte


@dataclass(frozen=True)
class Reste:
    """Something that may go: `nature` for people, `octets` that only it takes (hard links counted once)."""

    nature: str
    nom: str
    octets: int
    retirer: Callable[[], None]


def nettoyer(contexte: Contexte, *, simuler: bool = False) -> list[Reste]:
    """Remove the releases beyond OBSERVATOIRE_RELEASES_GARDEES, warehouses of other builds, logs of dbt already rotated.

    Args:
        simuler: only say what would go.
    Returns:
        what went, or would.
    Raises:
        RafraichissementEnCours: a refresh uses them now.
    """
    with verrou_de_rafraichissement(contexte.donnees):
        restes = [*_releases(contexte), *_entrepots(contexte), *_journaux_dbt(contexte)]
        if not simuler:
            for reste in restes:
                reste.retirer()
    return restes


def _releases(contexte: Contexte) -> Iterator[Reste]:
    from publication.shelf import annoncer, elaguer, lister, verrou_de_publication

    garder = contexte.reglages.releases_gardees
    dossier = contexte.donnees / "releases"
    if garder is None or not dossier.is_dir():
        return
    anciennes = [p for p in lister(dossier)[garder:] if not p.est_courante]

    def retirer() -> None:
        with verrou_de_publication(dossier):
            elaguer(dossier, garder)
            annoncer(dossier)

    # One call removes them all: it belongs to the first one.
    for rang, publication in enumerate(anciennes):
        propres = sum(
            c.stat().st_size for c in publication.dossier.rglob("*") if c.is_file() and c.stat().st_nlink == 1
        )
        yield Reste("publication", publication.release_id, propres, retirer if rang == 0 else lambda: None)


def _entrepots(contexte: Contexte) -> Iterator[Reste]:
    etat = Etat.lire(contexte.donnees)
    dossiers = sorted(d for d in (contexte.donnees / "entrepot").glob("*") if d.is_dir())
    # The one of the last release, or the latest when nothing was ever released.
    dernier = dernier_entrepot(contexte)
    garde = (etat.entrepot if etat else None) or (dernier.parent.name if dernier else None)
    for dossier in dossiers:
        if dossier.name != garde:
            yield Reste("entrepôt", dossier.name, taille(dossier), lambda d=dossier: shutil.rmtree(d))  # type: ignore[misc]


def _journaux_dbt(contexte: Contexte) -> Iterator[Reste]:
    """dbt rotates its own log and keeps every old one."""
    journaux: list[Path] = sorted((contexte.donnees / "dbt" / "journaux").glob("dbt.log.*"))
    for chemin in journaux:
        yield Reste("journal de dbt", chemin.name, chemin.stat().st_size, chemin.unlink)
