"""What is known of every declared file: the lock of a run, jeu → millésime → fichier.

Belongs here: an entry, reading and saving the YAML file.
Does not belong here: the bytes (archive), where they come from (acquire), the lock of a refresh (orchestration).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, Literal

import yaml

from ingestion.archive import ErreurAcquisition, ecrire_atomique

Origine = Literal["demo", "deposit", "live"]


@dataclass(frozen=True)
class EntreeVerrou:
    """What is known of one declared file. Dates are UTC, ISO 8601.

    `sha256` None: never obtained. `statut` en_echec with a `sha256`: the last good bytes, still in use, and `message`.
    `statut` jamais_charge: the source does not hold it, and nothing waits for it (`Fichier.essai`).
    `url` is the address that gave the bytes, after redirects; None for a deposit or the demo territory.
    `jeton` is the publisher's cheap mark of the state of the file (a date, a checksum), when it gives one.
    `normalise` is set by the ingestion: digest of the bytes, card and code that made the typed layer.
    """

    sha256: str | None
    taille: int | None
    url: str | None
    origine: Origine
    acquis_le: str | None
    verifie_le: str
    etag: str | None = None
    last_modified: str | None = None
    statut: Literal["a_jour", "en_echec", "jamais_charge"] = "a_jour"
    message: str = ""
    normalise: str | None = None
    jeton: str | None = None


class Verrou:
    """The lock of a run: jeu → millésime → fichier → `EntreeVerrou`, loaded at once and saved atomically.

    Args:
        chemin: the YAML file; absent means an empty lock.
    Raises:
        ErreurAcquisition: the file is not a lock.
    """

    # What the last saved text says: a run opens the lock for each dataset.
    _analyses: ClassVar[dict[str, tuple[tuple[str, str, str, EntreeVerrou], ...]]] = {}

    def __init__(self, chemin: Path) -> None:
        self.chemin = chemin
        self._entrees: dict[str, dict[str, dict[str, EntreeVerrou]]] = {}
        if chemin.exists():
            self._charger()

    def _charger(self) -> None:
        try:
            texte = self.chemin.read_text(encoding="utf-8")
            for entree in self._analyses.get(texte) or _entrees_du_texte(texte):
                self.ecrire(*entree)
        except (yaml.YAMLError, AttributeError, TypeError, UnicodeDecodeError) as erreur:
            raise ErreurAcquisition(
                f"{self.chemin} : attendu un verrou (jeu, millésime, fichier), trouvé un fichier illisible ({erreur}). "
                "Supprimez-le et relancez : il sera refait à partir de la source."
            ) from erreur

    def lire(self, jeu: str, millesime: str, fichier: str) -> EntreeVerrou | None:
        """Entry of a file (`Fichier.nom`), or None when it was never asked for."""
        return self._entrees.get(jeu, {}).get(millesime, {}).get(fichier)

    def ecrire(self, jeu: str, millesime: str, fichier: str, entree: EntreeVerrou) -> None:
        """Set an entry in memory; `enregistrer` writes the file."""
        self._entrees.setdefault(jeu, {}).setdefault(millesime, {})[fichier] = entree

    def entrees(self) -> Iterator[tuple[str, str, str, EntreeVerrou]]:
        """Every (jeu, millésime, fichier, entry), sorted."""
        for jeu, millesimes in sorted(self._entrees.items()):
            for millesime, fichiers in sorted(millesimes.items()):
                for fichier, entree in sorted(fichiers.items()):
                    yield jeu, millesime, fichier, entree

    def enregistrer(self) -> None:
        """Save atomically, keys sorted, so that two locks can be compared line by line."""
        entrees = tuple(self.entrees())
        par_jeu = itertools.groupby(entrees, key=lambda entree: entree[0])
        texte = "".join(_texte_du_jeu(tuple(groupe)) for _, groupe in par_jeu) or "{}\n"
        ecrire_atomique(self.chemin, texte.encode())
        self._analyses.clear()
        self._analyses[texte] = entrees


def _entrees_du_texte(texte: str) -> Iterator[tuple[str, str, str, EntreeVerrou]]:
    connus = {champ.name for champ in fields(EntreeVerrou)}
    for jeu, millesimes in (yaml.load(texte, Loader=yaml.CSafeLoader) or {}).items():
        for millesime, fichiers in millesimes.items():
            for fichier, valeurs in fichiers.items():
                # A key written by a later version is ignored: going back one version must stay possible.
                retenues = {cle: valeur for cle, valeur in valeurs.items() if cle in connus}
                yield jeu, millesime, fichier, EntreeVerrou(**retenues)


@lru_cache(maxsize=1_000)
def _texte_du_jeu(entrees: tuple[tuple[str, str, str, EntreeVerrou], ...]) -> str:
    """The lines of one dataset: a run saves the lock after each, and only that one has changed."""
    contenu: dict[str, dict[str, dict[str, Any]]] = {}
    for jeu, millesime, fichier, entree in entrees:
        contenu.setdefault(jeu, {}).setdefault(millesime, {})[fichier] = asdict(entree)
    return str(yaml.dump(contenu, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=1_000))
