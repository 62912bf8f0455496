"""What each release on the shelf says of itself: its date, what changed since the one before, its files.

Belongs here: reading `diff.json` and the date of publication of every release, checked; vintages grouped by dataset.
Does not belong here: computing the changes (publication.diff), words and tables of the page (app.journal).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from publication.sheets.lecture import ErreurRelease, texte_verifie

ACTIONS = ("ajoutes", "modifies", "supprimes")


@dataclass(frozen=True)
class Millesimes:
    """Vintages of one dataset that left, that came, and whose file changed under the same name."""

    jeu: str
    retires: tuple[str, ...]
    ajoutes: tuple[str, ...]
    modifies: tuple[str, ...]


@dataclass(frozen=True)
class Version:
    """One release; `erreur` replaces the changes when `diff.json` cannot be read or was altered."""

    identifiant: str
    jour: date
    publiee_le: str
    avant: str | None = None
    comptes: Mapping[str, int] = field(default_factory=dict)
    provenance_seule: int = 0
    par_indicateur: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    modifies: tuple[Mapping[str, Any], ...] = ()
    millesimes: tuple[Millesimes, ...] = ()
    erreur: str = ""

    @property
    def est_premiere(self) -> bool:
        return not self.erreur and self.avant is None


def lister(dossiers: Iterable[Path]) -> list[Version]:
    """The releases of these directories, the most recent first."""
    versions = [lire(dossier) for dossier in dossiers]
    return sorted(versions, key=lambda v: (v.jour, v.publiee_le, v.identifiant), reverse=True)


def lire(dossier: Path) -> Version:
    """A damaged release is still listed, with what is wrong with it."""
    numero = dossier.name
    jour = datetime.strptime(numero[:8], "%Y%m%d").date()
    try:
        publiee_le = str(json.loads(texte_verifie(dossier, "datapackage.json")).get("created") or "")
        differences = json.loads(texte_verifie(dossier, "diff.json"))
        chiffres, sources = differences["chiffres"], differences["sources"]
        return Version(
            identifiant=numero,
            jour=jour,
            publiee_le=publiee_le,
            avant=differences["avant"],
            comptes={action: int(chiffres[action]) for action in ACTIONS},
            provenance_seule=int(chiffres["provenance_seule"]),
            par_indicateur=chiffres["par_indicateur"],
            modifies=tuple(chiffres["listes"]["modifies"]),
            millesimes=_millesimes(sources),
        )
    except ErreurRelease as erreur:
        return Version(numero, jour, "", erreur=str(erreur))
    except (ValueError, KeyError, TypeError, AttributeError):
        return Version(numero, jour, "", erreur="Le détail des changements de cette version n’est pas lisible.")


def _millesimes(sources: Mapping[str, list[Mapping[str, Any]]]) -> tuple[Millesimes, ...]:
    """One line per dataset that changed; a vintage of several files is named once."""
    groupes: dict[str, dict[str, set[str]]] = {}
    for sorte in ("retirees", "ajoutees", "modifiees"):
        for fichier in sources[sorte]:
            groupe = groupes.setdefault(fichier["jeu"], {"retirees": set(), "ajoutees": set(), "modifiees": set()})
            groupe[sorte].add(fichier["millesime"])
    return tuple(
        Millesimes(jeu, *(tuple(sorted(groupe[sorte])) for sorte in ("retirees", "ajoutees", "modifiees")))
        for jeu, groupe in sorted(groupes.items())
    )
