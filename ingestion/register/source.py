"""The local register as a source of files: its own folder, whatever the source of the published files is.

Belongs here: which bytes stand for a declared file of the register.
Does not belong here: the other sources (acquire), what the bytes say (gate).
"""

from __future__ import annotations

from pathlib import Path

from ingestion.acquire import FichierAbsent, Obtenu, Source, SourceDepot
from ingestion.catalogue import Fichier, Jeu, Millesime
from ingestion.lock import EntreeVerrou, Origine
from ingestion.register.location import chemin_du_registre, est_registre


class SourceRegistre:
    """A source whose local register is read in `dossier`; everything else comes from `source`.

    Args:
        dossier: None when there is no register: its files are absent, and nothing waits for them.
    """

    def __init__(self, source: Source, dossier: Path | None) -> None:
        self._source = source
        self._dossier = dossier

    @property
    def origine(self) -> Origine:
        return self._source.origine

    def obtenir(self, jeu: Jeu, millesime: Millesime, fichier: Fichier, precedent: EntreeVerrou | None) -> Obtenu:
        """See `acquire.Source`. A template that nobody filled in counts as absent."""
        if not est_registre(jeu):
            return self._source.obtenir(jeu, millesime, fichier, precedent)
        chemin = chemin_du_registre(self._dossier, jeu, fichier)
        if self._dossier is None or chemin is None:
            lieu = self._dossier or "aucun dossier : donnez OBSERVATOIRE_REGISTRE"
            raise FichierAbsent(f"{jeu.jeu}, {fichier.nom} : absent du registre local, ou modèle non rempli ({lieu}).")
        relatif = str(chemin.relative_to(self._dossier))
        depot = SourceDepot(self._dossier)
        return depot.obtenir(jeu, millesime, fichier.model_copy(update={"chemin": relatif}), precedent)
