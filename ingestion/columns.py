"""Which published column holds a declared variable.

Belongs here: the resolution of candidates by name, without case, and the sentence of a drift.
Does not belong here: the values (normalise). A column is never found by its position.
"""

from __future__ import annotations

import difflib
import re
from typing import NamedTuple

from ingestion.catalogue import Bloc, Variable
from ingestion.periods import annee


class ErreurDerive(ValueError):
    """A declared column is not in the file; the sentence names the file, the candidates and the columns found."""


class Entete:
    """Published names of one file.

    Args:
        nom: dataset and file, for the errors.
        colonnes: names as published; those that begin with `_` are ours (`_geometrie` may still be declared).
    """

    def __init__(self, nom: str, colonnes: list[str]) -> None:
        self.nom = nom
        self.colonnes = [c for c in colonnes if not c.startswith("_")]
        self._par_nom: dict[str, list[str]] = {}
        for colonne in colonnes:
            self._par_nom.setdefault(colonne.casefold(), []).append(colonne)

    def trouver(self, candidats: list[str]) -> str | None:
        """First candidate present, compared without case (an exact name wins); None when none is.

        Raises:
            ErreurDerive: two columns differ from the candidate by their case only.
        """
        for candidat in candidats:
            memes = self._par_nom.get(candidat.casefold(), [])
            if candidat in memes:
                return candidat
            if len(memes) > 1:
                raise ErreurDerive(f"{self.nom} : « {candidat} » désigne plusieurs colonnes : {', '.join(memes)}.")
            if memes:
                return memes[0]
        return None

    def exiger(self, quoi: str, candidats: list[str]) -> str:
        """As `trouver`, but a missing column is an error.

        Raises:
            ErreurDerive: no candidate is in the file.
        """
        colonne = self.trouver(candidats)
        if colonne is None:
            raise ErreurDerive(self.phrase({quoi: candidats}))
        return colonne

    def phrase(self, absents: dict[str, list[str]]) -> str:
        """The sentence of a drift: every missing variable with its candidates, then the columns found, closest first."""
        attendus = " ; ".join(f"{quoi} ← {', '.join(candidats)}" for quoi, candidats in absents.items())
        cherches = [c.casefold() for candidats in absents.values() for c in candidats]
        proches = sorted(
            self.colonnes,
            key=lambda c: -max(difflib.SequenceMatcher(None, c.casefold(), cherche).ratio() for cherche in cherches),
        )
        reste = f" et {len(proches) - 12} autres" if len(proches) > 12 else ""
        return (
            f"{self.nom} : colonne déclarée introuvable ({attendus}). Colonnes trouvées, de la plus proche à la plus "
            f"éloignée : {', '.join(proches[:12])}{reste}. Ajouter le nouveau nom aux candidats de la fiche, s'il a le même sens."
        )


class ColonneResolue(NamedTuple):
    """A variable, the published column that holds it and the declared period of its values."""

    variable: str
    fiche: Variable
    colonne: str
    periode: str


def resoudre(entete: Entete, bloc: Bloc, millesime: str, periode: str | None) -> list[ColonneResolue]:
    """Columns of a block, in the order of the card.

    Args:
        periode: declared period of the block in this vintage; None when every column gives its own.
    Raises:
        ErreurDerive: a variable declared for this vintage has no column; all of them are listed.
    """
    resolues: list[ColonneResolue] = []
    absents: dict[str, list[str]] = {}
    for nom, fiche in bloc.variables.items():
        if fiche.millesimes is not None and millesime not in fiche.millesimes:
            continue
        if fiche.motif_colonnes is not None:
            trouvees = _par_motif(entete, nom, fiche)
            candidats = [fiche.motif_colonnes]
        else:
            candidats = [candidat(c, periode) for c in fiche.colonnes]
            colonne = entete.trouver(candidats)
            trouvees = [] if colonne is None else [ColonneResolue(nom, fiche, colonne, periode or "")]
        resolues += trouvees
        if not trouvees and fiche.facultative is None:
            absents[nom] = candidats
    if absents:
        raise ErreurDerive(entete.phrase(absents))
    return resolues


def candidat(modele: str, periode: str | None) -> str:
    """A candidate name with `{aaaa}` and `{aa}` replaced by the year of the period."""
    if "{aa" not in modele:
        return modele
    an = annee(periode or "")
    return modele.replace("{aaaa}", an).replace("{aa}", an[2:])


def _par_motif(entete: Entete, nom: str, fiche: Variable) -> list[ColonneResolue]:
    motif = re.compile(fiche.motif_colonnes or "", flags=re.IGNORECASE)
    trouvees = [(colonne, m) for colonne in entete.colonnes if (m := motif.fullmatch(colonne))]
    return [
        ColonneResolue(nom, fiche, colonne, (fiche.periode or "").format(**m.groupdict())) for colonne, m in trouvees
    ]
