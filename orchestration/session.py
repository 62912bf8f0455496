"""What the assets of one Dagster run share: settings, steps, the refresh lock, the open source, what was read.

Belongs here: the resource of a run, from its lock to the state it leaves.
Does not belong here: assets (assets_ingestion, dbt_assets, definitions), the steps themselves (steps).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from orchestration import steps
from orchestration.refresh import PUBLIE, REFUS, Etapes, verifier_demande
from orchestration.refresh_lock import verrou_de_rafraichissement
from orchestration.state import Etat, Inventaire

if TYPE_CHECKING:
    from orchestration.steps import Contexte


@dataclass
class Session:
    """One run. In one process, so that the lock, the connection to publishers and the warehouse are opened once.

    `inventaire`: digests taken before anything was read; None when the publishers are asked directly.
    """

    contexte: Contexte
    etapes: Etapes
    source: Any
    inventaire: Inventaire | None
    lus: set[str] = field(default_factory=set)
    bilan_dbt: Any = None

    def ingerer(self, jeu: Any) -> Any:
        """Read one dataset and remember that it was read by this run."""
        bilan = self.etapes.ingerer(self.contexte, jeu, self.source)
        self.lus.add(jeu.jeu)
        return bilan

    def noter_release(self, release: str, refus: list[str], entrepot: str) -> None:
        """Write the state, so that the next refresh knows whether anything changed since this run."""
        steps.noter_etat(
            self.contexte,
            inventaire=self._inventaire_lu(),
            release=release,
            code_sortie=REFUS if refus else PUBLIE,
            refus=refus,
            entrepot=entrepot,
        )

    def _inventaire_lu(self) -> Inventaire:
        """The inventory of what this run read; a dataset it did not read counts as it did before."""
        if self.inventaire is None:
            return steps.inventaire_du_verrou(self.contexte)
        etat = Etat.lire(self.contexte.donnees)
        avant = etat.inventaire.fichiers if etat and etat.inventaire else {}
        fichiers = {}
        for cle, empreinte in self.inventaire.fichiers.items():
            lu = cle.split("/")[0] in self.lus or "/" not in cle
            valeur = empreinte if lu else avant.get(cle)
            if valeur is not None:
                fichiers[cle] = valeur
        return replace(self.inventaire, fichiers=fichiers)


@contextmanager
def ouvrir_session(contexte: Contexte, etapes: Etapes) -> Iterator[Session]:
    """Take the refresh lock, then the inventory, then open the source, for the duration of a run.

    Raises:
        RafraichissementEnCours: another refresh is running on this folder.
        ErreurUsage: the settings cannot be meant.
    """
    verifier_demande(contexte, [])
    with ExitStack() as pile:
        pile.enter_context(verrou_de_rafraichissement(contexte.donnees))
        if Etat.lire(contexte.donnees) is None:
            Etat(nature=contexte.reglages.nature).ecrire(contexte.donnees)
        inventaire = None if contexte.reglages.source == "live" else etapes.inventorier(contexte)
        source = pile.enter_context(etapes.ouvrir_source(contexte, directe=True))
        yield Session(contexte, etapes, source, inventaire)


def rien_a_faire(contexte: Contexte, etapes: Etapes) -> str | None:
    """Say why a scheduled run may be skipped, None when it must run; publishers are asked by the run itself."""
    if contexte.reglages.source == "live":
        return None
    etat = Etat.lire(contexte.donnees)
    courante = steps.release_courante(contexte)
    if etat is None or courante is None or etapes.inventorier(contexte).changements(etat.inventaire):
        return None
    if steps.fiches_manquantes(contexte, etat):
        return None
    return f"Rien n'a changé depuis la publication {courante}."
