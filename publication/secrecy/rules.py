"""What links published figures, as the catalogue declares it.

Belongs here: reading `<data>/catalogue/secret.json`, from the row of an indicator to the columns it shows.
Does not belong here: the declarations (catalogue/secret.yml), the figures (relations).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from publication.contract import ErreurPublication

ROLES = ("valeur", "numerateur", "denominateur")
PREMIERE = "@premiere"


@dataclass(frozen=True)
class Partition:
    """`total` = Σ `parties`, plus an unpublished remainder when it is not exhaustive; names are `jeu:COLONNE`."""

    total: str
    parties: tuple[str, ...]
    exhaustive: bool

    @property
    def phrase(self) -> str:
        somme = " + ".join(nom.split(":")[-1] for nom in self.parties)
        return f"{self.total.split(':')[-1]} {'=' if self.exhaustive else '≥'} {somme}"


@dataclass(frozen=True)
class Regles:
    """The card, read; see catalogue/secret.yml for the meaning of each part."""

    brut: dict[str, Any]

    @classmethod
    def lire(cls, donnees: Path) -> Regles:
        """Raises ErreurPublication: the fiches were not written."""
        chemin = donnees / "catalogue" / "secret.json"
        if not chemin.is_file():
            raise ErreurPublication(
                f"Fichier {chemin} introuvable : sans lui le contrôle du secret statistique ne peut pas se faire ; "
                "relancez l'écriture des fiches du catalogue."
            )
        return cls(json.loads(chemin.read_text(encoding="utf-8")))

    @cached_property
    def equivalents(self) -> dict[str, str]:
        return {nom: groupe[0] for groupe in self.brut["equivalences"] for nom in groupe}

    @cached_property
    def chiffres(self) -> dict[tuple[str, str, str], tuple[str, ...]]:
        """(dataset, indicator, role) → columns whose sum is shown."""
        return {
            (jeu["jeu"], indicateur, role): tuple(self._colonne(jeu["jeu"], colonne) for colonne in colonnes)
            for jeu in self.brut["jeux"]
            for indicateur, roles in jeu["chiffres"].items()
            for role, colonnes in roles.items()
            if colonnes
        }

    @cached_property
    def partitions(self) -> list[Partition]:
        return [
            Partition(
                self._colonne(jeu["jeu"], partition["total"]),
                tuple(self._colonne(jeu["jeu"], colonne) for colonne in partition["parties"]),
                partition["exhaustive"],
            )
            for jeu in self.brut["jeux"]
            for partition in jeu["partitions"]
        ]

    @cached_property
    def combinaisons(self) -> list[dict[str, int]]:
        return list(self.brut["combinaisons"])

    @cached_property
    def indicateurs_lies(self) -> set[str]:
        """Indicators that a declared relation may rebuild."""
        return {cle[1] for cle in self.chiffres} | {nom for termes in self.combinaisons for nom in termes}

    @cached_property
    def indicateurs_a_base(self) -> set[str]:
        """Indicators that show a count of their first period."""
        return {cle[1] for cle, noms in self.chiffres.items() if any(PREMIERE in nom for nom in noms)}

    @cached_property
    def familles(self) -> dict[str, str]:
        """Dataset → the first of those it shares a count with: the figures of two families never meet."""
        familles = {jeu["jeu"]: jeu["jeu"] for jeu in self.brut["jeux"]}
        for groupe in self.brut["equivalences"]:
            reunies = {familles[nom.split(":")[0]] for nom in groupe}
            familles = {jeu: min(reunies) if famille in reunies else famille for jeu, famille in familles.items()}
        return familles

    @property
    def effectifs(self) -> list[str]:
        """Indicators that are counts, or shares of counts: they add up."""
        return list(self.brut["effectifs"])

    @property
    def panels(self) -> set[str]:
        return set(self.brut["panels"])

    @property
    def arrondi_ensemble(self) -> int:
        return int(self.brut["arrondi_ensemble"])

    @property
    def effectif_publie_min(self) -> int:
        return int(self.brut["effectif_publie_min"])

    @property
    def evolutions_du_producteur(self) -> dict[str, str]:
        return dict(self.brut["evolutions_du_producteur"])

    @property
    def acceptes(self) -> set[tuple[str, str]]:
        return {(a["indicateur"], a["periode"]) for a in self.brut["masques_apres_publication"]}

    def est_seuil_propre(self, jeu: str | None) -> bool:
        """True when the threshold that masks a figure of this dataset is ours."""
        return (jeu or "").split(".")[0] in self.brut["seuil_propre"]

    def colonnes(self, jeu: str | None, indicateur: str, role: str) -> tuple[str, ...]:
        """Columns behind a figure; one that is not declared stands for itself."""
        return self.chiffres.get((jeu or "", indicateur, role), (f"{indicateur}.{role}",))

    def _colonne(self, jeu: str, colonne: str) -> str:
        nom, arobase, date = f"{jeu}:{colonne}".partition("@")
        return self.equivalents.get(nom, nom) + arobase + date
