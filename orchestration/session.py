"""What the assets of one Dagster run share: settings, steps, the refresh lock, the open source, what was read.

Belongs here: the resource of a run, from its lock to the state it leaves.
Does not belong here: assets (assets_ingestion, dbt_assets, definitions), the steps themselves (steps).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from orchestration import steps
from orchestration.freshness import Fraicheur, evaluer_jeu
from orchestration.journal import Journal
from orchestration.refresh import PUBLIE, REFUS, RIEN, Etapes, ingerer_mesure, journal_tenu, verifier_demande
from orchestration.refresh_lock import verrou_de_rafraichissement
from orchestration.run_log import JournalTenu
from orchestration.state import Etat, Inventaire
from orchestration.watch import surveiller

if TYPE_CHECKING:
    from ingestion.catalogue import Jeu
    from orchestration.steps import Contexte


@dataclass
class Session:
    """One run. In one process, so that the lock, the connection to publishers and the warehouse are opened once.

    `inventaire`: digests taken before anything was read; None when the publishers are asked directly.
    `journal`: the log in the data folder; `echecs`: why its steps failed, filled by the hook of the job;
    `retenues`: what a person must accept before it is released.
    """

    contexte: Contexte
    etapes: Etapes
    source: Any
    inventaire: Inventaire | None
    journal: JournalTenu
    lus: set[str] = field(default_factory=set)
    bilan_dbt: Any = None
    echecs: list[str] = field(default_factory=list)
    retenues: list[str] = field(default_factory=list)
    code: int = PUBLIE

    def ingerer(self, jeu: Any) -> Any:
        """Read one dataset and remember that it was read by this run."""
        bilan = ingerer_mesure(self.etapes, self.contexte, jeu, self.source, self.journal)
        self.lus.add(jeu.jeu)
        return bilan

    @contextmanager
    def mesurer(self, etape: str) -> Iterator[dict[str, Any]]:
        """A step that is no dataset: one line of the log when it ends; what is yielded gains `duree_s` then."""
        debut = time.perf_counter()
        with self.journal.etape(etape, etape) as suivi:
            yield suivi.mesures
        suivi.mesures["duree_s"] = round(time.perf_counter() - debut, 3)

    def table(self, dossier: str, nom: str) -> dict[str, int]:
        """Rows and bytes of `<data>/<dossier>/<nom>.parquet`, where there is one."""
        import pyarrow.parquet as pq

        chemin = self.contexte.donnees / dossier / f"{nom}.parquet"
        if not chemin.exists():
            return {}
        return {"dagster/row_count": pq.read_metadata(chemin).num_rows, "octets": chemin.stat().st_size}

    def fraicheur(self, jeu: Jeu) -> Fraicheur:
        """The calendar of a dataset, from what this run wrote in the lock."""
        from ingestion.lock import Verrou

        verrou = Verrou(self.contexte.donnees / "verrou.yml")
        entrees = (entree for nom, _, _, entree in verrou.entrees() if nom == jeu.jeu)
        return evaluer_jeu(jeu, entrees, steps.maintenant().date())

    def noter_release(self, release: str, refus: list[str], entrepot: str) -> None:
        """Write the state, so that the next refresh knows whether anything changed since this run."""
        self.code = REFUS if refus else PUBLIE
        steps.noter_etat(
            self.contexte,
            inventaire=self._inventaire_lu(),
            release=release,
            code_sortie=self.code,
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
def ouvrir_session(
    contexte: Contexte, etapes: Etapes, execution: str = "", dire: Callable[[str], None] = print
) -> Iterator[Session]:
    """Take the refresh lock, then the inventory, then open the source, for the duration of a run.

    When it ends, its outcome is remembered and the operators are told of what is new.

    Args:
        execution: id of the run; `dire`: where it is said that an alert did not leave.
    Raises:
        RafraichissementEnCours: another refresh is running on this folder.
        ErreurUsage: the settings cannot be meant.
    """
    verifier_demande(contexte, [])
    with ExitStack() as pile:
        pile.enter_context(verrou_de_rafraichissement(contexte.donnees))
        journal = pile.enter_context(journal_tenu(contexte, Journal(), "dagster"))
        fin = pile.enter_context(surveiller(contexte, "dagster", execution or journal.execution, dire))
        if Etat.lire(contexte.donnees) is None:
            Etat(nature=contexte.reglages.nature).ecrire(contexte.donnees)
        inventaire = None if contexte.reglages.source == "live" else etapes.inventorier(contexte)
        source = pile.enter_context(etapes.ouvrir_source(contexte, directe=True))
        session = Session(contexte, etapes, source, inventaire, journal)
        yield session
        code = RIEN if session.echecs else session.code
        journal.conclure({"code": code, "erreurs": session.echecs, "run": execution}, [])
        fin(code, session.echecs, session.retenues)
